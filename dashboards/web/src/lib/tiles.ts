/**
 * The figures of each kind of tile, checked: a field that is absent, null or of another type becomes null, which
 * every panel shows as "no data". Nothing here turns a missing figure into 0.
 */
import { pair } from './board';
import type { Better } from './format';
import type { Text } from './i18n';
import { instant, isRecord, number_, type Raw, text_ } from './protocol';
import { type Band, band } from './states';

export interface Window {
  readonly from: string;
  readonly to: string;
}

/** The period of a board: that of most of its tiles. */
export function boardWindow(tiles: Readonly<Record<string, unknown>>): Window | null {
  const all = Object.values(tiles).flatMap((tile) => base(tile).window ?? []);
  const alike = (one: Window): number => all.filter((other) => sameWindow(one, other)).length;
  return all.reduce<Window | null>((most, one) => (most === null || alike(one) > alike(most) ? one : most), null);
}

export const sameWindow = (a: Window | null, b: Window | null): boolean => a !== null && b !== null && a.from === b.from && a.to === b.to;

export interface TileBase {
  readonly sourceAt: number | null;
  readonly source: string | null;
  readonly staleAfterS: number | null;
  readonly window: Window | null;
  /** The unit has ended; who goes on, if anybody may be named. */
  readonly ended: Ended | null;
  /** The first day that all sources of the unit cover, when the window begins before it; ISO date. */
  readonly coveredFrom: string | null;
  /** The sources whose old data is on its way into the tile's figures. */
  readonly backfill: readonly string[];
  /** The day on which the tile's period was closed, ISO: what is shown are current figures. */
  readonly closedOn: string | null;
}

export interface Ended {
  /** The code that was asked for. */
  readonly unit: string;
  readonly on: string;
  readonly successor: { readonly unit: string; readonly name: string } | null;
}

export interface Kpi {
  readonly num: number | null;
  readonly den: number | null;
  readonly value: number | null;
  readonly band: Band | null;
  readonly target: number | null;
  readonly near: number | null;
  readonly goal: number | null;
  readonly better: Better;
  readonly denMin: number | null;
  readonly definition: Text | null;
}

export interface Point {
  readonly from: string;
  readonly to: string;
  readonly value: number | null;
  /** The running week or day: it isn't comparable yet. */
  readonly partial: boolean;
}

export type Measures = Readonly<Record<string, number | null>>;

export interface KpiTile extends TileBase {
  readonly kpi: Kpi | null;
  readonly measures: Measures;
  readonly differencePoints: number | null;
  /** The day since which the unit's boundaries aren't those of the former figures. */
  readonly across: string | null;
  readonly trend: readonly Point[];
  readonly projection: number | null;
}

export interface CountsTile extends TileBase {
  readonly measures: Measures;
  /** Relative change to the same period last year, by measure. */
  readonly change: Measures;
  /** The day since which the unit's boundaries aren't those of the former figures. */
  readonly across: string | null;
  readonly limit: { readonly limit: number | null; readonly band: Band | null };
  readonly today: Measures;
}

export interface Child {
  readonly unit: string;
  readonly name: string;
  readonly rank: number | null;
  readonly move: number | null;
  readonly value: number | null;
  readonly band: Band | null;
}

export interface RankingTile extends TileBase {
  readonly target: number | null;
  readonly near: number | null;
  /** How many units there are; some of them may not be in the tile. */
  readonly count: number;
  readonly children: readonly Child[];
}

export interface Series {
  readonly id: string;
  readonly title: Text;
  readonly ratio: boolean;
  readonly target: number | null;
  /** The plan point by point, where it moves; else empty. */
  readonly plan: readonly (number | null)[];
  /** The same weeks a year before; empty where the board doesn't ask for them. */
  readonly before: readonly (number | null)[];
  readonly points: readonly Point[];
}

export interface TrendTile extends TileBase {
  readonly series: readonly Series[];
  /** The day since which the unit's boundaries aren't those of the first points. */
  readonly across: string | null;
}

export interface Source {
  readonly id: string;
  readonly name: Text;
  readonly sourceAt: number | null;
  readonly staleAfterS: number;
}

/** Bounds on lists from the wire. */
const POINTS_MAX = 400;
const CHILDREN_MAX = 1_000;
const SERIES_MAX = 4;
const SOURCES_MAX = 50;

export function base(raw: unknown): TileBase {
  const tile = record(raw);
  const window = record(tile['window']);
  const from = text_(window['from']);
  const to = text_(window['to']);
  return {
    sourceAt: instant(tile['source_at']),
    source: text_(tile['source']),
    staleAfterS: number_(tile['stale_after_s']),
    window: from === null || to === null ? null : { from, to },
    ended: ended(tile),
    coveredFrom: text_(tile['covered_from']),
    backfill: backfill(tile['backfill']),
    closedOn: text_(record(tile['closed'])['at'])?.slice(0, 10) ?? null,
  };
}

