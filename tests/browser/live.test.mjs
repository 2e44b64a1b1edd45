/**
 * The wall while things happen: records come, the live figures hang, the server dies, the line goes silent, ClickHouse
 * goes away, a source falls silent. What is asked each time: right figures in place, and no stale tile that looks fresh.
 */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as checks from './checks.mjs';
import { drawn, launch, openWall, picture } from './browser.mjs';
import { relay } from './relay.mjs';
import { discard, folder, Server, until } from './server.mjs';
import { dossier, fill, rating, signs, SOURCES, World } from './world.mjs';

/** Figures are stale when the last round through the live stage is older than this, by what the page promises. */
const LIVE_MS_MAX = 10_000;
/** How late the page may look at its clock. */
const LOOK_MS = 750;
/** The bar stands within this time after the line broke. */
const BAR_MS_MAX = 5_000;
/** Two and a half ping periods without a ping, and the line is given up. */
const SILENCE_MS_MAX = 12_500;

let browser;
let world;
let data;
let server;
before(async () => {
  browser = await launch();
  world = new World();
  data = await folder();
  server = await world.serve(data, { args: ['--fault-live-hang', join(data, 'hang')] });
  await fill(server);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

/** Notes what the wall looks like ten times a second: the footer, and the sign and figures of every tile. */
async function watch(page) {
  await page.evaluate(() => {
    const look = () => ({
      at: Date.now(),
      footer: document.querySelector('[data-footer]')?.dataset.footer ?? 'none',
      signs: [...document.querySelectorAll('[data-panel]')].map((tile) => tile.querySelector('[data-age] [data-sign]')?.dataset.sign ?? 'none'),
      sources: [...document.querySelectorAll('[data-source]')].map((source) => source.dataset.state),
    });
    window.samples = [look()];
    setInterval(() => { window.samples.push(look()); }, 100);
  });
  const samples = (from, to = Infinity) => page.evaluate(([a, b]) => window.samples.filter(({ at }) => at >= a && at <= b), [from, to ?? Infinity]);
  return samples;
}

const isStale = ({ signs: of }) => of.length > 0 && of.every((sign) => sign === 'stale');
const looksFresh = ({ signs: of, sources }) => [...of, ...sources].includes('live');

/** Waits until the wall says what is asked; the latest look and when it was. */
function seen(page, what, within) {
  return page.waitForFunction(
    ({ footer, sign }) => {
      const last = window.samples.at(-1);
      return (footer === undefined || last.footer === footer) && (sign === undefined || last.signs.every((one) => one === sign)) ? last : null;
    },
    what, { timeout: within, polling: 50 },
  ).then((handle) => handle.jsonValue());
}

/** Every tile is live, and the footer names the sources. */
const healed = (page, within) => seen(page, { footer: 'sources', sign: 'live' }, within);

/** The figures of the counts tile and of the hero beside the sequence of the same picture. */
const shown = (page) => page.evaluate(() => {
  const of = (panel) => [...document.querySelectorAll(`[data-panel="${panel}"] [data-figure]`)].map((node) => node.dataset.figure);
  return {
    seq: Number(document.querySelector('[data-seq]')?.dataset.seq),
    counts: of('counts'), hero: of('on_time')[0], satisfaction: of('satisfaction')[0],
  };
});

const print = (ratio) => `${(ratio * 100).toFixed(1).replace('.', ',')}%`;

/** The same figures by the API, with its sequence. */
async function answered() {
  const { seq, measures, kpis } = await server.kpis('17');
  return {
    seq,
    counts: ['received', 'resolved', 'in_progress', 'in_progress_overdue'].map((name) => String(measures[name])),
    hero: print(kpis.on_time_rate.value), satisfaction: print(kpis.satisfaction_rate.value),
  };
}

/** Wall and API say the same at the same sequence number. */
const same = (page) => until('wall and API stand at one sequence number', async () => {
  const [wall, api] = [await shown(page), await answered()];
  if (wall.seq !== api.seq) return null;
  assert.deepEqual(wall, api);
  return wall;
}, { within: 10_000 });

describe('a wall and what is sent', () => {
  let page;
  before(async () => {
    page = await drawn(await openWall(browser, server.url, { motion: true }));
    await watch(page);
    await healed(page, 15_000);
  });
  after(() => page?.close());

  it('is greeted, hears that the figures are live, and gets one picture', () => {
    const ops = page.heard.slice(0, 3).map((frame) => frame.op);
    assert.equal(ops[0], 'hello');
    assert.deepEqual(ops.slice(1).sort(), ['ping', 'snapshot']);
    const ping = page.heard.find((frame) => frame.op === 'ping');
    assert.ok(Date.parse(ping.time) - Date.parse(ping.live_at) < 1_000, JSON.stringify(ping));
    assert.ok(Math.abs(Date.parse(ping.now) - Date.parse(world.clock)) < 5_000, JSON.stringify(ping));
  });

  it('a dossier changes its figures in place, and they equal the API\'s at the same sequence number', async (test) => {
    const before_ = await same(page);
    const figure = await page.$('[data-panel="counts"] [data-figure]');
    await page.evaluate(() => {
      window.kept = true;
      new MutationObserver(() => { window.changedAt ??= Date.now(); }).observe(document.querySelector('[data-panel="counts"]'), { subtree: true, attributeFilter: ['data-figure'] });
    });
    const sentAt = Date.now();
    await server.post('motcua', [dossier('NEW-1', { late: true })]);
    await page.waitForFunction((seq) => Number(document.querySelector('[data-seq]').dataset.seq) > seq, before_.seq, { timeout: 5_000 });
    await page.waitForFunction((old) => document.querySelector('[data-panel="counts"] [data-figure]').dataset.figure !== old, before_.counts[0], { timeout: 5_000 });
    const now = await same(page);
    // Shown, not asserted: from before the request to the figure on the screen.
    test.diagnostic(`a dossier sent over HTTP was on the wall after ${await page.evaluate(() => window.changedAt) - sentAt} ms`);
    assert.deepEqual(now.counts.map(Number), before_.counts.map((count, place) => Number(count) + (place < 2 ? 1 : 0)));
    assert.notEqual(now.hero, before_.hero);
    assert.equal(now.satisfaction, before_.satisfaction);
    assert.ok(await figure.evaluate((node) => node.isConnected), 'the figure was drawn anew');
    assert.ok(await page.evaluate(() => window.kept), 'the page was loaded anew');
  });

  it('a rating changes the satisfaction and nothing else', async () => {
    const before_ = await same(page);
    await server.post('danhgia', [rating('NEW-R', 1)]);
    await page.waitForFunction((old) => document.querySelector('[data-panel="satisfaction"] [data-figure]').dataset.figure !== old, before_.satisfaction, { timeout: 5_000 });
    const now = await same(page);
    assert.deepEqual({ ...now, seq: 0, satisfaction: '' }, { ...before_, seq: 0, satisfaction: '' });
    const update = page.heard.findLast((frame) => frame.op === 'update');
    assert.ok(!('counts' in update.tiles), 'tiles that did not change are not sent');
  });

  it('the same record again changes no figure', async () => {
    const before_ = await same(page);
    await server.post('motcua', [dossier('NEW-1', { late: true })]);
    await page.waitForFunction((seq) => Number(document.querySelector('[data-seq]').dataset.seq) > seq, before_.seq, { timeout: 5_000 });
    assert.deepEqual({ ...await same(page), seq: 0 }, { ...before_, seq: 0 });
    assert.deepEqual(page.faults, []);
  });
});

describe('a wall whose server is in trouble', () => {
  it('shows everything stale when the live figures hang though the socket lives, and heals', async () => {
    const hang = join(data, 'hang');
    const page = await drawn(await openWall(browser, server.url));
    const samples = await watch(page);
    await signs(server);
    await healed(page, 15_000);
    await writeFile(hang, '');
    const hung = Date.now();
    try {
      const stale = await seen(page, { footer: 'stalled', sign: 'stale' }, 12_000 + LOOK_MS);
      assert.deepEqual(await checks.staleIsColourless(page), []);
      assert.deepEqual(await checks.insideTheirTiles(page), []);
      assert.deepEqual(await checks.contrast(page), []);
      await picture(page, 'hung');
      // Pings go on, and none of them makes it look better.
      const pings = () => page.heard.filter((frame) => frame.op === 'ping' && frame.at > stale.at).length;
      await until('another ping has come', () => pings() > 0);
      await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => { requestAnimationFrame(done); }); }));
      const late = await samples(hung + LIVE_MS_MAX + 250 + LOOK_MS);
      assert.ok(late.length > 10);
      for (const look of late) assert.ok(isStale(look) && !looksFresh(look) && look.footer === 'stalled', `${look.at - hung} ms: ${JSON.stringify(look)}`);
    } finally {
      await rm(hang);
    }
    await healed(page, 12_000);
    await page.close();
  });

  it('says so within five seconds when the server is killed, looks fresh at no moment, and shows the next one\'s figures', async () => {
    const page = await drawn(await openWall(browser, server.url));
    const samples = await watch(page);
    await signs(server);
    await healed(page, 15_000);
    const figures = await shown(page);
    const epoch = page.heard.findLast((frame) => frame.op === 'hello').epoch;
    await server.kill();
    const killed = Date.now();
    await seen(page, { footer: 'lost' }, BAR_MS_MAX);
    assert.ok((await page.textContent('[data-footer]')).includes('Mất kết nối'));
    assert.deepEqual({ ...await shown(page), seq: 0 }, { ...figures, seq: 0 }, 'the last picture stays');
    await picture(page, 'lost');
    await seen(page, { footer: 'lost', sign: 'stale' }, LIVE_MS_MAX + LOOK_MS);
    assert.deepEqual(await checks.staleIsColourless(page), []);
    const { port } = server;
    server = await world.serve(data, { port, args: ['--fault-live-hang', join(data, 'hang')] });
    await server.post('motcua', [dossier('AFTER-1')]);
    await signs(server);
    const back = await healed(page, 45_000);
    const away = await samples(killed + LOOK_MS, back.at - 100);
    const opened = page.heard.findLast((frame) => frame.op === 'snapshot').at;
    for (const look of away.filter(({ at }) => at < opened)) assert.ok(!looksFresh(look), `${look.at - killed} ms: ${JSON.stringify(look)}`);
    for (const look of away.filter(({ at }) => at > killed + BAR_MS_MAX && at < opened)) assert.notEqual(look.footer, 'sources');
    const now = await same(page);
    assert.equal(Number(now.counts[0]), Number(figures.counts[0]) + 1);
    assert.notEqual(page.heard.findLast((frame) => frame.op === 'hello').epoch, epoch);
    await page.close();
  });

  it('looks stale in time when the network swallows everything, and heals', async () => {
    const line = await relay(server.port);
    const page = await drawn(await openWall(browser, line.url));
    const samples = await watch(page);
    await signs(server);
    await healed(page, 15_000);
    line.silent = true;
    const cut = Date.now();
    await seen(page, { sign: 'stale' }, LIVE_MS_MAX + LOOK_MS + 500);
    await seen(page, { footer: 'lost', sign: 'stale' }, SILENCE_MS_MAX + BAR_MS_MAX - LIVE_MS_MAX);
    const late = await samples(cut + LIVE_MS_MAX + 250 + LOOK_MS);
    for (const look of late) assert.ok(isStale(look) && !looksFresh(look) && look.footer !== 'sources', `${look.at - cut} ms: ${JSON.stringify(look)}`);
    line.silent = false;
    await healed(page, 30_000);
    await same(page);
    await page.close();
    await line.close();
  });

  it('stays live and takes in records while ClickHouse is away', async () => {
    const page = await drawn(await openWall(browser, server.url));
    const samples = await watch(page);
    await signs(server);
    await healed(page, 15_000);
    await until('ClickHouse is there', async () => (await server.components()).clickhouse?.state === 'ok', { within: 60_000 });
    const figures = await shown(page);
    const begun = Date.now();
    const pings = page.heard.filter((frame) => frame.op === 'ping').length;
    let kills = 0;
    // It is killed again whenever it comes back, until two pings have been heard without it.
    await until('the server misses ClickHouse', async () => {
      kills += await server.killEngine();
      return (await server.components()).clickhouse?.state !== 'ok';
    });
    await server.post('motcua', [dossier('AWAY-1')]);
    await until('two more pings have come', async () => {
      kills += await server.killEngine();
      return page.heard.filter((frame) => frame.op === 'ping').length >= pings + 2;
    });
    assert.ok(kills > 0);
    const now = await same(page);
    assert.equal(Number(now.counts[0]), Number(figures.counts[0]) + 1);
    for (const look of await samples(begun)) assert.ok(look.footer === 'sources' && look.signs.every((sign) => sign === 'live'), JSON.stringify(look));
    await page.close();
  });
});

