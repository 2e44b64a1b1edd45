import { describe, expect, it } from 'vitest';
import { parseBoard, place, type Panel } from './board';
import { apart, gapped, spread } from './curve';
import { landscape, portrait } from './layout';
import { shift } from './motion';
import { parseFrame } from './protocol';
import { rankingRows, rankingScale } from './ranking';
import { type Child, countsTile, freshnessTile, kpiTile, rankingTile, trendTile } from './tiles';

describe('frames', () => {
  it.each([
    ['{"op":"ping","time":"2030-01-01T00:00:00Z","live_at":null,"now":"2024-08-02T08:00:00+07:00"}', 'ping'],
    ['{"op":"bye","code":"slow","retry_ms":2000}', 'bye'],
    ['{"op":"error","code":"unknown_unit","message":"no unit 99"}', 'error'],
  ])('%s is a %s', (text, op) => {
    expect(parseFrame(text)?.op).toBe(op);
  });

  it.each(['', 'null', '[]', '{"op":"ping"}', '{"op":"snapshot","topic":"a/b","epoch":"e","version":"7","tiles":{}}', '{"op":"hello","epoch":"e"}'])(
    '%s is no frame',
    (text) => { expect(parseFrame(text)).toBeNull(); },
  );

  it('bounds the ping period a server may announce', () => {
    expect(parseFrame('{"op":"hello","epoch":"e","ping_ms":0}')).toMatchObject({ pingMs: 500 });
  });
});

describe('tiles', () => {
  it('turn whatever isn’t a number into no data, never into 0', () => {
    const raw = { kpis: { on_time_rate: { value: null, num: '12', den: Number.NaN, band: 'great' } }, measures: { resolved_withdrawn: null }, trend: [{ value: null }, 3] };
    const tile = kpiTile(raw, 'on_time_rate');
    expect(tile.kpi).toMatchObject({ value: null, num: null, den: null, band: null, target: null });
    expect(tile.measures).toEqual({ resolved_withdrawn: null });
    expect(tile.trend.map((point) => point.value)).toEqual([null]);
    expect(countsTile({}).measures).toEqual({});
  });

  it('say since when boundaries are others, and who goes on for a code that has ended', () => {
    const compare = { same_period_last_year: { difference_points: 1.5, across: '2025-07-01' } };
    expect(kpiTile({ compare }, 'k').across).toBe('2025-07-01');
    expect(kpiTile({ compare: { same_period_last_year: { difference_points: 1.5, across: null } } }, 'k').across).toBeNull();
    expect(countsTile({ compare: { received: { change: 0.1, across: '2025-07-01' } } }).across).toBe('2025-07-01');
    expect(trendTile({ series: [], across: '2025-07-01' }).across).toBe('2025-07-01');
    const ended = { unit: '17', ended: { on: '2025-06-30', succeeded_by: { unit: '25', name: 'Tỉnh Phú Thọ' } } };
    expect(trendTile(ended).ended).toEqual({ unit: '17', on: '2025-06-30', successor: { unit: '25', name: 'Tỉnh Phú Thọ' } });
    expect(trendTile({ unit: '148', ended: { on: '2025-06-30', succeeded_by: null } }).ended).toEqual({ unit: '148', on: '2025-06-30', successor: null });
    expect(trendTile({ unit: '25' }).ended).toBeNull();
  });

  it('name the sources whose old data is being sent, and have no mark otherwise', () => {
    const marks = [{ source: 'motcua', since: '2024-08-02T08:00:00+07:00' }, { since: 1 }];
    expect(kpiTile({ backfill: marks }, 'k').backfill).toEqual(['motcua', '?']);
    expect(countsTile({ backfill: [] }).backfill).toEqual([]);
    expect(trendTile({ backfill: 'x' }).backfill).toEqual([]);
    expect(trendTile({}).backfill).toEqual([]);
  });

  it('count the units that a ranking leaves out, also those that weren’t sent', () => {
    const children = Array.from({ length: 20 }, (_, index) => ({ unit: String(index), rank: index < 10 ? index + 1 : 114 + index, kpis: {} }));
    const tile = rankingTile({ count: 133, children }, 'k');
    const gap = rankingRows(tile.children, 10, tile.count).find((row) => row.kind === 'gap');
    expect(gap).toEqual({ kind: 'gap', gap: { hidden: 124, unranked: 0 } });
  });

  it.each([undefined, null, 3, 'x', []])('read nothing out of %s', (raw) => {
    expect(kpiTile(raw, 'k').kpi).toBeNull();
    expect(rankingTile(raw, 'k').children).toEqual([]);
    expect(trendTile(raw).series).toEqual([]);
    expect(freshnessTile(raw)).toEqual([]);
  });

  it('compose accents', () => {
    const children = [{ unit: '158', short_name: 'Yên Thủy'.normalize('NFD'), rank: 1, kpis: {} }];
    expect(rankingTile({ children }, 'k').children[0]?.name).toBe('Yên Thủy'.normalize('NFC'));
  });
});

const child = (rank: number | null): Child => ({ unit: String(rank), name: '', rank, move: null, value: rank === null ? null : 1 - rank / 100, band: null });

