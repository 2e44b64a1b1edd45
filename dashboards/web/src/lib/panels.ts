/** The tiles of maps, tables, stacks, ages and sentences, checked like all others: what is missing is null and never 0. */
import { pair } from './board';
import type { Better } from './format';
import type { Text } from './i18n';
import { isRecord, number_, type Raw, text_ } from './protocol';
import { type Band, band } from './states';
import { base, type Measures, numbers, type TileBase } from './tiles';

export interface Cell {
  readonly unit: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly value: number | null;
  readonly band: Band | null;
  readonly overdue: number | null;
}

export interface MapTile extends TileBase {
  readonly target: number | null;
  readonly near: number | null;
  readonly better: Better;
  readonly columns: number;
  readonly rows: number;
  readonly cells: readonly Cell[];
}

export interface Column {
  readonly id: string;
  readonly title: Text;
  readonly ratio: boolean;
}

export interface TableValue {
  readonly value: number | null;
  readonly band: Band | null;
  readonly target: number | null;
}

export interface TableRow {
  readonly unit: string;
  readonly name: string;
  readonly values: readonly TableValue[];
}

export interface TableTile extends TileBase {
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
  readonly total: readonly TableValue[];
  /** How many units there are, shown or not. */
  readonly count: number;
}

export interface StackRow {
  readonly unit: string;
  readonly name: string;
  readonly measures: Measures;
}

export interface StackTile extends TileBase {
  readonly answersOf: boolean;
  readonly measures: Measures;
  /** From the best answer to the worst. */
  readonly answers: readonly (number | null)[];
  readonly children: readonly StackRow[];
  readonly count: number;
}

export interface FieldRow {
  /** Null: no field was given. */
  readonly field: string | null;
  readonly count: number;
  readonly oldest: number;
}

export interface OverdueTile extends TileBase {
  readonly total: number | null;
  readonly today: number | null;
  readonly limit: number | null;
  readonly band: Band | null;
  readonly classes: readonly { readonly id: string; readonly count: number | null }[];
  readonly fields: readonly FieldRow[];
  readonly others: { readonly fields: number; readonly count: number; readonly oldest: number } | null;
}

export interface NamedCount {
  readonly id: string;
  readonly title: Text;
  readonly level: boolean;
  readonly value: number | null;
  /** What came today; of a level by how much it changed since yesterday's end. */
  readonly today: number | null;
  readonly limit: number | null;
  readonly band: Band | null;
}

export interface Sentence extends Text {
  /** Only of an alert: how urgent it is. */
  readonly level: string | null;
}

/** Bounds on lists from the wire. */
const CELLS_MAX = 1_000;
const ROWS_MAX = 24;

export function mapTile(raw: unknown, wanted: string | null): MapTile {
  const tile = record(raw);
  const id = wanted ?? text_(tile['kpi']) ?? '';
  const size = (name: string): number => Math.max(1, Math.min(200, Math.floor(number_(tile[name]) ?? 1)));
  return {
    ...base(raw),
    target: number_(tile['target']),
    near: number_(tile['near']),
    better: tile['better'] === 'lower' ? 'lower' : 'higher',
    columns: size('columns'),
    rows: size('rows'),
    cells: list(tile['cells'], CELLS_MAX).map((one) => {
      const figure = record(record(one['kpis'])[id]);
      return {
        ...named(one),
        x: number_(one['x']) ?? 0,
        y: number_(one['y']) ?? 0,
        value: number_(figure['value']),
        band: band(figure['band']),
        overdue: number_(record(one['measures'])['in_progress_overdue']),
      };
    }),
  };
}

export function tableTile(raw: unknown): TableTile {
  const tile = record(raw);
  const rows = list(tile['rows'], ROWS_MAX).map((one) => ({ ...named(one), values: values(one['values']) }));
  return {
    ...base(raw),
    columns: list(tile['columns'], 6).map((one) => ({
      id: text_(one['id']) ?? '',
      title: pair(one['title'], text_(one['id']) ?? ''),
      ratio: one['kind'] === 'ratio',
    })),
    rows,
    total: values(tile['total']),
    count: Math.max(number_(tile['count']) ?? 0, rows.length),
  };
}

const values = (raw: unknown): TableValue[] =>
  list(raw, 6).map((one) => ({ value: number_(one['value']), band: band(one['band']), target: number_(one['target']) }));

export function stackTile(raw: unknown): StackTile {
  const tile = record(raw);
  const children = list(tile['children'], ROWS_MAX).map((one) => ({ ...named(one), measures: numbers(one['measures']) }));
  return {
    ...base(raw),
    answersOf: tile['of'] === 'answers',
    measures: numbers(tile['measures']),
    answers: list(tile['answers'], 5).map((one) => number_(one['count'])),
    children,
    count: Math.max(number_(tile['count']) ?? 0, children.length),
  };
}

export function overdueTile(raw: unknown): OverdueTile {
  const tile = record(raw);
  const others = isRecord(tile['others']) ? tile['others'] : null;
  return {
    ...base(raw),
    total: number_(tile['total']),
    today: number_(tile['today']),
    limit: number_(tile['limit']),
    band: band(tile['band']),
    classes: list(tile['classes'], 8).map((one) => ({ id: text_(one['id']) ?? '', count: number_(one['count']) })),
    fields: list(tile['fields'], ROWS_MAX).map((one) => ({
      field: text_(one['field']),
      count: number_(one['count']) ?? 0,
      oldest: number_(one['oldest']) ?? 0,
    })),
    others: others === null ? null : { fields: number_(others['fields']) ?? 0, count: number_(others['count']) ?? 0, oldest: number_(others['oldest']) ?? 0 },
  };
}

export function namedCounts(raw: unknown): readonly NamedCount[] {
  const tile = record(raw);
  const [measures, today, limits] = [numbers(tile['measures']), numbers(tile['today']), record(tile['limits'])];
  return list(tile['named'], 6).map((one) => {
    const id = text_(one['id']) ?? '';
    const limit = record(limits[id]);
    return {
      id,
      title: pair(one['title'], id),
      level: one['level'] === true,
      value: measures[id] ?? null,
      today: today[id] ?? null,
      limit: number_(limit['limit']),
      band: band(limit['band']),
    };
  });
}

export function sentences(raw: unknown): readonly Sentence[] {
  const items = list(record(raw)['items'], ROWS_MAX);
  return items.map((one) => ({ ...pair(one, ''), level: text_(one['level']) })).filter((one) => one.vi !== '');
}

function named(raw: Raw): { readonly unit: string; readonly name: string } {
  const unit = text_(raw['unit']) ?? '';
  return { unit, name: text_(raw['short_name']) ?? text_(raw['name']) ?? unit };
}

const record = (raw: unknown): Raw => (isRecord(raw) ? raw : {});

const list = (raw: unknown, max: number): Raw[] => (Array.isArray(raw) ? raw.slice(0, max).filter(isRecord) : []);
