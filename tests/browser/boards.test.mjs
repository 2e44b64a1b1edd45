/**
 * The boards against the API: every figure on a wall is the one that the API answers at the same sequence, and rows add
 * up to the number above them. And the province's own map, once it was loaded.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as checks from './checks.mjs';
import { drawn, launch, openWall, picture } from './browser.mjs';
import { discard, folder, until } from './server.mjs';
import { dossier, fill, World } from './world.mjs';

let browser;
let world;
let data;
let server;
before(async () => {
  browser = await launch();
  world = new World();
  data = await folder();
  server = await world.serve(data);
  await fill(server);
  const open = (id, field, due) => ({ ...dossier(id, { done: false, unit: '150' }), field, due_at: due });
  await server.post('motcua', [open('F-1', 'Đất đai', '2024-07-24'), open('F-2', 'Đất đai', '2024-07-31'), open('F-3', 'Hộ tịch', '2024-07-30')]);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
  await discard(data);
});

/** A page of a board once it shows the sequence of the API; what it is asked then, both ways. */
async function beside(board, read, ask) {
  const page = await drawn(await openWall(browser, server.url, { board }));
  try {
    return await until(`${board} and the API stand at one sequence number`, async () => {
      const answer = await ask();
      const [seq, wall] = [await page.$eval('[data-seq]', (node) => Number(node.dataset.seq)), await read(page)];
      return seq === answer.seq ? { wall, answer } : null;
    }, { within: 20_000 });
  } finally {
    await page.close();
  }
}

const print = (ratio) => (ratio * 100).toFixed(1).replace('.', ',');
const rate = (figure) => `${print(figure.value)}%`;
const texts = (page, selector) => page.$$eval(selector, (nodes) => nodes.map((node) => node.textContent.trim()));
const counts = (page, selector) => texts(page, selector).then((all) => all.map((text) => Number(text.replaceAll('.', ''))));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

describe('on time and overdue', () => {
  it('shows the figures of the API, by age, by field and on the map', async () => {
    const { wall, answer } = await beside('ontime', async (page) => ({
      hero: await checks.figures(page, 'on_time'),
      overdue: await checks.figures(page, 'overdue'),
      nearly: await checks.figures(page, 'nearly'),
      ages: await counts(page, '[data-panel="overdue"] .class b'),
      fields: await counts(page, '[data-panel="fields"] li b'),
      names: await texts(page, '[data-panel="fields"] li .name'),
      cells: await page.$$eval('[data-panel="map"] [data-unit]', (cells) => Object.fromEntries(cells.map((cell) => [cell.dataset.unit, cell.querySelector('.value b').textContent.trim()]))),
    }), async () => ({
      ...await server.kpis('17'),
      age: (await server.json('/api/v1/units/17/breakdown?by=age&window=year')).rows,
      field: (await server.json('/api/v1/units/17/breakdown?by=field&window=year')).rows,
    }));
    assert.deepEqual(wall.hero, [rate(answer.kpis.on_time_rate)]);
    assert.deepEqual(wall.overdue, [String(answer.measures.in_progress_overdue)]);
    assert.deepEqual(wall.nearly, [String(answer.measures.nearly_late)]);
    const age = (...names) => sum(answer.age.filter((row) => names.includes(row.value)).map((row) => row.measures.in_progress_overdue));
    assert.deepEqual(wall.ages, [age('overdue_le_1', 'overdue_le_5'), age('overdue_le_10'), age('overdue_le_30'), age('overdue_gt_30')]);
    assert.equal(sum(wall.ages), answer.measures.in_progress_overdue);
    assert.equal(sum(wall.fields), answer.measures.in_progress_overdue);
    const field = (name) => answer.field.find((row) => row.value === name)?.measures.in_progress_overdue;
    for (const [place, name] of wall.names.entries()) if (name !== 'Không rõ lĩnh vực') assert.equal(wall.fields[place], field(name), name);
    for (const child of answer.children.filter((one) => wall.cells[one.unit] !== undefined)) {
      const { value } = child.kpis.on_time_rate;
      assert.equal(wall.cells[child.unit], value === null ? '–' : print(value), child.unit);
    }
    assert.equal(Object.keys(wall.cells).length, 10);
  });
});

