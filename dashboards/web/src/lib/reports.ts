/** The tiles of indicators and of an index, checked like all others: what is missing is null and never 0. */
import { pair } from './board';
import type { Lang } from './format';
import { signed } from './format';
import type { Text } from './i18n';
import { isRecord, number_, type Raw, text_ } from './protocol';
import { base, type TileBase } from './tiles';

export interface IndicatorRow {
  readonly code: string;
  readonly label: Text;
  readonly unit: Text;
  readonly period: string | null;
  readonly value: number | null;
  readonly num: number | null;
  readonly den: number | null;
  readonly declared: number | null;
  readonly differs: boolean;
  readonly change: number | null;
  readonly reported: number | null;
  readonly expected: number | null;
  readonly below: boolean;
}

export interface IndicatorsTile extends TileBase {
  readonly rows: readonly IndicatorRow[];
}

export interface IndexPart {
  readonly id: string;
  readonly label: Text;
  readonly score: number | null;
  readonly measurable: number;
  readonly max: number;
  readonly official: number | null;
}

export interface IndexGroup extends IndexPart {
  readonly criteria: readonly IndexPart[];
}

export interface IndexTile extends TileBase {
  readonly total: IndexPart | null;
  readonly groups: readonly IndexGroup[];
}

const ROWS_MAX = 9;
const GROUPS_MAX = 12;

export function indicatorsTile(raw: unknown): IndicatorsTile {
  return { ...base(raw), rows: list(record(raw)['rows'], ROWS_MAX).map(row) };
}

function row(raw: Raw): IndicatorRow {
  const code = text_(raw['code']) ?? '';
  return {
    code,
    label: pair(raw['label'], code),
    unit: pair(raw['measured_in'], ''),
    period: text_(raw['period']),
    value: number_(raw['value']),
    num: number_(raw['num']),
    den: number_(raw['den']),
    declared: number_(raw['declared']),
    differs: raw['differs'] === true,
    change: number_(raw['change']),
    reported: number_(raw['reported']),
    expected: number_(raw['expected']),
    below: raw['made_from'] === 'below',
  };
}

export function indexTile(raw: unknown): IndexTile {
  const tile = record(raw);
  return {
    ...base(raw),
    total: number_(tile['max']) === null ? null : part(tile),
    groups: list(tile['groups'], GROUPS_MAX).map((group) => ({ ...part(group), criteria: list(group['criteria'], GROUPS_MAX).map(part) })),
  };
}

function part(raw: Raw): IndexPart {
  const id = text_(raw['id']) ?? text_(raw['index']) ?? '';
  return {
    id,
    label: pair(raw['label'], id),
    score: number_(raw['score']),
    measurable: number_(raw['measurable']) ?? 0,
    max: number_(raw['max']) ?? 0,
    official: number_(raw['official']),
  };
}

/** Criteria that lose measurable points, those that lose most first. */
export function losses(groups: readonly IndexGroup[]): readonly (IndexPart & { readonly lost: number })[] {
  const all = groups.flatMap((group) => group.criteria);
  const lost = all.map((one) => ({ ...one, lost: one.score === null ? 0 : Number((one.measurable - one.score).toFixed(6)) }));
  return lost.filter((one) => one.lost > 0).sort((a, b) => b.lost - a.lost);
}

/** A number of an indicator in full: percentages with two decimals, what is whole without any. */
export function plain(value: number, isPercent: boolean, lang: Lang): string {
  const decimals = isPercent || !Number.isInteger(value) ? 2 : 0;
  // A percentage that isn't all never prints as 100,00, nor one that is something as 0,00.
  const room = isPercent && value > 0 && value < 100 ? Math.min(99.99, Math.max(0.01, value)) : value;
  return signed(room, lang, decimals).replace('+', '');
}

/** Points: two decimals at most. */
export function points(value: number, lang: Lang): string {
  return signed(value, lang, Number.isInteger(value) ? 0 : Number.isInteger(Number((value * 10).toPrecision(12))) ? 1 : 2).replace('+', '');
}

/** `2024-H1` as people write it. */
export function periodText(period: string, lang: Lang): string {
  const [year = '', rest = '', day = ''] = period.split('-');
  if (rest === '') return lang === 'vi' ? `năm ${year}` : year;
  if (day !== '') return `${day}/${rest}/${year}`;
  if (rest === '9M') return lang === 'vi' ? `9 tháng ${year}` : `9 months of ${year}`;
  if (rest.startsWith('H')) {
    if (lang === 'en') return `${rest} ${year}`;
    return rest === 'H1' ? `6 tháng đầu ${year}` : `6 tháng cuối ${year}`;
  }
  if (rest.startsWith('Q')) return lang === 'vi' ? `Quý ${['I', 'II', 'III', 'IV'][Number(rest.slice(1)) - 1] ?? ''}/${year}` : `${rest} ${year}`;
  if (rest.startsWith('W')) return lang === 'vi' ? `Tuần ${rest.slice(1)}/${year}` : `week ${rest.slice(1)} of ${year}`;
  return `${rest}/${year}`;
}

const record = (raw: unknown): Raw => (isRecord(raw) ? raw : {});

const list = (raw: unknown, max: number): Raw[] => (Array.isArray(raw) ? raw.slice(0, max).filter(isRecord) : []);
