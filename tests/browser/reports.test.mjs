/**
 * Reports by schedule on the desk: what was made, what is late, pages small, files, who took them, in both languages; and
 * what failed, which is tried anew.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launch, picture } from './browser.mjs';
import { noOverlaps } from './checks.mjs';
import { discard, folder, Server, until } from './server.mjs';
import { definitions, fill } from './world.mjs';

/** Whom the daily brief is for: the province, and a unit that is yet to come. It goes where nobody is. */
const PLAN = 'working_days = true\nreach = ["top"]\nunits = ["999"]\ndeliver_to = ["duty-mail"]\n';
/** The day before a month of reports is over, and that day: the daily brief was missed, the month comes in time. */
const BEFORE = '2024-08-14T08:00:00+07:00';
const AFTER = '2024-08-15T08:02:00+07:00';
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

let browser;
let data;
let server;
const list = () => server.json('/api/v1/reports');
before(async () => {
  browser = await launch();
  data = await folder();
  const dashboards = await definitions(join(data, 'dashboards'), { 'reports/daily.toml': (text) => text.replace('working_days = true\n', PLAN) });
  const serve = (from) => Server.start(['serve', '--clock-from', from, '--dashboards-dir', dashboards], join(data, 'data'));
  server = await serve(BEFORE);
  await server.figures();
  await fill(server);
  await until('schedules are known', async () => (await list()).schedules.every((one) => one.since !== null));
  await server.stop();
  server = await serve(AFTER);
  await server.figures();
  await until('both were made', async () => (await list()).runs.filter((run) => run.state === 'made').length === 2);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

async function open(path, viewport = DESK) {
  const page = await browser.newPage({ viewport });
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  await page.goto(`${server.url}${path}`);
  await page.waitForSelector('main[data-shown]', { timeout: 20_000 });
  return page;
}

describe('reports by schedule', () => {
  it('stand on a page of the desk with their pages, and say when they are late', { timeout: 120_000 }, async () => {
    const { runs } = await list();
    assert.deepEqual(runs.map((run) => [run.report, run.period, run.made?.late ?? run.state]).sort(), [['daily', '2024-08-14', 'failed'], ['daily', '2024-08-14', true], ['monthly', '2024-08', false]]);
    const page = await open('/ops/units/17');
    await page.click('[data-to="reports"]');
    await page.waitForSelector('[data-runs="3"]', { timeout: 20_000 });
    assert.equal(new URL(page.url()).pathname, '/ops/reports');
    const late = await page.$$eval('[data-run]', (rows) => rows.map((row) => [row.dataset.state, row.dataset.late, row.textContent.includes('lập muộn')]));
    assert.deepEqual(late.sort(), [['failed', 'false', false], ['made', 'false', false], ['made', 'true', true]]);
    assert.match((await page.textContent('[data-delivery="duty-mail"][data-fate="dropped"]')).replaceAll(/\s+/g, ' '), /Gửi tới duty-mail: không gửi .*no such destination is configured/);
    // One page of the day, three of the month; each is drawn.
    await page.waitForFunction(() => {
      const all = [...document.querySelectorAll('img[data-preview]')];
      return all.length === 4 && all.every((one) => one.naturalWidth > 1_000 && one.getBoundingClientRect().height < 200);
    }, undefined, { timeout: 20_000 });
    assert.equal(await page.$$eval('[data-schedule]', (all) => all.length), 4);
    await noOverlaps(page);
    await picture(page, 'reports-desk-vi');
    const monthly = runs.find((run) => run.report === 'monthly').run;
    const download = page.waitForEvent('download');
    await page.click(`[data-run="${monthly}"] .files a`);
    assert.equal((await download).suggestedFilename(), 'monthly_17_2024-08.xlsx');
    await page.click('[data-schedule="monthly"] a');
    await page.waitForSelector('[data-runs="1"]', { timeout: 20_000 });
    assert.deepEqual(page.faults, []);
    await page.close();
  });

  it('that failed are tried anew, and fail again as long as their reason holds', { timeout: 60_000 }, async () => {
    const page = await open('/ops/reports');
    const failed = await page.waitForSelector('[data-state="failed"]', { timeout: 20_000 });
    assert.match(await failed.textContent(), /no unit has the code `999`/);
    await page.click('[data-state="failed"] [data-retry]');
    await page.waitForSelector('[data-state="waiting"]', { timeout: 20_000 });
    assert.deepEqual(await page.$$eval('[data-retry], .refusal', (nodes) => nodes.length), 0);
    await until('it was tried', async () => (await list()).runs.some((run) => run.state === 'waiting' && run.tries > 0));
    assert.deepEqual(page.faults, []);
    await page.close();
  });

  it('also in English, and on a phone', { timeout: 120_000 }, async () => {
    for (const [name, viewport] of [['reports-desk-en', DESK], ['reports-phone-en', PHONE]]) {
      const page = await open('/ops/reports?lang=en', viewport);
      await page.waitForSelector('img[data-preview]', { timeout: 20_000 });
      assert.ok(await page.textContent('main').then((text) => text.includes('made late') && text.includes('Schedule')));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `the page is ${String(wide)} px wider than the window`);
      await picture(page, name);
      assert.deepEqual(page.faults, []);
      await page.close();
    }
  });
});