describe('ranking', () => {
  it('shows all units that fit', () => {
    expect(rankingRows([1, 2, 3].map(child), 10).every((row) => row.kind === 'unit')).toBe(true);
  });

  it('shows the five best, a gap with the count, and the worst that have a rank', () => {
    const children = [...Array.from({ length: 22 }, (_, i) => child(i + 1)), child(null), child(null)];
    const rows = rankingRows(children, 10);
    expect(rows.map((row) => (row.kind === 'gap' ? row.gap : row.child.rank))).toEqual([1, 2, 3, 4, 5, { hidden: 15, unranked: 2 }, 19, 20, 21, 22]);
  });

  it('starts every bar at the target line, on one scale', () => {
    const scale = rankingScale([0.99, 0.94], 0.98);
    const better = scale.bar(0.99);
    const worse = scale.bar(0.94);
    expect(better.left).toBeCloseTo(scale.origin);
    expect(worse.left + worse.width).toBeCloseTo(scale.origin);
    expect(worse.width / better.width).toBeCloseTo(4);
  });

  it.each([[[0.99, 0.985]], [[0.9, 0.8]], [[0.98]], [[]]])('keeps the target line off the edges for %j', (values) => {
    const { origin } = rankingScale(values, 0.98);
    expect(origin).toBeGreaterThan(0.2);
    expect(origin).toBeLessThan(0.8);
  });

  it('starts bars at zero when there is no target', () => {
    expect(rankingScale([0.5, 1], null).bar(0.5)).toEqual({ left: 0, width: 0.5 });
  });
});

describe('curves', () => {
  it('never draw across missing data', () => {
    const path = gapped([1, 2, null, 4, null, 6, 7], (i) => i, (v) => v);
    expect(path.match(/M/g)).toHaveLength(3);
    expect(path).toContain('M3.0 4.0h0.1');
  });

  it('have an axis of some height whatever the values', () => {
    for (const values of [[], [null], [0, 0], [0.98, 0.98]]) {
      const { low, high } = spread(values, null);
      expect(high).toBeGreaterThan(low);
    }
  });

  it('keep their labels apart and inside', () => {
    expect(apart([10, 12], 30, 100)).toEqual([15, 45]);
    expect(apart([99, 98], 30, 100)).toEqual([85, 55]);
  });
});

describe('boards', () => {
  const raw = (panels: unknown[]) => ({ id: 'province', title: { vi: 'Toàn cảnh' }, unit: { code: '17', name: 'Tỉnh Hòa Bình' }, panels });

  it('count as a demonstration unless they say otherwise', () => {
    expect(parseBoard(raw([]))?.demo).toBe(true);
    expect(parseBoard({ ...raw([]), demo: false })?.demo).toBe(false);
  });

  it('lend a missing language the other one, and skip what is no panel', () => {
    const board = parseBoard(raw([{ id: 'a', kind: 'kpi', title: { vi: 'Một' } }, 3, {}]));
    expect(board?.title).toEqual({ vi: 'Toàn cảnh', en: 'Toàn cảnh' });
    expect(board?.panels.map((panel) => panel.id)).toEqual(['a']);
  });

  it.each([null, [], {}, { panels: 3 }])('%j is no board', (body) => {
    expect(parseBoard(body)).toBeNull();
  });

  it('stand upright in reading order, single figures two to a row', () => {
    const panel = (id: string, kind: string, hero = false): Panel =>
      ({
        id, kind, kpi: null, title: { vi: id, en: id }, grid: { x: 0, y: 0, w: 1, h: 1 }, at: kind === 'freshness' ? 'footer' : 'body', hero,
        sparkline: false, stack: false, by: null, tree: false, text: null, named: false, staleAfterS: 1, sources: [],
      });
    const panels = [panel('hero', 'kpi', true), panel('a', 'kpi'), panel('b', 'progress'), panel('rank', 'ranking'), panel('c', 'counts'), panel('s', 'freshness')];
    const { placed, rows } = portrait(panels);
    expect(placed.map(({ panel: one, grid }) => [one.id, grid.y, grid.x, grid.w])).toEqual([
      ['hero', 0, 0, 12], ['a', 1, 0, 6], ['b', 1, 6, 6], ['c', 2, 0, 12], ['rank', 3, 0, 12],
    ]);
    expect(rows).toHaveLength(4);
    expect(landscape(panels).placed).toHaveLength(5);
  });

  it('are found in the address', () => {
    expect(place(new URL('http://h/wall/province?unit=17&lang=en&theme=light'))).toEqual({ board: 'province', unit: '17', lang: 'en', theme: 'light' });
    expect(place(new URL('http://h/wall/province?lang=xx'))).toEqual({ board: 'province', unit: '', lang: 'vi', theme: 'dark' });
  });
});

describe('burn-in shift', () => {
  it('moves one axis by 2 px a step and stays within 8', () => {
    for (let step = 0; step < 200; step += 1) {
      const [a, b] = [shift(step), shift(step + 1)];
      expect(Math.abs(a.x - b.x) + Math.abs(a.y - b.y)).toBe(2);
      expect(Math.max(Math.abs(a.x), Math.abs(a.y))).toBeLessThanOrEqual(8);
    }
  });
});
