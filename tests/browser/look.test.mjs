/**
 * The look of the wall: layout, type, bands and marks on every screen, theme and language, with the demonstration's
 * figures; and on a server that has heard of no unit, of no record, or of little. Pictures are left in `out/`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as checks from './checks.mjs';
import { drawn, launch, openWall, picture, SCREENS } from './browser.mjs';
import { everyBoard } from './matrix.mjs';
import { discard, folder, Server } from './server.mjs';
import { extreme, old } from './strain.mjs';

/** A debug build on two busy cores takes its time to make up a year and a half. */
const DEMO_MS_MAX = 240_000;

const MORNING = '2024-08-02T08:00:00+07:00';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const nothing = (what, check) => it(what, async () => { assert.deepEqual(await check(), []); });

/** What every look must satisfy, whatever the figures. */
function sound(page, { ellipsis = false } = {}) {
  nothing('keeps every text inside its tile and whole', () => checks.insideTheirTiles(page(), { ellipsis }));
  nothing('lets no two texts overlap', () => checks.noOverlaps(page()));
  nothing('has no text under 24 px and no figure under 70', () => checks.readableSizes(page()));
  nothing('has its own fonts and composed text', () => checks.fontsAndText(page()));
  nothing('has contrast of at least 4.5 in every text', () => checks.contrast(page()));
  nothing('names, dates and explains every tile', () => checks.tilesExplainThemselves(page()));
  nothing('breaks no rule of its security policy and throws nothing', () => page().faults);
}

describe('the demonstration', () => {
  let data;
  let server;
  before(async () => {
    data = await folder();
    // The demonstration names its address when the made-up past is in its figures.
    server = await Server.start(['demo'], data, { within: DEMO_MS_MAX });
  }, { timeout: DEMO_MS_MAX + 60_000 });
  after(async () => {
    await server?.stop();
    await discard(data);
  });

  const looks = [
    ['1080p, dark, Vietnamese', 'wall-dark-vi', {}],
    ['1080p, light, Vietnamese', 'wall-light-vi', { query: { theme: 'light' } }],
    ['1080p, light, English', 'wall-light-en', { query: { theme: 'light', lang: 'en' } }],
    ['upright, light, English', 'upright-light-en', { screen: SCREENS.upright, query: { theme: 'light', lang: 'en' } }],
    ['1080p, a district', 'district-dark-vi', { query: { unit: '148' } }],
  ];
  for (const [name, file, options] of looks) {
    describe(`at ${name}`, () => {
      let page;
      before(async () => {
        page = await drawn(await openWall(browser, server.url, options));
        await picture(page, file);
      });
      after(() => page?.close());
      sound(() => page);
      nothing('has digits of one width', () => checks.equalDigits(page));
      nothing('has room for every accent', () => checks.accentsAreWhole(page));
      nothing('shows colour, shape and word of a band together', () => checks.bandsAlwaysTogether(page, options.query?.lang));
      nothing('marks made-up figures', () => checks.demoIsMarked(page, true));
      it('has a live figure in every tile', async () => {
        for (const [panel, state] of Object.entries(await checks.states(page))) assert.equal(state, 'live', panel);
      });
    });
  }

  everyBoard('normal', () => browser, () => server.url, { screens: 'all' });
  everyBoard('extreme', () => browser, () => server.url, { frames: extreme });
  everyBoard('old', () => browser, () => server.url, { frames: old, stale: true, langs: ['vi'] });
  everyBoard('a commune', () => browser, () => server.url, { boards: ['unit', 'hall'], unit: '04795', langs: ['vi'] });
});

describe('a server without figures', () => {
  let data;
  let server;
  before(async () => {
    data = await folder();
    server = await Server.start(['serve', '--now', MORNING], data);
    await server.figures();
  }, { timeout: 120_000 });
  after(async () => {
    await server?.stop();
    await discard(data);
  });

  const look = (name, file, options, prepare) => {
    describe(name, () => {
      let page;
      before(async () => {
        await prepare?.();
        page = await openWall(browser, server.url, options);
        await page.waitForSelector('[data-panel]', { timeout: 20_000 });
        await picture(page, file);
      });
      after(() => page?.close());
      sound(() => page);
      it('says "no data" in every tile, and never 0', async () => {
        for (const [panel, state] of Object.entries(await checks.states(page))) assert.equal(state, 'none', panel);
        const figures = await page.$$eval('[data-figure]', (nodes) => nodes.map((node) => node.dataset.figure));
        assert.ok(figures.length > 0);
        for (const figure of figures) assert.equal(figure, '–');
      });
      nothing('doesn\'t call real figures a demonstration', () => checks.demoIsMarked(page, false));
    });
  };
  look('that knows no unit yet', 'empty', {});
  look('that knows its units and heard no source', 'silent', {}, () => server.loadUnits());
  look('that heard no source, upright and in English', 'silent-upright-en', { screen: SCREENS.upright, query: { lang: 'en' } });

  everyBoard('empty', () => browser, () => server.url, { demo: false });

  describe('whose sources are heard and had nothing to send', () => {
    let page;
    before(async () => {
      for (const source of ['motcua', 'cong-dvc', 'danhgia']) await server.post(source, []);
      page = await drawn(await openWall(browser, server.url));
      await picture(page, 'zero');
    });
    after(() => page?.close());
    sound(() => page);
    it('counts a true 0 and has no rate', async () => {
      assert.deepEqual(await checks.figures(page, 'counts'), ['0', '0', '0', '0']);
      assert.deepEqual(await checks.figures(page, 'on_time'), ['–']);
      const states = await checks.states(page);
      assert.deepEqual([states.counts, states.on_time], ['live', 'none']);
    });
  });
});
