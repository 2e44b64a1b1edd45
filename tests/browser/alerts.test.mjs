/**
 * Alerts where people see them: a board that allows it is taken over, stays so until somebody says on the desk that he
 * saw it, and is the board again; one that doesn't allow it never is.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launch, openWall, picture, SCREENS } from './browser.mjs';
import { discard, folder, Server, until } from './server.mjs';
import { definitions, fill } from './world.mjs';

const MORNING = '2024-08-02T08:00:00+07:00';
const RULES = `
[[alert]]
id = "overdue"
version = "1"
level = "severe"
label = { vi = "Hồ sơ quá hạn", en = "Overdue dossiers" }
sentence = { vi = "{unit}: hồ sơ quá hạn vượt ngưỡng {threshold}", en = "{unit}: overdue dossiers over the limit of {threshold}" }
kind = "measure"
measure = "in_progress_overdue"
reach = "direct_sub_units"
above = 20
takeover = true

[[alert]]
id = "on_time"
version = "1"
level = "severe"
label = { vi = "Tỷ lệ giải quyết trước và đúng hạn", en = "On-time rate" }
sentence = { vi = "{unit}: tỷ lệ giải quyết trước và đúng hạn {value}, dưới {threshold}", en = "{unit}: resolved early and on time {value}, under {threshold}" }
kind = "kpi"
kpi = "on_time_rate"
reach = "direct_sub_units"
below = 0.9
takeover = true
`;

let browser;
let data;
let server;
before(async () => {
  browser = await launch();
  data = await folder();
  const dashboards = await definitions(join(data, 'dashboards'), {
    'alerts.toml': () => RULES,
    'boards/province.toml': (board) => board.replace('id = "province"\n', 'id = "province"\ntakeover = true\n'),
  });
  server = await Server.start(['serve', '--now', MORNING, '--dashboards-dir', dashboards], join(data, 'data'));
  await server.figures();
  await fill(server);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

const overdue = (unit, count) => Array.from({ length: count }, (_, n) => ({
  type: 'dossier', id: `${unit}-late-${n}`, unit, at: '2024-07-22T09:00:00+07:00', status: 'processing', received_at: '2024-07-22T09:00:00+07:00', due_at: '2024-07-29',
}));
const done = (records) => records.map((record) => ({ ...record, at: '2024-08-01T09:00:00+07:00', status: 'done' }));
const open = async () => (await server.json('/api/v1/alerts')).alerts;

/** What of the takeover lies outside of the panel, is smaller than a wall may print, or is cut. */
const faultsOf = (page) => page.evaluate(() => {
  const unit = innerWidth < innerHeight ? Math.min(innerWidth / 1080, innerHeight / 1920) : Math.min(innerWidth / (innerWidth / innerHeight < 2.2 ? 1920 : 2880), innerHeight / 1080);
  const faults = [];
  for (const box of document.querySelectorAll('.alert, .kept')) {
    const room = box.getBoundingClientRect();
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node.data.trim() === '') continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const at = range.getBoundingClientRect();
      const size = parseFloat(getComputedStyle(node.parentElement).fontSize) / unit;
      if (at.left < room.left || at.right > room.right + 1 || at.top < room.top - 1 || at.bottom > room.bottom + 1) faults.push(`outside: ${node.data}`);
      if (size < 24) faults.push(`${size} px: ${node.data}`);
    }
  }
  const what = document.querySelector('.sentence');
  const said = document.createRange();
  said.selectNodeContents(what);
  const [text, below] = [said.getBoundingClientRect(), document.querySelector('.alert > footer').getBoundingClientRect()];
  if (text.bottom > below.top + 1) faults.push('the sentence lies over what is below it');
  if (what.scrollHeight > what.clientHeight + 2) faults.push('the sentence is cut');
  return faults;
});

