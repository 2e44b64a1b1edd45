/**
 * After the merger of provinces: a comparison over the day says so, and a code that has ended names who goes on instead
 * of showing zeros.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { launch, picture, SCREENS } from './browser.mjs';
import { discard, folder, Server, until } from './server.mjs';

const MORNING = '2025-12-01T08:00:00+07:00';
const WALL = { width: 1920, height: 1080 };

let browser;
let data;
let server;
before(async () => {
  browser = await launch();
  data = await folder();
  server = await Server.start(['serve', '--now', MORNING], data);
  await server.figures();
  for (const [route, name] of [['units', 'hoa-binh'], ['units', 'phu-tho'], ['successions', 'hoa-binh-successions']]) await load(route, name);
  const dossiers = ['2024-01-03', '2024-03-04', '2025-03-04', '2025-09-04'].flatMap((day) => Array.from({ length: 20 }, (_, n) => ({
    type: 'dossier', id: `${day}-${n}`, unit: '04795', at: `${day}T15:00:00+07:00`, status: 'done',
    received_at: `${day}T09:00:00+07:00`, finished_at: `${day}T15:00:00+07:00`, due_at: n < 2 ? `${day}T10:00:00+07:00` : day,
  })));
  await server.post('motcua', dossiers);
  await until('all dossiers count', async () => (await server.kpis('25', '2024-01-01..2025-12-01')).measures.received === 80);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

async function load(route, name) {
  const body = await readFile(new URL(`../../dashboards/units/${name}.csv`, import.meta.url));
  const answer = await fetch(`${server.url}/api/v1/${route}`, { method: 'PUT', headers: { 'content-type': 'text/csv' }, body });
  assert.ok(answer.ok, await answer.text());
}

async function open(path, wanted) {
  const page = await browser.newPage({ viewport: WALL });
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  await page.goto(server.url + path);
  await page.waitForSelector(wanted, { timeout: 20_000 });
  return page;
}

describe('the province that three became', () => {
  it('marks what it compares over 1 July 2025, on the wall and on the desk', async () => {
    const wall = await open('/wall/province?unit=25', '[data-panel="on_time"] [data-across="2025-07-01"]');
    assert.match(await wall.textContent('[data-panel="on_time"] [data-across]'), /khác địa giới từ 01\/07\/2025/);
    await picture(wall, 'merged-wall');
    // Only a video wall has room for the trend.
    await wall.setViewportSize(SCREENS.video32);
    await wall.waitForSelector('[data-panel="trend"] [data-across="2025-07-01"]', { timeout: 20_000 });
    assert.deepEqual(wall.faults, []);
    await wall.close();
    const desk = await open('/ops/units/25?lang=en', '[data-compare="on_time_rate"]');
    assert.match(await desk.textContent('[data-compare="on_time_rate"]'), /other boundaries/);
    assert.deepEqual(desk.faults, []);
    await desk.close();
  });
});

describe('the code that has ended', () => {
  it('names who goes on, and shows no zeros', async () => {
    const wall = await open('/wall/province?unit=17', 'header [data-ended="2025-06-30"]');
    assert.match(await wall.textContent('[data-panel="counts"]'), /17 đã kết thúc ngày 30\/06\/2025, tiếp nối: 25 Tỉnh Phú Thọ/);
    const figures = await wall.$$eval('[data-panel="counts"] .figure, [data-panel="on_time"] .figure', (nodes) => nodes.map((node) => node.textContent.trim()));
    assert.ok(figures.length >= 5 && figures.every((text) => text === '–'), figures.join(' '));
    await picture(wall, 'ended-wall');
    await wall.close();
    const desk = await open('/ops/units/17', '[data-ended="2025-06-30"]');
    assert.match(await desk.textContent('[data-none]'), /Không có số liệu/);
    await desk.click('[data-ended] a');
    await desk.waitForSelector('[data-kpi="on_time_rate"]');
    assert.equal(new URL(desk.url()).pathname, '/ops/units/25');
    assert.deepEqual(desk.faults, []);
    await desk.close();
  });
});
