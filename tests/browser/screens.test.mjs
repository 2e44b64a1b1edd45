/**
 * Screens as devices, each a browser of its own in front of a server that asks for tokens: how one is let in, what it
 * may see, what it shows by the clock, what it does when told, and how it goes dark.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, picture } from './browser.mjs';
import { box, Centre, FOREIGN, openBox, showing, UNIT } from './devices.mjs';
import { discard, folder, until } from './server.mjs';
import { dossier, rating, SOURCES } from './world.mjs';

/** A screen that was taken back is dark within this time. */
const DARK_MS_MAX = 5_000;

let browser;
let data;
let centre;
before(async () => {
  browser = await launch();
  data = await folder();
  centre = await Centre.start(data);
  const many = Array.from({ length: 60 }, (_, n) => dossier(`D-${n}`, { unit: n % 2 === 0 ? UNIT : FOREIGN, late: n < 2 }));
  await centre.post('motcua', many);
  await centre.post('danhgia', [rating('R-1', 5)]);
  for (const source of SOURCES) await centre.post(source, []);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await centre?.server.stop();
  await discard(data);
});

const dark = (page, within) => page.waitForSelector('[data-pairing="revoked"]', { timeout: within });
const row = async (name) => (await centre.screens()).find((one) => one.name === name);

