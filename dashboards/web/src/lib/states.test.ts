import { describe, expect, it } from 'vitest';
import { AHEAD_S_MAX, type DataState, judge, type Link } from './states';

const NOW = Date.parse('2024-08-02T08:00:00+07:00');
const LIMIT = 3600;
const feed = (ageS: number | null, hasValue = true) =>
  ({ sourceAt: ageS === null ? null : NOW - ageS * 1000, staleAfterS: LIMIT, hasValue });

describe('the state of a tile', () => {
  it.each<[number, Link, DataState]>([
    [0, 'up', 'live'],
    [LIMIT / 2, 'up', 'live'],
    [LIMIT / 2 + 1, 'up', 'ageing'],
    [LIMIT - 1, 'up', 'ageing'],
    [LIMIT, 'up', 'ageing'],
    [LIMIT + 0.001, 'up', 'stale'],
    [LIMIT + 1, 'up', 'stale'],
    [8, 'down', 'ageing'],
    [8, 'unsure', 'ageing'],
    [LIMIT + 1, 'down', 'stale'],
    [8, 'stalled', 'stale'],
  ])('%d s old with the line %s is %s', (ageS, link, state) => {
    expect(judge(feed(ageS), NOW, link).state).toBe(state);
  });

  it('without a figure is no data, however fresh its source', () => {
    expect(judge(feed(0, false), NOW, 'up')).toEqual({ state: 'none', ageS: null });
    expect(judge(feed(0, false), NOW, 'stalled').state).toBe('none');
  });

  it('whose age nobody knows is stale, not fresh', () => {
    expect(judge(feed(null), NOW, 'up')).toEqual({ state: 'stale', ageS: null });
    expect(judge(feed(0), null, 'up')).toEqual({ state: 'stale', ageS: null });
  });

  it('allows a source clock to be a little ahead, and distrusts one far ahead', () => {
    expect(judge(feed(-AHEAD_S_MAX), NOW, 'up')).toEqual({ state: 'live', ageS: 0 });
    expect(judge(feed(-AHEAD_S_MAX - 1), NOW, 'up').state).toBe('stale');
  });

  it('rounds its age down to whole seconds', () => {
    expect(judge(feed(8.999), NOW, 'up').ageS).toBe(8);
  });
});
