/**
 * One headless Chromium for a test file. Nothing is downloaded: playwright-core comes with the page's own
 * development packages, the browser from the system (`CHROMIUM` names another one).
 */
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../dashboards/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

/** The address of a running server, e.g. http://127.0.0.1:8080. */
export const SERVER = (process.env.OPCENTRE_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
export const UNIT = process.env.OPCENTRE_UNIT ?? '17';

export const SCREENS = {
  wall: { width: 1920, height: 1080 },
  wall4k: { width: 3840, height: 2160 },
  upright: { width: 1080, height: 1920 },
};

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/** The wall's address; `query` adds to unit, e.g. { lang: 'en', theme: 'light' }. */
export function wallAddress(query = {}, board = 'province') {
  return `${SERVER}/wall/${board}?${new URLSearchParams({ unit: UNIT, ...query })}`;
}

/**
 * Opens the wall and waits until its tiles have drawn a picture. `page.faults` collects what the page or its
 * security policy complained about. Nothing moves unless `motion` is asked for: live traffic would blur a look.
 */
export async function openWall(browser, { screen = SCREENS.wall, query = {}, before, motion = false } = {}) {
  const page = await browser.newPage({ viewport: screen, reducedMotion: motion ? 'no-preference' : 'reduce' });
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') page.faults.push(message.text());
  });
  if (before !== undefined) await before(page);
  await page.goto(wallAddress(query));
  await page.waitForSelector('[data-panel]', { timeout: 20_000 });
  await page.waitForSelector('[data-seq]:not([data-seq=""])', { timeout: 20_000 });
  await page.evaluate(() => document.fonts.ready);
  // Two frames: one to measure what must fit, one to draw it.
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => { requestAnimationFrame(done); }); }));
  return page;
}