describe('satisfaction, digitisation, the index, the hall and one unit', () => {
  it('show the figures of the API', async () => {
    const satisfaction = await beside('satisfaction', async (page) => ({
      hero: await checks.figures(page, 'satisfaction'), answers: await counts(page, '[data-panel="answers"] .count'),
    }), () => server.kpis('17'));
    assert.deepEqual(satisfaction.wall.hero, [rate(satisfaction.answer.kpis.satisfaction_rate)]);
    assert.equal(sum(satisfaction.wall.answers), satisfaction.answer.measures.ratings);
    assert.equal(sum(satisfaction.wall.answers.slice(0, 2)), satisfaction.answer.measures.ratings_satisfied);

    const digitisation = await beside('digitisation', async (page) => ({
      hero: await checks.figures(page, 'digitisation'), online: await checks.figures(page, 'online'),
      ranks: await texts(page, '[data-panel="ranking"] li .value'),
    }), () => server.kpis('17'));
    const { kpis, children } = digitisation.answer;
    assert.deepEqual([digitisation.wall.hero, digitisation.wall.online], [[rate(kpis.digitisation_rate)], [rate(kpis.online_rate)]]);
    const known = children.filter((one) => one.kpis.digitisation_rate.value !== null && /^1[45]\d$/.test(one.unit));
    assert.deepEqual(digitisation.wall.ranks.filter((text) => text !== '–').sort(), known.map((one) => print(one.kpis.digitisation_rate.value)).sort());

    const index = await beside('index766', (page) => checks.figures(page, 'index766'), async () => {
      const answer = await server.json('/api/v1/units/17/indices/qd766?period=2024');
      return { ...answer, seq: (await server.kpis('17')).seq };
    });
    const score = index.answer.score ?? index.answer.figure?.score;
    assert.equal(Number(index.wall[0].replace(',', '.')), Number(Number(score).toFixed(2)));

    const hall = await beside('hall', async (page) => ({
      queue: await checks.figures(page, 'queue'), open: await checks.figures(page, 'open'),
    }), () => server.kpis('17', 'today'));
    const of = (...names) => names.map((name) => String(hall.answer.measures[name]));
    assert.deepEqual(hall.wall.queue, of('waiting_acceptance', 'received', 'resolved', 'uncollected'));
    assert.deepEqual(hall.wall.open, of('in_progress', 'in_progress_overdue'));

    const unit = await beside('unit', (page) => checks.figures(page, 'counts'), () => server.kpis('17'));
    assert.deepEqual(unit.wall, ['received', 'resolved', 'in_progress', 'in_progress_overdue'].map((name) => String(unit.answer.measures[name])));
  });
});

describe('the province\'s own map', () => {
  it('is drawn in the place of cells once every unit has an outline', async () => {
    const units = (await server.json('/api/v1/units/17')).children.filter((unit) => unit.kind === 'district');
    const square = ({ lon, lat }) => [[[lon - 0.05, lat - 0.05], [lon + 0.05, lat - 0.05], [lon + 0.05, lat + 0.05], [lon - 0.05, lat + 0.05], [lon - 0.05, lat - 0.05]]];
    const features = units.map((unit) => ({ type: 'Feature', properties: { code: unit.code }, geometry: { type: 'Polygon', coordinates: square(unit) } }));
    const answer = await fetch(`${server.url}/api/v1/geometry`, { method: 'PUT', body: JSON.stringify({ type: 'FeatureCollection', features }) });
    assert.equal(answer.status, 200, await answer.clone().text());
    const page = await drawn(await openWall(browser, server.url, { board: 'ontime' }));
    await page.waitForSelector('[data-outline]', { timeout: 10_000 });
    await picture(page, 'ontime-outlines');
    assert.equal(await page.locator('[data-outline]').count(), 10);
    assert.equal(await page.locator('[data-panel="map"] [data-cell]').count(), 0);
    assert.deepEqual([await checks.layout(page), page.faults], [[], []]);
    await page.close();
  });
});
