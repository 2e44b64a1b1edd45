/**
 * A board of a period that is over: once somebody closes the period, walls say so and that they show current figures;
 * after a restart, too, and until the period is opened again.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as checks from './checks.mjs';
import { drawn, launch, openWall, picture, SCREENS } from './browser.mjs';
import { discard, folder, Server, until } from './server.mjs';
import { definitions, dossier, fill } from './world.mjs';

const MORNING = '2024-08-02T08:00:00+07:00';
const PERIOD = '/api/v1/periods/calendar/2024-07';

let browser;
let data;
let server;
const serve = async () => {
  server = await Server.start(['serve', '--now', MORNING, '--dashboards-dir', join(data, 'dashboards')], join(data, 'data'));
  await server.figures();
};
before(async () => {
  browser = await launch();
  data = await folder();
  await definitions(join(data, 'dashboards'), {
    'boards/province.toml': (board) => board.replaceAll('window = "year"', 'window = "2024-07"'),
    'boards/unit.toml': (board) => board.replace('id = "counts"\n', 'id = "counts"\nwindow = "2024-07"\n'),
  });
  await serve();
  await fill(server);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

async function tell(what, body) {
  const answer = await fetch(`${server.url}${PERIOD}/${what}`, { method: 'POST', body: JSON.stringify(body) });
  assert.ok(answer.ok, await answer.text());
}

const wall = async (query, screen = SCREENS.wall) => drawn(await openWall(browser, server.url, { query, screen }));
const mark = (page, within = 5_000) => page.waitForSelector('[data-closed="2024-08-02"]', { timeout: within }).then((node) => node.textContent());
const received = async (page) => Number((await checks.figures(page, 'counts'))[0]);

describe('a period that is closed', () => {
  it('is marked on the walls of all units that it was closed for, and only there', async () => {
    const [province, district] = [await wall({}), await wall({ unit: '148' })];
    await until('the figures are there', async () => await received(province) === 127);
    assert.equal(await province.$('[data-closed]'), null);
    await tell('close', { unit: '148' });
    assert.equal(await mark(district), 'kỳ đã chốt 02/08/2024 · số hiện thời');
    assert.equal(await province.$('[data-closed]'), null, 'only a part of the province is closed');
    await tell('close', { unit: '17' });
    await mark(province);
    // What comes afterwards is in the figures of the wall, which says so, and not in those that were closed.
    await server.post('motcua', [dossier('AFTER')]);
    await until('the wall goes on', async () => await received(province) === 128);
    const official = await server.json('/api/v1/units/17/kpis?window=2024-07&version=official');
    assert.equal(official.measures.received, 127);
    assert.ok(await mark(province));
    await picture(province, 'closed-wall');
    for (const page of [province, district]) {
      assert.deepEqual(page.faults, []);
      await page.close();
    }
  });

  it('is marked after a restart, in every shape of a screen and in English, beside everything else', async () => {
    await server.stop();
    await serve();
    for (const [name, screen] of [['wall', SCREENS.wall], ['upright', SCREENS.upright], ['video', SCREENS.video32]]) {
      for (const lang of ['vi', 'en']) {
        const page = await wall({ lang }, screen);
        assert.match(await mark(page), lang === 'vi' ? /kỳ đã chốt/ : /closed 02\/08\/2024 · current figures/);
        assert.deepEqual(await checks.layout(page), []);
        assert.deepEqual(await checks.contrast(page), []);
        await picture(page, `closed-${name}-${lang}`);
        await page.close();
      }
    }
  });

  it('is said of the panel alone whose days are not those of the board', async () => {
    for (const screen of [SCREENS.wall, SCREENS.upright]) {
      const page = await drawn(await openWall(browser, server.url, { board: 'unit', screen }));
      assert.equal(await mark(page), 'Hồ sơ: kỳ đã chốt 02/08/2024 · số hiện thời');
      assert.match(await page.textContent('[data-period]'), /Năm 2024/, 'the board has its own days');
      assert.deepEqual(await checks.layout(page), []);
      await picture(page, screen === SCREENS.wall ? 'closed-panel' : 'closed-panel-upright');
      await page.close();
    }
  });

  it('is marked no longer once it is opened again', async () => {
    const [province, district] = [await wall({}), await wall({ unit: '148' })];
    await mark(province);
    await tell('reopen', { unit: '17', reason: 'hồ sơ gửi muộn' });
    await province.waitForFunction(() => document.querySelector('[data-closed]') === null, undefined, { timeout: 5_000 });
    assert.ok(await mark(district), 'the district closed its own');
    for (const page of [province, district]) await page.close();
  });
});
