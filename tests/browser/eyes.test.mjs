/**
 * What a picture of the wall shows: bands without colours, and nothing that moves but what changed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as checks from './checks.mjs';
import { drawn, launch, openWall, picture } from './browser.mjs';
import { changed, EYES, shapesAreSeen } from './pixels.mjs';
import { discard, folder, Server, until } from './server.mjs';
import { dossier, fill, rating, signs } from './world.mjs';

/** The domain clock stands, so that ages do. */
const MORNING = '2024-08-02T08:00:00+07:00';

let browser;
let data;
let server;
before(async () => {
  browser = await launch();
  data = await folder();
  server = await Server.start(['serve', '--now', MORNING], data);
  await server.figures();
  await fill(server);
  // One district of each band.
  await server.post('motcua', Array.from({ length: 20 }, (_, index) => dossier(`L-${index}`, { unit: '152', late: true })));
  await signs(server);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

describe('bands, for eyes that see no colours', () => {
  for (const board of ['province', 'ontime']) {
    for (const theme of ['dark', 'light']) {
      it(`are told by their shape on board ${board}, ${theme}`, async () => {
        const page = await drawn(await openWall(browser, server.url, { board, query: { theme } }));
        for (const eyes of EYES) assert.deepEqual(await shapesAreSeen(page, eyes), [], eyes);
        await page.close();
      });
    }
  }
});

describe('a rating', () => {
  it('changes the tile of ratings and the sequence, and no other pixel', async () => {
    const page = await drawn(await openWall(browser, server.url));
    await until('the first ping is drawn', async () => page.heard.some((frame) => frame.op === 'ping') && (await checks.footer(page)) === 'sources');
    let last = await page.screenshot();
    const settled = (what) => until(what, async () => {
      const [former, next] = [last, last = await page.screenshot()];
      return former.equals(next) ? next : null;
    }, { within: 20_000 });
    const before_ = await settled('the picture stands still');
    assert.deepEqual(await changed(page, before_, before_), {});
    const { seq } = await server.post('danhgia', [rating('R-late', 1)]);
    await page.waitForSelector(`[data-seq="${seq}"]`, { timeout: 10_000 });
    const now = await settled('it stands still again');
    await picture(page, 'rated');
    assert.deepEqual(Object.keys(await changed(page, before_, now)).sort(), ['footer', 'satisfaction']);
    await page.close();
  });
});
