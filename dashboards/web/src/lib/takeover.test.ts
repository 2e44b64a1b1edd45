import { describe, expect, it } from 'vitest';
import { type Panel, parseBoard } from './board';
import { keptFigures, takeoverItems } from './takeover';

const panel = (id: string, kind: string, kpi: string | null = null): Panel => {
  const board = parseBoard({ panels: [{ id, kind, kpi, title: { vi: id, en: id } }] });
  return board?.panels[0] ?? expect.unreachable();
};

describe('what takes a board over', () => {
  it('is read item by item, and what is no item is left out', () => {
    const raw = { items: [
      { id: 7, level: 'severe', number: { vi: '89,4%', en: '89.4%' }, sentence: { vi: 'a', en: 'b' }, label: { vi: 'c', en: 'd' }, since: '2024-08-02T08:00:00+07:00' },
      { id: null }, 'x',
    ] };
    const items = takeoverItems(raw);
    expect(items.map((one) => [one.id, one.severe, one.number.en, one.since])).toEqual([[7, true, '89.4%', Date.parse('2024-08-02T01:00:00Z')]]);
    expect(takeoverItems(undefined)).toEqual([]);
    expect(takeoverItems({ items: [] })).toEqual([]);
  });

  it('keeps the first five figures of the board; null stays no data', () => {
    const panels = [panel('a', 'kpi', 'on_time_rate'), panel('t', 'trend'), panel('b', 'progress', 'digitisation_rate'), panel('c', 'counts'), panel('i', 'index766'), panel('d', 'kpi', 'x'), panel('e', 'kpi', 'y')];
    const tiles = {
      a: { kpis: { on_time_rate: { num: 982, den: 1000, value: 0.982, band: 'met', target: 0.98, better: 'higher' } } },
      c: { measures: { in_progress_overdue: 221 }, limits: { in_progress_overdue: { limit: 200, band: 'over' } } },
      i: { max: 100, score: 83.5 },
    };
    const kept = keptFigures(panels, tiles, 'vi');
    expect(kept.map((one) => [one.panel.id, one.text, one.unit, one.band])).toEqual([
      ['a', '98,2', '%', 'met'], ['b', null, '%', null], ['c', '221', '', 'over'], ['i', '83,5', '', null], ['d', null, '%', null],
    ]);
  });
});
