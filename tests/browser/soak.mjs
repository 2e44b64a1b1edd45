/**
 * Long runs of the wall, for `make soak` (SOAK=browser): they take a quarter of an hour and print what they measured.
 *
 * - *updates*: a screen with two boards in turn hears two hours' worth of updates in six minutes, 20 times as fast as a
 *   province sends them. What it holds in memory after a collection doesn't grow.
 * - *crowd*: 200 screens and one in Chromium follow a board for ten minutes while 1,000 records come a second. At the
 *   end every one of them shows the newest value of each tile, which is the API's.
 *
 * `SOAK_UPDATES_S` and `SOAK_CROWD_S` say how long, for a short try. Node needs --experimental-websocket before 22.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { launch, openWall } from './browser.mjs';
import { openBox } from './devices.mjs';
import { discard, folder, until } from './server.mjs';
import { dossier, fill, instant, rating, signs, World } from './world.mjs';

const UPDATES_S = Number(process.env.SOAK_UPDATES_S ?? 360);
const CROWD_S = Number(process.env.SOAK_CROWD_S ?? 600);
/** How much faster than a province: one record a second. */
const SPEED = 20;
const SCREENS = 200;
const RECORDS_PER_S = 1_000;
const BATCHES_PER_S = 10;
/** Different dossiers: more come, the same ones change. */
const DOSSIERS = 20_000;
const UNITS = ['148', '150', '152'];
/** After the last record every screen shows the newest value within this time. */
const LAST_MS_MAX = 15_000;
/** What the page may hold more after an hour's worth of updates: noise of the measurement. */
const HEAP_KIB_PER_H_MAX = 1_024;
const NODES_PER_H_MAX = 200;

const say = (text) => { process.stdout.write(`${text}\n`); };

/** A dossier as it is at its `turn`: each record says something else, and the newest counts. */
function record(n, turn, world) {
  const id = `S-${n % DOSSIERS}`;
  if (n % 10 === 0) return { ...rating(`SR-${n % DOSSIERS}`, 1 + ((n + turn) % 5)), at: instant(Date.parse(world.clock) - 60_000) };
  return { ...dossier(id, { unit: UNITS[n % 3], done: (n + turn) % 2 === 0, late: (n + turn) % 7 === 0 }), at: instant(Date.parse(world.clock) - 60_000) };
}

/** Bytes on the heap, nodes and listeners of a page after a collection. */
async function weigh(session) {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

/** Rise of `y` for one step of `x`, by least squares. */
function slope(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  return points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

/** Weighs a page now and then while `work` goes on; the weights with the share of the time at which they were. */
async function weighed(page, work, everyMs) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const begun = Date.now();
  let goesOn = true;
  const done = work().finally(() => { goesOn = false; });
  const weights = [];
  while (goesOn) {
    await Promise.race([pause(everyMs), done]);
    weights.push({ at: (Date.now() - begun) / 1_000, ...(await weigh(session)) });
  }
  await done;
  // What is loaded once and what is drawn first is no growth.
  return weights.filter(({ at }) => at > weights.at(-1).at / 4);
}

/** Rise of heap (KiB) and nodes in an hour of `speed` times real time. */
function growth(weights, speed) {
  const perHour = (of) => slope(weights.map((weight) => [weight.at, of(weight)])) * 3_600 / speed;
  return { heap: perHour(({ heap }) => heap / 1_024), nodes: perHour(({ nodes }) => nodes) };
}

function report(name, weights, { heap, nodes }) {
  const [first, last] = [weights[0], weights.at(-1)];
  say(`${name}: heap ${(first.heap / 1024).toFixed(0)} to ${(last.heap / 1024).toFixed(0)} KiB (${heap.toFixed(0)} KiB/h), nodes ${first.nodes} to ${last.nodes} (${nodes.toFixed(0)}/h), listeners ${first.listeners} to ${last.listeners}, ${weights.length} looks`);
}

async function resident(server) {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1_024);
}

/** Sends `perS` records a second for `s` seconds, so many batches a second; waits for each answer, catches up if late. */
async function send(server, world, { s, perS, batchesPerS, from = 0 }) {
  const begun = Date.now();
  const size = Math.round(perS / batchesPerS);
  let sent = 0;
  while (sent < s * perS) {
    const due = begun + (sent / perS) * 1_000;
    if (due > Date.now()) await pause(due - Date.now());
    const batch = Array.from({ length: size }, (_, k) => record(from + sent + k, Math.floor((from + sent + k) / DOSSIERS), world));
    await server.post('motcua', batch);
    sent += size;
    if (sent % (perS * 30) < size) await signs(server);
  }
  return { sent, tookS: (Date.now() - begun) / 1_000 };
}

