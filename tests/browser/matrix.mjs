/**
 * Every board on every screen, in both languages: one page for a board and a language, made another shape again and
 * again. What the figures are is the server's affair; what must hold of any look is asked here.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as checks from './checks.mjs';
import { openWall, picture, SCREENS } from './browser.mjs';

export const BOARDS = ['province', 'ontime', 'satisfaction', 'digitisation', 'index766', 'hall', 'unit', 'digital'];
const ALL = Object.entries(SCREENS);
/** `PICTURES=all` leaves those of every language, for a look at each. */
const PICTURES_OF_ALL = process.env.PICTURES === 'all';
/** On 3840x2160 everything is twice as large and nothing else, so it is looked at once. */
const SHAPES = ALL.filter(([name]) => name !== 'wall4k');

/** The page has settled in its new shape: what must fit is measured, what depends on it is drawn. */
async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frames = 0; frames < 4; frames += 1) await new Promise((done) => { requestAnimationFrame(done); });
  });
}

/** Faults of one look. */
async function faults(page, { demo, stale }) {
  const found = [
    ...await checks.layout(page),
    ...await checks.contrast(page),
    ...await checks.tilesExplainThemselves(page),
    ...await checks.bandsAlwaysTogether(page, 'vi', { all: false }),
    ...await checks.demoIsMarked(page, demo),
    ...page.faults,
  ];
  if (stale) {
    found.push(...await checks.staleIsColourless(page));
    for (const [panel, state] of Object.entries(await checks.states(page))) if (state === 'live') found.push(`${panel} looks live`);
  }
  return found;
}

/**
 * `name` of the figures; `frames` tells them otherwise; `screens`: `all` or `shapes`; `langs`; `pictures` are left in
 * `out/` for the first language.
 */
export function everyBoard(name, browser, url, { boards = BOARDS, screens = 'shapes', langs = ['vi', 'en'], frames = null, demo = true, stale = false, pictures = true, unit = '17' } = {}) {
  for (const board of boards) {
    for (const lang of langs) {
      describe(`board ${board}, ${name}, ${lang}`, () => {
        let page;
        before(async () => {
          page = await openWall(browser(), url(), { board, frames, query: { lang, unit } });
          await page.waitForSelector('[data-panel]', { timeout: 20_000 });
          if (demo) await page.waitForSelector('[data-seq]:not([data-seq=""])', { timeout: 20_000 });
        });
        after(() => page?.close());
        for (const [screen, size] of screens === 'all' && lang === langs[0] ? ALL : SHAPES) {
          it(`holds at ${size.width}x${size.height}`, async () => {
            await page.setViewportSize(size);
            await settled(page);
            if (pictures && (lang === langs[0] || PICTURES_OF_ALL)) await picture(page, `${board}-${name.replaceAll(' ', '-')}-${screen}${lang === langs[0] ? '' : `-${lang}`}`);
            assert.deepEqual(await faults(page, { demo, stale }), []);
          });
        }
        if (demo && !stale) it('has digits of one width', async () => { assert.deepEqual(await checks.equalDigits(page), []); });
      });
    }
  }
}
