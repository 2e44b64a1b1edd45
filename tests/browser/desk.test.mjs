/**
 * The desk: every figure on it is a link, and what the link opens adds up to the figure; what is shown stands in the
 * address. On a clock that stands still, so that nothing moves between a figure and what it opens.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, picture } from './browser.mjs';
import { noOverlaps } from './checks.mjs';
import { discard, folder, Server, until } from './server.mjs';

const MORNING = '2024-08-02T08:00:00+07:00';
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Figures followed on one page: of more than these an even choice. */
const FIGURES_MAX = 60;

let browser;
let data;
let server;
before(async () => {
  browser = await launch();
  data = await folder();
  server = await Server.start(['serve', '--now', MORNING], data);
  await server.figures();
  await server.loadUnits();
  for (const [source, records] of world()) await server.post(source, records);
  await until('all dossiers count', async () => (await server.kpis('17')).measures.received === 60);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

/** Sixty dossiers of many kinds, and a few ratings. */
function world() {
  const units = ['17', '148', '150', '04795', '99999'];
  const fields = ['đất đai', 'hộ tịch', '', undefined];
  const day = (n) => `2024-07-${String(n).padStart(2, '0')}`;
  const dossiers = Array.from({ length: 60 }, (_, n) => {
    const received = 1 + (n % 20);
    const record = {
      type: 'dossier', id: `H-${String(n).padStart(3, '0')}`, unit: units[n % units.length], at: `${day(received)}T09:00:00+07:00`, status: 'processing',
      received_at: `${day(received)}T09:00:00+07:00`, channel: ['online', 'counter', 'post'][n % 3], digitised: n % 2 === 0,
      ...(n % 7 === 0 ? {} : { due_at: day(received + 4) }), ...(n % 4 === 3 ? {} : { procedure: `1.00${n % 4}` }),
    };
    const field = fields[n % 4];
    return field === undefined || field === '' ? record : { ...record, field };
  });
  const done = dossiers.filter((_, n) => n % 3 !== 0).map((record, n) => ({
    type: 'dossier', id: record.id, unit: record.unit, at: `${day(5 + (n % 25))}T10:00:00+07:00`, status: ['done', 'delivered', 'withdrawn'][n % 3],
  })).filter((record, n) => record.at > dossiers.filter((_, m) => m % 3 !== 0)[n].at);
  const ratings = [5, 4, 3, 1].map((score, n) => ({ type: 'rating', id: `R-${n}`, unit: units[n], at: `${day(10)}T10:00:00+07:00`, score, dossier: `H-00${n}` }));
  return [['motcua', dossiers], ['motcua', done], ['motcua', ratings]];
}

async function open(path, viewport = DESK) {
  const page = await browser.newPage({ viewport });
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') page.faults.push(message.text()); });
  await page.goto(server.url + path);
  return settled(page);
}

/** Waits until what the address asks for is shown. */
async function settled(page) {
  await page.waitForFunction(() => {
    const main = document.querySelector('main');
    return main?.dataset.shown === location.pathname + location.search || (main?.dataset.shown !== undefined && document.querySelector('[data-failure]') !== null);
  }, undefined, { timeout: 20_000 });
  await page.evaluate(() => document.fonts.ready);
  return page;
}

/** Every figure on the page with the address that it opens; those that open the same and say the same once. */
const figures = (page) => page.$$eval('a[data-count]', (links) => {
  const all = links.map((link) => `${link.dataset.count} ${link.getAttribute('href')}`);
  return [...new Set(all)].map((text) => ({ count: Number(text.slice(0, text.indexOf(' '))), href: text.slice(text.indexOf(' ') + 1) }));
});

/** What the list of an address says and holds, all its pages together. */
async function opened(page) {
  const total = Number(await page.getAttribute('[data-list]', 'data-total'));
  let sum = 0;
  for (;;) {
    sum += await page.$$eval('[data-item]', (rows) => rows.reduce((before, row) => before + Number(row.dataset.counts), 0));
    const next = await page.$('[data-next]');
    if (next === null) return { total, sum };
    await next.click();
    await settled(page);
  }
}

const pages = [
  ['a province by its units', '/ops/units/17?window=2024-07'],
  ['by field, some with none', '/ops/units/17?window=2024-07&by=field'],
  ['by age', '/ops/units/17?by=age'],
  ['by day', '/ops/units/17?window=2024-07-01..2024-07-12&by=day'],
  ['as they were, received, of one channel', '/ops/units/17?hierarchy=was&role=receiving&channel=online&by=status'],
  ['a commune', '/ops/units/04795?by=procedure'],
];
describe('every figure is the sum of what it opens', () => {
  for (const [name, path] of pages) {
    it(name, { timeout: 300_000 }, async () => {
      const page = await open(path);
      const all = await figures(page);
      assert.ok(all.length > 15, `${all.length} figures`);
      const each = Math.ceil(all.length / FIGURES_MAX);
      for (const { count, href } of all.filter((_, place) => place % each === 0)) {
        await page.goto(server.url + href);
        await settled(page);
        assert.deepEqual(await opened(page), { total: count, sum: count }, href);
      }
      assert.deepEqual(page.faults, []);
      await page.close();
    });
  }

  it('rows of a table add up to its total', async () => {
    const page = await open('/ops/units/17?window=2024-07&by=field');
    const table = await page.$$eval('[data-breakdown] tbody tr', (rows) => rows.map((row) => [...row.querySelectorAll('[data-count], td .n:not(.rate)')]
      .map((cell) => Number(cell.dataset.count ?? cell.textContent.replaceAll('.', '')))));
    const total = table.pop();
    assert.ok(table.length >= 3, 'two fields and none');
    total.forEach((sum, column) => assert.equal(table.reduce((before, row) => before + row[column], 0), sum, `column ${column}`));
    await page.close();
  });
});

describe('the address', () => {
  it('holds what is shown: links change it, the back button goes back, a copy shows the same', async () => {
    const page = await open('/ops/units/17');
    const path = () => new URL(page.url()).pathname + new URL(page.url()).search;
    await page.selectOption('[data-window]', 'month');
    await settled(page);
    assert.equal(path(), '/ops/units/17?window=month');
    await page.click('[data-breakdown] nav >> text=Lĩnh vực');
    await settled(page);
    await page.click('[data-row="đất đai"] td.title a');
    await settled(page);
    assert.equal(new URL(page.url()).searchParams.get('field'), 'đất đai');
    assert.equal(await page.textContent('[data-filter="field"] b'), 'đất đai');
    await page.click('text=Theo đơn vị tại thời điểm');
    await settled(page);
    const there = path();
    const said = await page.textContent('main');
    const copy = await open(there);
    assert.equal(await copy.textContent('main'), said);
    await copy.close();
    await page.click('[data-item] a');
    await settled(page);
    assert.match(path(), /^\/ops\/dossiers\/motcua\/H-/);
    assert.ok(await page.textContent('[data-verdict] h2'));
    await page.goBack();
    await settled(page);
    assert.equal(path(), there);
    assert.equal(await page.textContent('main'), said);
    await page.click('[data-filter="field"] a');
    await settled(page);
    assert.equal(new URL(page.url()).searchParams.has('field'), false);
    assert.deepEqual(page.faults, []);
    await page.close();
  });

  it('of the desk alone leads to the top unit, of a foreign one to words', async () => {
    const page = await open('/ops');
    assert.equal(new URL(page.url()).pathname, '/ops/units/17');
    await page.goto(`${server.url}/ops/units/nowhere`);
    await settled(page);
    assert.equal(await page.getAttribute('[data-failure]', 'data-failure'), 'unknown_unit');
    assert.match(await page.textContent('[data-failure]'), /nowhere/);
    await page.goto(`${server.url}/ops/dossiers/motcua/none`);
    await settled(page);
    assert.equal(await page.getAttribute('[data-failure]', 'data-failure'), 'unknown_dossier');
    await page.close();
  });
});

describe('sources and reports', () => {
  before(async () => {
    const { rows } = await server.json('/api/v1/units/17/breakdown?by=day&window=2024-07-01..2024-07-02');
    const received = (day) => rows.find((row) => row.value === day).measures.received;
    const stated = [{ day: '2024-07-01', received: received('2024-07-01') }, { day: '2024-07-02', received: received('2024-07-02') + 3 }];
    const put = (path, type, body) => fetch(`${server.url}${path}`, { method: 'PUT', headers: { 'content-type': type }, body });
    assert.equal((await put('/api/v1/sources/motcua/totals', 'application/json', JSON.stringify(stated))).status, 200);
  });

  it('say on every page how many days differ, and on their own which and by how much', async () => {
    const page = await open('/ops/units/17');
    await page.waitForSelector('[data-sources] .differ');
    assert.equal(await page.textContent('[data-sources] .differ'), 'lệch 1 ngày');
    await page.click('[data-sources]');
    await settled(page);
    assert.equal(new URL(page.url()).pathname, '/ops/sources');
    assert.equal(await page.getAttribute('[data-source="motcua"]', 'data-differing'), '1');
    const row = async (day) => (await page.$$eval(`[data-day="${day}"] td`, (cells) => cells.map((cell) => cell.textContent.trim()))).slice(-8);
    const [agrees, differs] = [await row('2024-07-01'), await row('2024-07-02')];
    assert.deepEqual([agrees[0], agrees[3], agrees[1]], ['01/07/2024', 'khớp', agrees[2]]);
    assert.deepEqual([differs[3], Number(differs[1]) - Number(differs[2])], ['lệch 3', 3]);
    assert.deepEqual(differs.slice(4, 7).toSpliced(1, 1), ['–', '–'], 'nothing was stated of it');
    assert.deepEqual(page.faults, []);
    await page.close();
  });

  it('list who has not reported, with deadline, overdue days and state, as the server does', async () => {
    const page = await open('/ops/sources?period=2024-06&lang=en');
    const answer = await server.json('/api/v1/indicators/missing?period=2024-06');
    assert.ok(answer.missing.length > 2, 'units report nothing here');
    assert.equal(Number(await page.getAttribute('#missing', 'data-missing')), answer.missing.length);
    const counts = await page.$$eval('#missing summary', (all) => all.map((one) => Number(one.textContent.split(' ')[0])));
    assert.equal(counts.reduce((sum, one) => sum + one, 0), answer.missing.length);
    const worst = Math.max(...answer.missing.map((row) => row.overdue_days));
    const first = await page.$$eval('#missing tbody tr:first-child td', (cells) => cells.map((cell) => cell.textContent.trim()));
    assert.deepEqual([Number(first[4]), first[5]], [worst, 'not filled in']);
    await page.click('#missing tbody tr:first-child td:first-child a');
    await settled(page);
    assert.match(new URL(page.url()).pathname, /^\/ops\/units\//);
    assert.equal(new URL(page.url()).search, '?lang=en');
    assert.deepEqual(page.faults, []);
    await page.close();
  });
});

describe('the look', () => {
  for (const [name, path, viewport] of [
    ['desk-sources-vi', '/ops/sources', DESK],
    ['desk-sources-en', '/ops/sources?lang=en&period=2024-06', DESK],
    ['desk-sources-phone', '/ops/sources', PHONE],
    ['desk-vi', '/ops/units/17?by=field&window=2024-07', DESK],
    ['desk-en', '/ops/units/17?lang=en', DESK],
    ['desk-phone', '/ops/units/148?by=field', PHONE],
    ['desk-dossier', '/ops/dossiers/motcua/H-001', DESK],
  ]) {
    it(`${name} keeps within the page, in letters that can be read`, async () => {
      const page = await open(path, viewport);
      await picture(page, name);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, 'no sideways scrolling of the page');
      const small = await page.$$eval('body *', (nodes) => nodes
        .filter((node) => [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim() !== ''))
        .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 12.5 && !['STYLE', 'SCRIPT', 'NOSCRIPT', 'OPTION'].includes(node.tagName))
        .map((node) => node.textContent));
      assert.deepEqual(small, []);
      assert.deepEqual(page.faults, []);
      await page.close();
    });
  }
});

// The last of this file: from here on the figures of the one source begin in July.
describe('before a source covers anything', () => {
  before(async () => {
    const sources = [{ source: 'motcua', units: ['17'], coverage_start: '2024-07-01' }];
    const put = await fetch(`${server.url}/api/v1/sources`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(sources) });
    assert.equal(put.status, 200);
    await until('the source covers July', async () => (await server.kpis('17')).covered_from === '2024-07-01');
  });

  it('says since when there is data, on the desk and on the wall', async () => {
    const desk = await open('/ops/units/17?window=2024');
    assert.equal(await desk.getAttribute('[data-covered]', 'data-covered'), '2024-07-01');
    assert.match(await desk.textContent('[data-covered]'), /đủ số liệu từ 01\/07\/2024/);
    await desk.goto(`${server.url}/ops/units/17?window=2024-07`);
    await settled(desk);
    assert.equal(await desk.$('[data-covered]'), null, 'July is covered as a whole');
    await desk.close();
    const wall = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    await wall.goto(`${server.url}/wall/province?unit=17&lang=en`);
    await wall.waitForSelector('header [data-covered="2024-07-01"]', { timeout: 20_000 });
    assert.equal(await wall.textContent('header [data-covered]'), 'complete since 01/07/2024');
    await picture(wall, 'covered-wall');
    for (const [lang, width, height] of [['en', 1080, 1920], ['vi', 1080, 1920], ['vi', 1920, 1080]]) {
      await wall.setViewportSize({ width, height });
      await wall.goto(`${server.url}/wall/province?unit=17&lang=${lang}`);
      await wall.waitForSelector('header [data-covered="2024-07-01"]', { timeout: 20_000 });
      await picture(wall, `covered-${String(width)}-${lang}`);
      assert.deepEqual(await noOverlaps(wall), [], `${lang}, ${String(width)}`);
    }
    await wall.close();
  });

  it('shows no zero where there is no data', async () => {
    const page = await open('/ops/units/17?window=2024-05');
    assert.match(await page.textContent('[data-none]'), /Không có số liệu, không phải là 0/);
    assert.equal(await page.$('[data-breakdown]'), null);
    await page.close();
  });
});