async function updates(browser, world, server) {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const page = await openBox(context, { url: server.url });
  const code = await page.waitForSelector('[data-code]').then((node) => node.getAttribute('data-code'));
  const rotation = [{ board: 'province', dwell_s: 15 }, { board: 'digital', dwell_s: 15 }];
  const approved = await fetch(`${server.url}/api/v1/screens`, { method: 'POST', body: JSON.stringify({ code, name: 'soak', unit: '17', rotation }) });
  assert.equal(approved.status, 201);
  await page.waitForSelector('[data-layer] [data-seq]:not([data-seq=""])', { timeout: 30_000 });
  let updated = 0;
  page.on('websocket', (socket) => { socket.on('framereceived', ({ payload }) => { if (String(payload).includes('"op":"update"')) updated += 1; }); });
  const weights = await weighed(page, () => send(server, world, { s: UPDATES_S, perS: SPEED, batchesPerS: SPEED }), Math.min(15_000, UPDATES_S * 1_000 / 12));
  const rise = growth(weights, SPEED);
  report(`updates, ${UPDATES_S} s at ${SPEED} times the pace`, weights, rise);
  assert.deepEqual(page.faults, []);
  await until('one board is on the screen', async () => (await page.$$('[data-layer]')).length === 1, { within: 10_000 });
  await context.close();
  // A short try measures noise.
  if (UPDATES_S >= 120) {
    assert.ok(updated > UPDATES_S, `${updated} updates came`);
    assert.ok(rise.heap < HEAP_KIB_PER_H_MAX, `the heap grows by ${rise.heap} KiB an hour`);
    assert.ok(rise.nodes < NODES_PER_H_MAX, `${rise.nodes} nodes more an hour`);
  }
}

/** A screen without a browser: it follows a board by the rules of the page. */
class Follower {
  tiles = {};
  version = -1;
  backwards = 0;
  snapshots = 0;
  updates = 0;
  ended = false;

  constructor(url) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live`);
    this.socket.onmessage = ({ data }) => { this.hear(JSON.parse(data)); };
    this.socket.onclose = () => { this.ended = true; };
  }

  ask() {
    this.socket.send(JSON.stringify({ op: 'subscribe', board: 'province', unit: '17' }));
  }

  hear(frame) {
    if (frame.op === 'hello') this.ask();
    else if (frame.op === 'ping') this.socket.send('{"op":"pong"}');
    else if (frame.op === 'snapshot' || frame.op === 'update') this.show(frame);
  }

  show(frame) {
    if (frame.version < this.version) this.backwards += 1;
    if (frame.op === 'update' && frame.from !== this.version) {
      this.ask();
      return;
    }
    this.tiles = frame.op === 'snapshot' ? frame.tiles : { ...this.tiles, ...frame.tiles };
    this[`${frame.op}s`] += 1;
    this.version = frame.version;
    this.seq = frame.seq;
  }

  get text() {
    return JSON.stringify(Object.entries(this.tiles).sort());
  }
}

async function crowd(browser, world, server) {
  const page = await openWall(browser, server.url, { motion: true });
  await page.waitForSelector('[data-seq]:not([data-seq=""])', { timeout: 30_000 });
  page.removeAllListeners('websocket');
  const screens = Array.from({ length: SCREENS }, () => new Follower(server.url));
  await until('every screen has a picture', () => screens.every((screen) => screen.version >= 0), { within: 60_000 });
  const before = await resident(server);
  let outcome;
  const weights = await weighed(page, async () => { outcome = await send(server, world, { s: CROWD_S, perS: RECORDS_PER_S, batchesPerS: BATCHES_PER_S, from: 1_000_000 }); }, Math.min(15_000, CROWD_S * 1_000 / 12));
  const rise = growth(weights, 1);
  report(`crowd, ${SCREENS} screens and Chromium, ${outcome.sent} records in ${outcome.tookS.toFixed(0)} s`, weights, rise);
  // One last change, and from then on every screen is to show what whoever comes anew is shown.
  await server.post('motcua', [dossier('LAST')]);
  const ended = Date.now();
  const newest = async () => {
    const one = new Follower(server.url);
    await until('a picture', () => one.version >= 0);
    one.socket.close();
    return one;
  };
  const missing = async () => {
    const truth = await newest();
    return screens.filter((screen) => screen.text !== truth.text).length;
  };
  await until('every screen shows the newest value of each tile', async () => (await missing()) === 0, { within: LAST_MS_MAX, every: 500 });
  const tookMs = Date.now() - ended;
  const { measures } = await server.kpis('17');
  const wall = await until('the wall shows what the API says', async () => {
    const [shown] = await page.$$eval('[data-panel="counts"] [data-figure]', (nodes) => nodes.map((node) => node.dataset.figure));
    return Number(shown) === measures.received ? shown : null;
  }, { within: LAST_MS_MAX });
  const sum = (of) => screens.reduce((all, screen) => all + of(screen), 0);
  say(`crowd: all ${SCREENS} screens showed the newest values within ${tookMs} ms of the last record, the wall ${wall} dossiers; ${sum((s) => s.updates)} updates, ${sum((s) => s.snapshots)} snapshots, ${sum((s) => s.backwards)} went back, ${screens.filter((s) => s.ended).length} ended; server ${before} to ${await resident(server)} MiB`);
  assert.equal(sum((screen) => screen.backwards), 0);
  assert.equal(screens.filter((screen) => screen.ended).length, 0);
  assert.deepEqual(page.faults, []);
  for (const { socket } of screens) socket.close();
  await page.close();
  if (CROWD_S >= 300) {
    // Ten minutes are too short for an hour's slope; the growth of the run itself is bounded.
    const grownKib = rise.heap * CROWD_S / 3_600;
    assert.ok(grownKib < HEAP_KIB_PER_H_MAX, `the heap grew by ${grownKib} KiB`);
  }
}

const browser = await launch();
const data = await folder();
const world = new World();
const server = await world.serve(data, { args: ['--screens-max', '400', '--connections-max', '600'] });
try {
  await fill(server);
  await updates(browser, world, server);
  await crowd(browser, world, server);
  say('soak: passed');
} finally {
  await browser.close();
  await server.stop();
  await discard(data);
}
