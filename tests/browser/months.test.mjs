/**
 * A screen that nobody looks after: the server is away for half a minute and the box restarts meanwhile, another page is
 * published, the network swallows everything, the live figures hang, ClickHouse dies. Each time it is back by itself, and looks fresh at no moment in between.
 */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import * as checks from './checks.mjs';
import { launch, picture } from './browser.mjs';
import { openBox, showing } from './devices.mjs';
import { relay } from './relay.mjs';
import { discard, folder, until } from './server.mjs';
import { dossier, fill, signs, World } from './world.mjs';

const AWAY_MS = 30_000;
/** Figures look stale when the last round through the live stage is older than this. */
const LIVE_MS_MAX = 10_000;
const LOOK_MS = 750;

let browser;
let world;
let data;
let server;
before(async () => {
  browser = await launch();
  world = new World();
  data = await folder();
  server = await serve();
  await fill(server);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

/** Where a file makes the live figures hang. */
const hang = () => join(data, 'hang');
const serve = (port = 0) => world.serve(data, { port, args: ['--fault-live-hang', hang()] });

/** Nobody shows a token here, so anybody at this machine approves. */
async function approve(page, wanted) {
  const code = await page.waitForSelector('[data-code]', { timeout: 20_000 }).then((node) => node.getAttribute('data-code'));
  const answer = await fetch(`${server.url}/api/v1/screens`, { method: 'POST', body: JSON.stringify({ code, unit: '17', board: 'province', ...wanted }) });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).screens[0];
}

const revoke = (screen) => fetch(`${server.url}/api/v1/screens/${screen.id}`, { method: 'DELETE' });

/** Looks ten times a second: the footer, and the signs of all tiles and sources. */
const watch = (page) => page.evaluate(() => {
  window.looks = [];
  setInterval(() => {
    window.looks.push({
      at: Date.now(), footer: document.querySelector('[data-footer]')?.dataset.footer ?? 'none',
      signs: [...document.querySelectorAll('[data-panel] [data-age] [data-sign], [data-source]')].map((node) => node.dataset.sign ?? node.dataset.state),
    });
  }, 100);
});
const looks = (page, from, to = Infinity) => page.evaluate(([a, b]) => window.looks.filter(({ at }) => at >= a && at <= b), [from, to === Infinity ? Number.MAX_SAFE_INTEGER : to]);
const isFresh = (look) => look.signs.includes('live');
const isLive = (page, within) => page.waitForFunction(() => {
  const all = [...document.querySelectorAll('[data-panel] [data-age] [data-sign]')];
  return document.querySelector('[data-footer]')?.dataset.footer === 'sources' && all.length > 3 && all.every((node) => node.dataset.sign === 'live');
}, undefined, { timeout: within, polling: 100 });

/** The wall's figures are the API's at the same sequence number. */
const same = (page) => until('wall and API stand at one sequence number', async () => {
  const shown = await page.evaluate(() => ({ seq: Number(document.querySelector('[data-seq]')?.dataset.seq), received: Number(document.querySelector('[data-panel="counts"] [data-figure]')?.dataset.figure) }));
  const { seq, measures } = await server.kpis('17');
  return shown.seq === seq && shown.received === measures.received ? shown : null;
}, { within: 15_000 });

describe('a screen that nobody looks after', () => {
  it('is back after its server was away for half a minute, though its own box restarted meanwhile', async () => {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
    const page = await openBox(context, server, (one) => one.addInitScript(() => {
      window.awake = 0;
      if ('wakeLock' in navigator) navigator.wakeLock.request = () => { window.awake += 1; return Promise.resolve({}); };
    }));
    const screen = await approve(page, { name: 'Tự đứng dậy' });
    await showing(page, 'province');
    await signs(server);
    await isLive(page, 20_000);
    await until('the browser keeps the page', () => page.evaluate(async () => (await (await caches.open('opcentre-page')).match('/screen')) !== undefined), { within: 20_000 });
    await until('the browser keeps the picture', () => page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('opcentre.picture.'))), { within: 20_000 });
    assert.ok(await page.evaluate(() => window.awake) > 0, 'it keeps its machine awake');
    assert.equal(await page.evaluate(() => getComputedStyle(document.elementFromPoint(600, 600)).cursor), 'none');
    const before_ = await same(page);
    await watch(page);
    const { port } = server;
    await server.kill();
    const killed = Date.now();
    await page.waitForSelector('[data-footer="lost"]', { timeout: 5_000 });
    await pause(LIVE_MS_MAX + LOOK_MS);
    for (const look of await looks(page, killed + LOOK_MS)) assert.ok(!isFresh(look), JSON.stringify(look));
    // The box restarts. There is no server to load the page from.
    await page.reload();
    await page.waitForSelector('[data-panel]', { timeout: 10_000 });
    await watch(page);
    await page.waitForSelector('[data-footer="lost"]', { timeout: 2_000 });
    assert.equal(Number(await page.$eval('[data-panel="counts"] [data-figure]', (node) => node.dataset.figure)), before_.received);
    const said = (await page.textContent('[data-footer]')).replaceAll(/\s+/g, ' ');
    assert.match(said, /Mất kết nối .*đã \d+ (giây|phút).*đang giữ hình cuối lúc \d\d:\d\d:\d\d/);
    // As old as the picture is, not as its being written down.
    const age = /đã (\d+) giây/.exec(said);
    assert.ok(age === null || Number(age[1]) >= LIVE_MS_MAX / 1_000, said);
    assert.deepEqual(new Set(Object.values(await checks.states(page))), new Set(['stale']));
    assert.deepEqual(await checks.staleIsColourless(page), []);
    await picture(page, 'screen-restored');
    await pause(Math.max(0, killed + AWAY_MS - Date.now()));
    server = await serve(port);
    await server.post('motcua', [dossier('WHILE-AWAY')]);
    await signs(server);
    await isLive(page, 60_000);
    await page.waitForFunction(() => window.looks.at(-1)?.footer === 'sources', undefined, { timeout: 2_000 });
    const seen = await looks(page, 0);
    const first = seen.findIndex((look) => look.footer === 'sources');
    assert.ok(first > 10, `${first}`);
    for (const look of seen.slice(0, first)) assert.ok(!isFresh(look), JSON.stringify(look));
    const now = await same(page);
    assert.equal(now.received, before_.received + 1);
    assert.deepEqual(page.faults, []);
    const begun = Date.now();
    await revoke(screen);
    await page.waitForSelector('[data-pairing="revoked"]', { timeout: 5_000 });
    assert.ok(Date.now() - begun < 5_000, 'also where nobody shows a token');
    await context.close();
  });

  it('loads another page once it is published, once, and only when the server gives it', async () => {
    let build = null;
    let loads = 0;
    let gives = true;
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, serviceWorkers: 'block' });
    const page = await openBox(context, server, async (one) => {
      await one.routeWebSocket(/\/api\/v1\/live/, (socket) => {
        const to = socket.connectToServer();
        to.onMessage((text) => {
          const frame = JSON.parse(text);
          socket.send(frame.op === 'hello' && build !== null ? JSON.stringify({ ...frame, build }) : text);
        });
      });
      await one.route(/\/screen$/, (route) => {
        if (route.request().isNavigationRequest()) loads += 1;
        return gives ? route.continue() : route.fulfill({ status: 503, body: 'away' });
      });
    });
    await approve(page, { name: 'Bản mới' });
    await showing(page, 'province');
    await page.evaluate(() => { window.kept = true; });
    assert.equal(loads, 1);
    const again = async () => {
      await page.evaluate(() => { window.dispatchEvent(new Event('offline')); });
      await showing(page, 'province', 60_000);
    };
    [build, gives] = ['another', false];
    await again();
    assert.deepEqual([loads, await page.evaluate(() => window.kept)], [1, true], 'what the server does not give is not loaded');
    gives = true;
    await page.evaluate(() => { window.dispatchEvent(new Event('offline')); });
    await until('it was loaded anew', () => loads === 2, { within: 60_000 });
    await showing(page, 'province', 60_000);
    // The server says the same again: whoever serves the page serves an old one, and loading it for ever helps nobody.
    await page.evaluate(() => { window.kept = true; });
    await again();
    assert.deepEqual([loads, await page.evaluate(() => window.kept)], [2, true]);
    assert.deepEqual(page.faults, []);
    await context.close();
  });

  it('turns its boards on and looks stale in time while the network swallows everything, and heals', async () => {
    const line = await relay(server.port);
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
    const page = await openBox(context, line);
    await approve(page, { name: 'Dây đứt', board: undefined, rotation: [{ board: 'province', dwell_s: 10 }, { board: 'digital', dwell_s: 10 }] });
    await page.waitForSelector('[data-panel]', { timeout: 20_000 });
    await signs(server);
    await isLive(page, 30_000);
    await watch(page);
    line.silent = true;
    const cut = Date.now();
    await page.waitForSelector('[data-footer="lost"]', { timeout: LIVE_MS_MAX + 10_000 });
    await pause(Math.max(0, cut + 25_000 - Date.now()));
    const late = await looks(page, cut + LIVE_MS_MAX + 250 + LOOK_MS);
    assert.ok(late.length > 50);
    for (const look of late) assert.ok(!isFresh(look) && look.signs.length > 0, `${look.at - cut} ms: ${JSON.stringify(look)}`);
    line.silent = false;
    await signs(server);
    await isLive(page, 60_000);
    await context.close();
    await line.close();
  });

  it('looks stale when the live figures hang though its line lives, counts on without ClickHouse, and heals', async () => {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
    const page = await openBox(context, server);
    await approve(page, { name: 'Treo' });
    await showing(page, 'province');
    await signs(server);
    await isLive(page, 20_000);
    await watch(page);
    await writeFile(hang(), '');
    const hung = Date.now();
    try {
      await page.waitForSelector('[data-footer="stalled"]', { timeout: LIVE_MS_MAX + 5_000 });
      await pause(Math.max(0, hung + LIVE_MS_MAX + LOOK_MS + 2_000 - Date.now()));
      const late = await looks(page, hung + LIVE_MS_MAX + 250 + LOOK_MS);
      assert.ok(late.length > 10);
      for (const look of late) assert.ok(!isFresh(look) && look.footer === 'stalled', `${look.at - hung} ms: ${JSON.stringify(look)}`);
    } finally {
      await rm(hang());
    }
    await isLive(page, 20_000);
    const before_ = await same(page);
    await until('ClickHouse is there', async () => (await server.components()).clickhouse?.state === 'ok', { within: 60_000 });
    const killed = Date.now();
    let kills = 0;
    const away = async () => {
      kills += await server.killEngine();
      return (await server.components()).clickhouse?.state !== 'ok';
    };
    await until('the server misses ClickHouse', away);
    await server.post('motcua', [dossier('WITHOUT-ENGINE')]);
    await until('the screen counts it', async () => await away() && (await same(page)).received === before_.received + 1);
    assert.ok(kills > 0);
    // A source that never sent anything has no sign of life to lose.
    for (const look of await looks(page, killed)) assert.ok(look.footer === 'sources' && look.signs.every((sign) => sign === 'live' || sign === 'none'), JSON.stringify(look));
    assert.deepEqual(page.faults, []);
    await context.close();
  });
});
