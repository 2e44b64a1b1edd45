/**
 * One headless Chromium for a test file. Nothing is downloaded: playwright-core comes with the page's own
 * development packages, the browser from the system (`CHROMIUM` names another one).
 */
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../dashboards/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const SCREENS = {
  wall: { width: 1920, height: 1080 },
  wall4k: { width: 3840, height: 2160 },
  upright: { width: 1080, height: 1920 },
  video32: { width: 3840, height: 1080 },
  video8: { width: 5760, height: 2160 },
};

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

const OUT = new URL('out/', import.meta.url);

/** Leaves a picture for people in `out/`. */
export async function picture(page, name) {
  await mkdir(OUT, { recursive: true });
  await page.screenshot({ path: new URL(`${name}.png`, OUT).pathname });
}

/** The wall's address on a server; `query` adds to unit, e.g. { lang: 'en', theme: 'light' }. */
export function wallAddress(url, { unit = '17', ...query } = {}, board = 'province') {
  return `${url}/wall/${board}?${new URLSearchParams({ unit, ...query })}`;
}

/**
 * Opens the wall, before any figure has come. `page.faults` collects what the page or its security policy complained
 * about, `page.heard` what the server said over the WebSocket. Nothing moves unless `motion` is asked for: live
 * traffic would blur a look.
 */
export async function openWall(browser, url, { screen = SCREENS.wall, query = {}, motion = false, board = 'province', frames = null } = {}) {
  const page = await browser.newPage({ viewport: screen, reducedMotion: motion ? 'no-preference' : 'reduce' });
  page.faults = [];
  page.heard = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') page.faults.push(message.text());
  });
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => { page.heard.push({ at: Date.now(), ...JSON.parse(payload) }); });
  });
  // What the server says, told otherwise: for figures that no small world has.
  if (frames !== null) {
    await page.routeWebSocket('**/api/v1/live', (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => { socket.send(JSON.stringify(frames(JSON.parse(message)))); });
    });
  }
  await page.goto(wallAddress(url, query, board));
  await page.waitForSelector('[data-footer]', { timeout: 20_000 });
  return page;
}

/** Waits until figures of the server are drawn. */
export async function drawn(page) {
  await page.waitForSelector('[data-panel]', { timeout: 20_000 });
  await page.waitForSelector('[data-seq]:not([data-seq=""])', { timeout: 20_000 });
  await page.evaluate(() => document.fonts.ready);
  // Two frames: one to measure what must fit, one to draw it.
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => { requestAnimationFrame(done); }); }));
  return page;
}
