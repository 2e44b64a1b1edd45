/** Who hasn't sent, a row for each unit, period, deadline and state. Pure. */
import type { Text } from '../lib/i18n';
import type { MissingRow } from './api';

export interface Group {
  readonly key: string;
  readonly unit: string;
  readonly name: string;
  readonly period: string;
  readonly deadline: string;
  readonly overdue: boolean;
  readonly overdueDays: number;
  readonly state: string | null;
  readonly labels: readonly Text[];
}

/** The longest overdue first, then in the order of the answer. */
export function grouped(rows: readonly MissingRow[]): readonly Group[] {
  const groups = new Map<string, Group & { labels: Text[] }>();
  for (const row of rows) {
    const key = JSON.stringify([row.unit, row.name, row.period, row.deadline, row.state]);
    const known = groups.get(key);
    if (known === undefined) {
      const { unit, name, period, deadline, overdue, overdue_days: overdueDays, state } = row;
      groups.set(key, { key, unit, name, period, deadline, overdue, overdueDays, state, labels: [row.label] });
    } else {
      known.labels.push(row.label);
    }
  }
  return [...groups.values()].sort((one, other) => other.overdueDays - one.overdueDays);
}