describe('alerts', () => {
  it('take over a board that allows it, and no other', { timeout: 120_000 }, async () => {
    const [page, other] = [await openWall(browser, server.url), await openWall(browser, server.url, { board: 'digital' })];
    assert.equal(await page.$('[data-takeover]'), null);
    await server.post('motcua', overdue('150', 31));
    await page.waitForSelector('[data-takeover="1"]', { timeout: 20_000 });
    const [alert] = await open();
    assert.equal(await page.textContent('.alert h2').then((text) => text.trim()), 'Cảnh báo nghiêm trọng');
    assert.equal(await page.getAttribute('.alert .number [data-figure]', 'data-figure'), '31');
    assert.equal(await page.textContent('.alert .sentence').then((text) => text.trim()), alert.sentence.vi);
    assert.equal(await page.$$eval('.kept [data-panel]', (all) => all.length), 5, 'five figures stay');
    assert.ok(await page.$('[data-clock]') !== null && await page.$('[data-footer]') !== null, 'header and footer stay');
    assert.deepEqual(await faultsOf(page), []);
    await picture(page, 'alert-wall-vi');
    assert.equal(await other.$('[data-takeover]'), null, 'guests are in that room');
    assert.deepEqual([...page.faults, ...other.faults], []);
    await other.close();
    await page.close();
  });

  it('are told one at a time, in both languages, upright, in the light and on video walls', { timeout: 120_000 }, async () => {
    await server.post('motcua', done(overdue('148', 19)));
    await until('two are open', async () => (await open()).length === 2);
    for (const [name, screen, query] of [
      ['alert-wall-en', SCREENS.wall, { lang: 'en' }], ['alert-upright-vi', SCREENS.upright, {}],
      ['alert-upright-en', SCREENS.upright, { lang: 'en' }], ['alert-wall-light', SCREENS.wall, { theme: 'light' }],
      ['alert-video32-vi', SCREENS.video32, {}], ['alert-video8-en', SCREENS.video8, { lang: 'en' }],
    ]) {
      const page = await openWall(browser, server.url, { screen, query });
      await page.waitForSelector('[data-takeover="2"]', { timeout: 20_000 });
      assert.equal(await page.textContent('[data-turn]').then((text) => text.trim()), '1/2');
      assert.deepEqual(await faultsOf(page), [], name);
      await picture(page, name);
      await page.close();
    }
  });

  it('leave the board to its figures once somebody saw them at the desk', { timeout: 120_000 }, async () => {
    const [wall, desk] = [await openWall(browser, server.url), await browser.newPage({ viewport: { width: 1440, height: 900 } })];
    await wall.waitForSelector('[data-takeover="2"]', { timeout: 20_000 });
    await desk.goto(`${server.url}/ops/alerts`);
    await desk.waitForSelector('[data-alerts="open"][data-count="2"]', { timeout: 20_000 });
    await picture(desk, 'alert-desk');
    for (const left of [1, 0]) {
      if (left === 0) {
        // The one that is left: a share with its percent sign, and a long sentence.
        await wall.waitForSelector('[data-takeover="1"]', { timeout: 10_000 });
        assert.deepEqual(await faultsOf(wall), []);
        await picture(wall, 'alert-wall-share');
      }
      await desk.locator('[data-alerts="open"] button').last().click();
      await until('it is written down', async () => (await open()).filter((alert) => alert.acknowledged === null).length === left);
      await desk.waitForFunction((count) => document.querySelectorAll('[data-alerts="open"] button').length === count, left, { timeout: 20_000 });
    }
    await wall.waitForFunction(() => document.querySelector('[data-takeover]') === null && document.querySelector('[data-panel="on_time"]') !== null, undefined, { timeout: 10_000 });
    assert.equal((await open())[0].acknowledged.by, 'local');
    await server.post('motcua', done(overdue('150', 31)));
    await until('one is over', async () => (await server.json('/api/v1/alerts?state=history')).alerts.length === 1);
    await desk.reload();
    await desk.waitForSelector('[data-alerts="history"][data-count="1"]', { timeout: 20_000 });
    assert.deepEqual(wall.faults, []);
    await desk.close();
    await wall.close();
  });
});
