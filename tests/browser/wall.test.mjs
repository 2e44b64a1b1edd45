/**
 * The wall in a real browser against a running server (`OPCENTRE_URL`). Layout, type, bands and marks on every
 * screen, theme and language; and that no tile looks fresh when nobody vouches for it.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import * as checks from './checks.mjs';
import { launch, openWall, SCREENS, SERVER, UNIT } from './browser.mjs';

const OUT = new URL('out/', import.meta.url);

let browser;
let demo;
before(async () => {
  await mkdir(OUT, { recursive: true });
  browser = await launch();
  const board = await fetch(`${SERVER}/api/v1/boards/province?unit=${encodeURIComponent(UNIT)}`);
  assert.equal(board.status, 200, 'the server has the board');
  demo = (await board.json()).demo;
});
after(() => browser?.close());

const looks = [
  ['1080p, dark, Vietnamese', { screen: SCREENS.wall }, 'wall-dark-vi'],
  ['1080p, light, Vietnamese', { screen: SCREENS.wall, query: { theme: 'light' } }, 'wall-light-vi'],
  ['1080p, dark, English', { screen: SCREENS.wall, query: { lang: 'en' } }, 'wall-dark-en'],
  ['2160p, dark, Vietnamese', { screen: SCREENS.wall4k }, 'wall4k-dark-vi'],
  ['upright, light, Vietnamese', { screen: SCREENS.upright, query: { theme: 'light' } }, 'upright-light-vi'],
];

for (const [name, options, file] of looks) {
  describe(`the wall at ${name}`, () => {
    let page;
    before(async () => {
      page = await openWall(browser, options);
      await page.screenshot({ path: new URL(`${file}.png`, OUT).pathname });
    });
    after(() => page?.close());
    const none = (what, check) => it(what, async () => { assert.deepEqual(await check(), []); });

    none('keeps every text inside its tile', () => checks.insideTheirTiles(page));
    none('lets no two texts overlap', () => checks.noOverlaps(page));
    none('has no text under 24 px and no figure under 70', () => checks.readableSizes(page));
    none('has digits of one width', () => checks.equalDigits(page));
    none('has its own fonts and composed text', () => checks.fontsAndText(page));
    none('has contrast of at least 4.5 in every text', () => checks.contrast(page));
    none('shows colour, shape and word of a band together', () => checks.bandsAlwaysTogether(page, options.query?.lang));
    none('names, dates and explains every tile', () => checks.tilesExplainThemselves(page));
    none('marks made-up figures', () => checks.demoIsMarked(page, demo));
    none('breaks no rule of its security policy and throws nothing', () => page.faults);
  });
}

describe('a wall whose line breaks', () => {
  // The page's own sockets go through a relay in the test, so that the line can be cut without touching the server.
  const relayed = async () => {
    const line = { cut: false, deaf: false, routes: [] };
    const page = await openWall(browser, {
      before: (fresh) => fresh.routeWebSocket(/\/api\/v1\/live$/, (route) => {
        if (line.cut) {
          void route.close();
          return;
        }
        const server = route.connectToServer();
        line.routes.push(route);
        route.onMessage((message) => server.send(message));
        server.onMessage((message) => { if (!line.deaf) route.send(message); });
      }),
    });
    return { page, line };
  };

  it('says so within five seconds, keeps its figures, and heals by itself', async () => {
    const { page, line } = await relayed();
    const figures = () => page.$$eval('[data-figure]', (nodes) => nodes.map((node) => node.dataset.figure));
    assert.equal(await checks.footer(page), 'sources');
    line.cut = true;
    const count = (await figures()).length;
    for (const route of line.routes) await route.close();
    await page.waitForSelector('[data-footer="lost"]', { timeout: 5_000 });
    for (const [panel, state] of Object.entries(await checks.states(page))) assert.notEqual(state, 'live', `${panel} looks live`);
    assert.equal((await figures()).length, count);
    line.cut = false;
    await page.waitForSelector('[data-footer="sources"]', { timeout: 15_000 });
    await page.close();
  });

  it('lets no tile look fresh when the server goes silent on an open line', async () => {
    const { page, line } = await relayed();
    line.deaf = true;
    await page.waitForFunction(
      () => [...document.querySelectorAll('[data-panel]')].every((tile) => tile.dataset.state === 'stale' || tile.dataset.state === 'none'),
      undefined, { timeout: 15_000 });
    assert.deepEqual(await checks.staleIsColourless(page), []);
    assert.deepEqual(await checks.insideTheirTiles(page), []);
    assert.deepEqual(await checks.contrast(page), []);
    assert.notEqual(await checks.footer(page), 'sources');
    line.deaf = false;
    await page.waitForSelector('[data-footer="sources"]', { timeout: 20_000 });
    await page.close();
  });
});