describe('a source that falls silent', () => {
  const LIMIT_S = 3_600;
  const HEARD = Date.parse('2024-08-02T08:00:00+07:00');
  const states = {};
  let folderOfIt;
  // The clock of records and figures is frozen; each start freezes it at another instant.
  const at = async (ms, use) => {
    const one = await Server.start(['serve', '--now', new Date(ms).toISOString()], folderOfIt);
    try {
      await one.figures();
      await use(one);
    } finally {
      await one.stop();
    }
  };
  before(async () => {
    folderOfIt = await folder();
    await at(HEARD, fill);
    for (const [name, ageS] of [['half', LIMIT_S / 2 + 1], ['before', LIMIT_S - 1], ['limit', LIMIT_S], ['after', LIMIT_S + 1]]) {
      await at(HEARD + ageS * 1_000, async (one) => {
        const page = await drawn(await openWall(browser, one.url));
        await until('the first ping is drawn', async () => page.heard.some((frame) => frame.op === 'ping') && (await checks.footer(page)) === 'sources');
        await picture(page, `source-${name}`);
        states[name] = {
          tiles: await checks.states(page),
          ages: await page.$$eval('[data-panel] [data-age]', (ages) => ages.map((age) => age.textContent.replaceAll(/\s+/g, ' ').trim())),
          sources: await page.$$eval('[data-source]', (sources) => Object.fromEntries(sources.map((source) => [source.dataset.source, source.dataset.state]))),
          colours: await checks.staleIsColourless(page),
          inside: await checks.insideTheirTiles(page),
        };
        await page.close();
      });
    }
  }, { timeout: 120_000 });
  after(() => discard(folderOfIt));

  const every = (name, state) => {
    for (const [panel, of] of Object.entries(states[name].tiles)) assert.equal(of, state, `${panel}, ${name}`);
    for (const source of SOURCES) assert.equal(states[name].sources[source], state, `${source}, ${name}`);
  };
  it('ages its tiles from half of its limit on', () => { every('half', 'ageing'); });
  it('keeps them a second before the limit, and at it', () => {
    every('before', 'ageing');
    every('limit', 'ageing');
  });
  it('makes them stale a second after it, without any colour of performance', () => {
    every('after', 'stale');
    assert.deepEqual(states.after.colours, []);
    assert.deepEqual(states.after.inside, []);
    for (const age of states.after.ages) assert.equal(age, 'CŨ · 1 giờ');
  });
});
