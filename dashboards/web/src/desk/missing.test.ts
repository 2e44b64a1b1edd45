import { expect, test } from 'vitest';
import type { MissingRow } from './api';
import { place, sourcesAddress } from './address';
import { grouped } from './missing';

const row = (unit: string, code: string, deadline: string, overdue_days: number, state: string | null = null): MissingRow => ({
  unit, name: `Xã ${unit}`, code, label: { vi: code, en: code }, period: '2024-07', deadline, overdue: overdue_days > 0, overdue_days, state,
});

test('a unit stands once for each deadline and state, the longest overdue first', () => {
  const groups = grouped([row('1', 'a', '2024-08-10', 4), row('2', 'a', '2024-08-10', 4, 'draft'), row('1', 'b', '2024-08-10', 4), row('1', 'c', '2024-08-05', 9)]);
  expect(groups.map((group) => [group.unit, group.overdueDays, group.state, group.labels.map((label) => label.vi)])).toEqual([
    ['1', 9, null, ['c']], ['1', 4, null, ['a', 'b']], ['2', 4, 'draft', ['a']],
  ]);
});

test('the page of sources keeps the language and the period in its address', () => {
  const at = place(new URL('http://x/ops/sources?lang=en&period=2024-07&window=week'));
  expect(at.kind).toBe('sources');
  expect(sourcesAddress(at.params)).toBe('/ops/sources?lang=en&period=2024-07');
  expect(sourcesAddress(at.params, { period: null })).toBe('/ops/sources?lang=en');
  expect(place(new URL('http://x/ops/sources/17')).kind).toBe('nowhere');
});