/** Names of the sources; a mark that names none is a mark all the same. */
export function backfill(raw: unknown): readonly string[] {
  return Array.isArray(raw) ? raw.map((one) => text_(record(one)['source']) ?? '?') : [];
}

function ended(tile: Raw): Ended | null {
  const raw = record(tile['ended']);
  const on = text_(raw['on']);
  const unit = text_(tile['unit']);
  if (on === null || unit === null) return null;
  const next = record(raw['succeeded_by']);
  const [code, name] = [text_(next['unit']), text_(next['name'])];
  return { unit, on, successor: code === null || name === null ? null : { unit: code, name } };
}

export function kpiTile(raw: unknown, wanted: string | null): KpiTile {
  const tile = record(raw);
  const id = wanted ?? text_(tile['kpi']) ?? '';
  const compare = record(record(tile['compare'])['same_period_last_year']);
  return {
    ...base(raw),
    kpi: kpi(record(tile['kpis'])[id]),
    measures: numbers(tile['measures']),
    differencePoints: number_(compare['difference_points']),
    across: text_(compare['across']),
    trend: points(tile['trend']),
    projection: number_(tile['projection']) ?? number_(record(record(tile['kpis'])[id])['projection']),
  };
}

function kpi(raw: unknown): Kpi | null {
  if (!isRecord(raw)) return null;
  return {
    num: number_(raw['num']),
    den: number_(raw['den']),
    value: number_(raw['value']),
    band: band(raw['band']),
    target: number_(raw['target']),
    near: number_(raw['near']),
    goal: number_(raw['goal']),
    better: raw['better'] === 'lower' ? 'lower' : 'higher',
    denMin: number_(raw['den_min']),
    definition: raw['definition'] === undefined || raw['definition'] === null ? null : pair(raw['definition'], ''),
  };
}

export function countsTile(raw: unknown): CountsTile {
  const tile = record(raw);
  const limit = record(record(tile['limits'])['in_progress_overdue']);
  const change: Record<string, number | null> = {};
  let across: string | null = null;
  for (const [measure, compared] of Object.entries(record(tile['compare']))) {
    change[measure] = number_(record(compared)['change']);
    across ??= text_(record(compared)['across']);
  }
  return {
    ...base(raw),
    measures: numbers(tile['measures']),
    change,
    across,
    limit: { limit: number_(limit['limit']), band: band(limit['band']) },
    today: numbers(tile['today']),
  };
}

export function rankingTile(raw: unknown, wanted: string | null): RankingTile {
  const tile = record(raw);
  const children = list(tile['children'], CHILDREN_MAX);
  const id = wanted ?? text_(tile['kpi']) ?? '';
  return {
    ...base(raw),
    target: number_(tile['target']),
    near: number_(tile['near']),
    count: Math.max(number_(tile['count']) ?? 0, children.length),
    children: children.map((one) => child(one, id)),
  };
}

function child(raw: Raw, id: string): Child {
  const figure = record(record(raw['kpis'])[id]);
  const unit = text_(raw['unit']) ?? '';
  return {
    unit,
    name: text_(raw['short_name']) ?? text_(raw['name']) ?? unit,
    rank: number_(raw['rank']),
    move: number_(raw['move']),
    value: number_(figure['value']),
    band: band(figure['band']),
  };
}

export function trendTile(raw: unknown): TrendTile {
  const tile = record(raw);
  return {
    ...base(raw),
    series: list(tile['series'], SERIES_MAX).map((one) => ({
      id: text_(one['id']) ?? '',
      title: pair(one['title'], text_(one['id']) ?? ''),
      ratio: one['kind'] === 'ratio',
      target: number_(one['target']),
      plan: maybe(one['plan']),
      before: maybe(one['before']),
      points: points(one['points']),
    })),
    across: text_(tile['across']),
  };
}

export function freshnessTile(raw: unknown): readonly Source[] {
  return list(record(raw)['sources'], SOURCES_MAX).map((one) => ({
    id: text_(one['id']) ?? '',
    name: pair(one['name'], text_(one['id']) ?? ''),
    sourceAt: instant(one['source_at']),
    staleAfterS: number_(one['stale_after_s']) ?? 0,
  }));
}

function points(raw: unknown): Point[] {
  return list(raw, POINTS_MAX).map((one) => ({
    from: text_(one['from']) ?? '',
    to: text_(one['to']) ?? '',
    value: number_(one['value']),
    partial: one['partial'] === true,
  }));
}

const maybe = (raw: unknown): (number | null)[] => (Array.isArray(raw) ? raw.slice(0, POINTS_MAX).map(number_) : []);

export function numbers(raw: unknown): Measures {
  const out: Record<string, number | null> = {};
  for (const [name, value] of Object.entries(record(raw))) out[name] = number_(value);
  return out;
}

const record = (raw: unknown): Raw => (isRecord(raw) ? raw : {});

const list = (raw: unknown, max: number): Raw[] => (Array.isArray(raw) ? raw.slice(0, max).filter(isRecord) : []);