describe('a screen that nobody knows', () => {
  it('shows a code that is read from six metres, and the address in both forms', async () => {
    const page = await box(browser, centre);
    const code = await page.waitForSelector('[data-code]');
    assert.match(await code.textContent(), /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    // Capitals are 0.74 em of the font: 65 px at 1080p is 6 m.
    const size = await code.evaluate((node) => Number.parseFloat(getComputedStyle(node).fontSize));
    assert.ok(size * 0.74 >= 65, `${size} px`);
    const { x, width } = await code.boundingBox();
    assert.ok(x >= 0 && x + width <= 1920, `${x} ${width}`);
    assert.equal(await page.textContent('[data-place]'), `${centre.url}/ops/screens`);
    assert.equal(await page.getAttribute('svg[role=img]', 'aria-label'), `${centre.url}/ops/screens?code=${await code.textContent()}`);
    assert.ok((await page.textContent('body')).includes('chưa được duyệt'));
    await picture(page, 'screen-code');
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  it('is let in by nobody for a unit that is not theirs, and by no guess', async () => {
    const page = await box(browser, centre);
    const code = await page.waitForSelector('[data-code]').then((node) => node.textContent());
    const wanted = { code, name: 'x', unit: UNIT, board: 'province' };
    const as = async (token, body = wanted) => { const { status, body: said } = await centre.ask('POST', '/api/v1/screens', { token, body }); return [status, said.code]; };
    assert.deepEqual(await as(await centre.token('view', UNIT)), [403, 'forbidden']);
    assert.deepEqual(await as(await centre.token('operate', FOREIGN)), [404, 'unknown_unit']);
    assert.deepEqual(await as(centre.admin, { ...wanted, code: 'BCDF-GHJK' }), [404, 'unknown_code']);
    assert.deepEqual(await as(centre.admin, { ...wanted, board: 'none' }), [404, 'unknown_board']);
    assert.ok(await page.$('[data-code]'), 'it waits on');
    const denied = await centre.ask('POST', '/api/v1/screens/deny', { body: { code: code.toLowerCase() } });
    assert.equal(denied.status, 204);
    await page.waitForSelector('[data-pairing="denied"]', { timeout: 15_000 });
    await page.context().close();
  });
});

describe('a screen that an operator approved', () => {
  let page;
  let operator;
  before(async () => {
    operator = await centre.token('operate', UNIT);
    page = await box(browser, centre);
  });
  after(() => page?.context().close());

  it('was approved on the page that its code leads to, and shows its board', async () => {
    const address = await page.waitForSelector('svg[role=img]').then((node) => node.getAttribute('aria-label'));
    const desk = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await desk.goto(address);
    await desk.fill('[data-token]', operator);
    await desk.click('button.main');
    await desk.waitForSelector('[data-approve]');
    assert.equal(await desk.inputValue('[data-field="code"]'), new URL(address).searchParams.get('code'));
    await desk.fill('[data-field="name"]', 'Sảnh tầng 1');
    await desk.fill('[data-field="unit"]', UNIT);
    await desk.click('[data-do="approve"]');
    await desk.waitForSelector('[data-said]');
    await showing(page, 'province');
    await desk.waitForSelector('[data-name="Sảnh tầng 1"][data-online="true"]', { timeout: 10_000 });
    await picture(desk, 'screens-desk');
    await desk.close();
    assert.ok((await page.title()).includes('Hòa Bình'), await page.title());
    assert.deepEqual(page.faults, []);
  });

  it('has a credential that no script reads, and sees what its screen shows and nothing else', async () => {
    const [cookie] = await page.context().cookies(`${centre.url}/api/v1/screen`);
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/api/v1']);
    assert.ok(cookie.expires * 1_000 - Date.now() > 300 * 86_400_000, 'it lasts for months');
    assert.equal(await page.evaluate(() => document.cookie), '');
    const get = (path) => page.evaluate(async (of) => { const answer = await fetch(of); return [answer.status, (await answer.json()).code ?? null]; }, path);
    assert.deepEqual(await get(`/api/v1/boards/province?unit=${UNIT}`), [200, null]);
    assert.deepEqual(await get(`/api/v1/boards/province?unit=${FOREIGN}`), [404, 'unknown_unit']);
    assert.deepEqual(await get('/api/v1/boards/province?unit=nowhere'), [404, 'unknown_unit']);
    assert.deepEqual(await get(`/api/v1/boards/digital?unit=${UNIT}`), [404, 'unknown_board']);
    for (const path of [`/api/v1/units/${UNIT}/kpis`, '/api/v1/units', '/api/v1/screens', `/api/v1/units/${UNIT}/dossiers?measure=received`, '/api/v1/tokens']) {
      assert.deepEqual(await get(path), [403, 'forbidden'], path);
    }
    const said = await page.evaluate(([own, foreign]) => new Promise((done) => {
      const heard = [];
      const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/api/v1/live`);
      socket.onmessage = ({ data: text }) => {
        const frame = JSON.parse(text);
        if (frame.op === 'hello') for (const [board, unit] of [['province', foreign], ['digital', own], ['province', own]]) socket.send(JSON.stringify({ op: 'subscribe', board, unit }));
        if (frame.op === 'error' || frame.op === 'snapshot') heard.push(`${frame.topic} ${frame.code ?? frame.op}`);
        if (heard.length === 3) { socket.close(); done(heard); }
      };
    }), [UNIT, FOREIGN]);
    assert.deepEqual(said, [`province/${FOREIGN} unknown_unit`, `digital/${UNIT} unknown_board`, `province/${UNIT} snapshot`]);
  });

  it('is listed with all that is known of it', async () => {
    await until('it said what it shows', async () => (await row('Sảnh tầng 1'))?.board === 'province');
    const listed = await row('Sảnh tầng 1');
    assert.deepEqual([listed.unit, listed.state, listed.online, listed.width, listed.height, listed.is_newest_build, listed.behind_s], [UNIT, 'good', true, 1920, 1080, true, 0]);
    assert.ok(Date.now() - Date.parse(listed.last_seen_at) < 20_000);
    await centre.screen('set', 'Sảnh tầng 1', '--diagonal', '55', '--distance', '8');
    const { reading } = await row('Sảnh tầng 1');
    assert.deepEqual([Math.round(reading.figure_mm), reading.needed_mm, reading.is_enough], [36, 40, false]);
    const foreign = await centre.ask('GET', '/api/v1/screens', { token: await centre.token('operate', FOREIGN) });
    assert.deepEqual(foreign.body.screens, []);
    const strange = await centre.ask('DELETE', `/api/v1/screens/${listed.id}`, { token: await centre.token('operate', FOREIGN) });
    assert.deepEqual([strange.status, strange.body.code], [404, 'unknown_screen']);
  });

  it('does what it is told, and says so', async () => {
    const done = (what) => until(`${what} was acknowledged`, async () => { const { command } = await row('Sảnh tầng 1'); return command?.do === what && command.acknowledged_at !== null; }, { within: 10_000 });
    const send = (...args) => centre.screen('send', 'Sảnh tầng 1', ...args);
    await send('identify');
    await page.waitForSelector('[data-identify]', { timeout: 3_000 });
    assert.equal((await page.textContent('[data-identify]')).trim(), 'Sảnh tầng 1');
    await done('identify');
    await send('message', 'Họp giao ban lúc 14 giờ', '--seconds', '600');
    await page.waitForSelector('[data-message]', { timeout: 3_000 });
    await done('message');
    await send('go', 'digital');
    await showing(page, 'digital');
    assert.equal(await page.$('[data-message]'), null, 'the newest holds');
    await done('go');
    await send('blank');
    await page.waitForSelector('[data-dark]', { timeout: 3_000 });
    await done('blank');
    await send('resume');
    await showing(page, 'province');
    assert.equal(await page.$('[data-dark]'), null);
    await done('resume');
    await page.evaluate(() => { window.kept = true; });
    await send('reload');
    await page.waitForFunction(() => window.kept === undefined && document.querySelector('[data-layer="province"]') !== null, undefined, { timeout: 15_000 });
    await done('reload');
    await page.evaluate(() => { window.kept = true; });
    // It is done once, though it still holds: two more pings pass and nothing is loaded anew.
    const { last_seen_at: seen } = await row('Sảnh tầng 1');
    await until('it was heard twice more', async () => Date.parse((await row('Sảnh tầng 1')).last_seen_at) - Date.parse(seen) > 6_000, { within: 20_000 });
    assert.equal(await page.evaluate(() => window.kept), true);
    await assert.rejects(send('go', 'none'), /unknown_board/);
  });

  it('is the same one after a restart of its browser, and of the server', async () => {
    const state = await page.context().storageState();
    await page.context().close();
    page = await box(browser, centre, state);
    await showing(page, 'province');
    await centre.powerCut();
    await showing(page, 'province');
    await page.waitForSelector('[data-footer="sources"]', { timeout: 60_000 });
    await until('it is online again', async () => (await row('Sảnh tầng 1')).online, { within: 20_000 });
    assert.equal((await row('Sảnh tầng 1')).name, 'Sảnh tầng 1');
    assert.deepEqual(page.faults, []);
  });

  it('is dark within five seconds when it is revoked, and nothing of anybody stays in its browser', async () => {
    const begun = Date.now();
    await centre.screen('revoke', 'Sảnh tầng 1');
    await dark(page, DARK_MS_MAX);
    const tookMs = Date.now() - begun;
    assert.ok(tookMs < DARK_MS_MAX, `${tookMs} ms`);
    assert.deepEqual(await page.$$eval('[data-panel], [data-figure], [data-layer]', (nodes) => nodes.length), 0);
    assert.ok((await page.textContent('body')).includes('không còn được duyệt'));
    assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('opcentre.')).length), 0);
    await picture(page, 'screen-revoked');
    const board = await page.evaluate(async (unit) => (await fetch(`/api/v1/boards/province?unit=${unit}`)).status, UNIT);
    assert.equal(board, 401);
    assert.equal((await row('Sảnh tầng 1')).state, 'revoked');
    // The next start of the browser is dark, too.
    await page.reload();
    await dark(page, DARK_MS_MAX);
  });
});

describe('a rotation', () => {
  it('shows by the clock what is due, each board whole before it is seen, by day and by night', async () => {
    // What the page takes for the time is what the server says it is; here it says another.
    let aheadMs = 0;
    const ahead = (text) => {
      const frame = JSON.parse(text);
      const later = (at) => new Date(Date.parse(at) + aheadMs).toISOString();
      if (frame.op === 'ping') return JSON.stringify({ ...frame, now: later(frame.now) });
      return text;
    };
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
    const page = await openBox(context, centre, (one) => one.routeWebSocket(/\/api\/v1\/live/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((text) => { socket.send(ahead(text)); });
    }));
    const slots = [
      { board: 'province', dwell_s: 3600, from: '07:00', to: '17:00' },
      { board: 'digital', dwell_s: 3600, from: '17:00', to: '22:00', weekdays: [1, 2, 3, 4, 5] },
    ];
    const screen = await centre.approve(page, { name: 'Xoay', rotation: slots, theme: 'light', night: { from: '18:00', to: '06:00' } });
    await showing(page, 'province');
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    // Before the server says what time it is, a box goes by its own clock: by that it may be night.
    await until('it is day', async () => (await theme()) === 'light' && (await page.$('[data-night]')) === null, { within: 20_000 });
    // At every moment of the change something whole is seen: a shown layer that has its figures.
    await page.evaluate(() => {
      window.looks = [];
      const look = () => {
        const layers = [...document.querySelectorAll('[data-layer]')].map((layer) => ({
          board: layer.dataset.layer, opacity: Number(getComputedStyle(layer).opacity), shown: layer.dataset.shown === 'true',
          panels: layer.querySelectorAll('[data-panel]').length, footer: layer.querySelector('[data-footer]')?.dataset.footer,
          whole: layer.querySelectorAll('[data-panel]').length > 3 && layer.querySelector('[data-seq]:not([data-seq=""])') !== null,
        }));
        window.looks.push({ at: performance.now(), layers });
        requestAnimationFrame(look);
      };
      look();
    });
    const now = await page.textContent('[data-clock]');
    const [hour, minute] = now.split(':').map(Number);
    const goTo = (time) => { const [h, m] = time.split(':').map(Number); aheadMs = ((h - hour) * 60 + (m - minute)) * 60_000; };
    goTo('17:30');
    await showing(page, 'digital');
    const looks = await page.evaluate(() => window.looks);
    for (const { layers } of looks) {
      assert.ok(layers.some((layer) => layer.shown && layer.opacity === 1 && layer.whole), JSON.stringify(layers));
      for (const layer of layers) assert.ok(layer.opacity === 0 || layer.whole, JSON.stringify(layers));
    }
    const fading = looks.filter(({ layers }) => layers.some((layer) => layer.opacity > 0 && layer.opacity < 1));
    assert.ok(fading.length > 0, 'it faded');
    const tookMs = fading.at(-1).at - fading[0].at;
    assert.ok(tookMs > 150 && tookMs < 700, `the fade took ${tookMs} ms`);
    goTo('18:30');
    await page.waitForSelector('[data-night]', { timeout: 10_000 });
    assert.equal(await theme(), 'dark');
    await picture(page, 'screen-night');
    goTo('22:30');
    await page.waitForSelector('[data-dark]', { timeout: 10_000 });
    await until('it is still there', async () => (await row('Xoay')).online);
    // Saturday evening is not due; the board of the day is on Saturday, too.
    aheadMs += 24 * 3_600_000 - 5 * 3_600_000;
    const later = Date.now();
    await until('a ping came', () => Date.now() - later > 6_000, { within: 10_000 });
    assert.ok(await page.$('[data-dark]'), 'dark on Saturday at 17:30');
    aheadMs -= 3 * 3_600_000;
    await page.waitForSelector('[data-dark]', { state: 'detached', timeout: 10_000 });
    await showing(page, 'province');
    assert.deepEqual(page.faults, []);
    await centre.ask('DELETE', `/api/v1/screens/${screen.id}`);
    await dark(page, DARK_MS_MAX);
    await context.close();
  });
});
