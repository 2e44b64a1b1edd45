/** What the desk asks the server. Shapes are those of the API; nothing is computed from them but sums of a row. */
import type { Text } from '../lib/i18n';

/** By name; null: no data, which isn't 0. */
export type Measures = Readonly<Record<string, number | null>>;

/** Two counts of the same: by the source, and here. */
export interface Beside {
  readonly theirs: number | null;
  readonly ours: number | null;
  readonly difference: number | null;
}

export interface DayTotals {
  readonly day: string;
  readonly stated_at: string | null;
  readonly received: Beside;
  readonly finished: Beside;
}

export interface SourceTotals {
  readonly source: string;
  readonly system: string | null;
  readonly contact: string | null;
  readonly agreeing: number;
  readonly differing: number;
  readonly days: readonly DayTotals[];
}

export interface Totals {
  readonly as_of: string;
  readonly sources: readonly SourceTotals[];
}

export interface MissingRow {
  readonly unit: string;
  readonly name: string;
  readonly code: string;
  readonly label: Text;
  readonly period: string;
  readonly deadline: string;
  readonly overdue: boolean;
  readonly overdue_days: number;
  readonly state: string | null;
}

export interface Missing {
  readonly as_of: string;
  readonly reported: number;
  readonly missing: readonly MissingRow[];
}

/** Of each source: how many of its newest days differ from what it stated. */
export interface Fresh {
  readonly sources: readonly { readonly source: string; readonly state: string; readonly totals: { readonly differing: number } | null }[];
}

export interface Projection {
  readonly goal: number;
  readonly planned: string | null;
  readonly reaches: string | null;
}

export interface Kpi {
  /** Null without a source, as the denominator. */
  readonly num: number | null;
  readonly den: number | null;
  readonly value: number | null;
  /** Of a percentile in the open bucket: more than so many hours. */
  readonly above?: number;
  readonly no_source?: boolean;
  readonly unit: 'ratio' | 'hours';
  readonly decision: string | null;
  readonly projection?: Projection;
  readonly note?: Text;
  readonly band: string | null;
  readonly target: number | null;
  readonly near: number | null;
  readonly better: 'higher' | 'lower';
  readonly definition: Text;
}

export interface Formula {
  readonly label: Text;
  readonly short: Text;
  readonly num: readonly string[];
  readonly den: readonly string[];
}

export interface Row {
  readonly value: string | null;
  readonly name?: string;
  readonly own?: boolean;
  readonly before?: boolean;
  readonly others?: number;
  /** Null each: the unit can have no figures in the window. */
  readonly measures: Measures;
  readonly kpis: Readonly<Record<string, Kpi>>;
}

export interface Moment {
  readonly as_of: string;
  readonly seq: number;
}

export interface Ended {
  readonly on: string;
  readonly succeeded_by: { readonly unit: string; readonly name: string } | null;
}

export interface Comparison {
  readonly window: { readonly from: string; readonly to: string };
  /** The day since which the unit's boundaries aren't those of the former window; null: they are the same. */
  readonly across: string | null;
  readonly kpis: Readonly<Record<string, { readonly value: number | null; readonly difference_points: number | null }>>;
}

export interface Breakdown extends Moment {
  /** Whose old data is on its way into the figures; absent when nobody's. */
  readonly backfill?: readonly { readonly source: string; readonly since: string }[];
  readonly ended: Ended | null;
  /** The first day that all sources of the unit cover, when the window begins before it. */
  readonly covered_from?: string;
  readonly compare: { readonly previous: Comparison | null; readonly same_period_last_year: Comparison | null } | null;
  readonly unit: string;
  readonly name: string;
  readonly stale_code: boolean;
  readonly window: { readonly from: string; readonly to: string };
  readonly by: string;
  /** Null each: the unit can have no figures in the window. */
  readonly measures: Measures;
  readonly kpis: Readonly<Record<string, Kpi>>;
  readonly formulas: Readonly<Record<string, Formula>>;
  readonly words: Readonly<Record<string, Text>>;
  readonly rows: readonly Row[];
}

export interface ListRow {
  readonly source: string;
  readonly id: string;
  readonly counts: number;
  readonly unit: string;
  readonly unit_name: string;
  readonly status?: string | null;
  readonly procedure?: string | null;
  readonly field?: string | null;
  readonly holder?: string | null;
  readonly received?: string | null;
  readonly due?: string | null;
  readonly finish?: string | null;
  readonly overdue_from?: string | null;
  readonly reason_vi?: string;
  readonly reason_en?: string;
  readonly score?: number | null;
  readonly at?: string | null;
  readonly dossier?: string | null;
}

export interface List extends Moment {
  readonly measure: string;
  readonly list: 'dossiers' | 'ratings';
  readonly total: number;
  readonly count: number;
  readonly rows: readonly ListRow[];
  readonly cursor: string | null;
}

export interface UnitInfo {
  readonly unit: { readonly code: string; readonly name_vi: string; readonly name_en: string | null };
  readonly above: readonly { readonly code: string; readonly name_vi: string; readonly name_en: string | null }[];
  readonly children: readonly unknown[];
}

export interface Write {
  readonly value: unknown;
  readonly at: string;
  readonly source: string;
  readonly seq: number | null;
}

export interface Dossier extends Moment {
  readonly source: string;
  readonly id: string;
  readonly unit: { readonly unit: string; readonly name: string; readonly stale_code: boolean };
  readonly verdict: { readonly code: string; readonly vi: string; readonly en: string; readonly rules: readonly string[] };
  readonly derived: Readonly<Record<string, unknown>>;
  readonly registers: Readonly<Record<string, unknown>>;
}

export interface Alert {
  readonly id: number;
  readonly rule: string;
  readonly version: string;
  readonly level: string;
  readonly label: Text;
  readonly sentence: Text;
  readonly unit: string | null;
  readonly figure: { readonly words: Text };
  readonly since: string;
  readonly raised_at: string;
  readonly told_from: string | null;
  readonly acknowledged: { readonly by: string; readonly at: string } | null;
  readonly cleared: { readonly at: string; readonly how: string } | null;
}

export interface AlertList extends Moment {
  readonly alerts: readonly Alert[];
  readonly next: number | null;
}

/** Whether a destination took a report. */
export interface Delivery {
  readonly to: string;
  readonly state: 'waiting' | 'delivered' | 'given_up' | 'dropped' | null;
  readonly at: string | null;
  readonly tries: number;
  readonly why: string | null;
}

export interface ReportRun {
  readonly run: number;
  readonly report: string;
  readonly title: Text;
  readonly unit: string;
  readonly name: string;
  readonly period: string;
  readonly state: 'waiting' | 'made' | 'failed';
  readonly at: string;
  readonly tries: number;
  readonly why: string | null;
  readonly next_at: string | null;
  readonly made: {
    readonly at: string;
    readonly late: boolean;
    readonly seq: number;
    readonly closing: number | null;
    readonly backfill: readonly string[];
    readonly deliveries: readonly Delivery[];
    readonly pages: number;
    readonly files: readonly string[];
  } | null;
}

export interface ReportList extends Moment {
  readonly schedules: readonly { readonly report: string; readonly title: Text; readonly cron: string; readonly next: string | null; readonly keep_days: number }[];
  readonly runs: readonly ReportRun[];
  readonly next: number | null;
}

/** Why there is no answer: the server's stable code and words, or `lost` without any. */
export class Refused extends Error {
  constructor(readonly code: string, detail: string) {
    super(detail);
  }
}

const ASK_MS_MAX = 20_000;

/** The token that somebody typed, where the server asks for one: known until the tab is closed. */
const TOKEN = 'opcentre.token';
export const remember = (token: string): void => { window.sessionStorage.setItem(TOKEN, token); };
const authorization = (): Record<string, string> => {
  const token = window.sessionStorage.getItem(TOKEN);
  return token === null ? {} : { authorization: `Bearer ${token}` };
};

export const ask = <T>(path: string, signal: AbortSignal): Promise<T> => answered(path, signal, {});

/** Asks the server to do something; an answer without a body is null. */
export const tell = <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T> =>
  answered(path, new AbortController().signal, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

async function answered<T>(path: string, signal: AbortSignal, request: { method?: string; body?: string }): Promise<T> {
  let answer: Response;
  try {
    const type = request.body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { accept: 'application/json', ...type, ...authorization() };
    answer = await fetch(path, { ...request, headers, signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS_MAX)]) });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new Refused('lost', '');
  }
  if (answer.status === 204) return null as T;
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body as T;
  const problem = (body ?? {}) as { code?: unknown; detail?: unknown };
  throw new Refused(typeof problem.code === 'string' ? problem.code : `http_${String(answer.status)}`, typeof problem.detail === 'string' ? problem.detail : '');
}

/** A file, with the token of this page. */
export async function file(path: string, signal: AbortSignal): Promise<Blob> {
  const answer = await fetch(path, { headers: authorization(), signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS_MAX)]) });
  if (!answer.ok) throw new Refused(`http_${String(answer.status)}`, '');
  return answer.blob();
}

/** A file as an address that pages of this server may show. */
export async function picture(path: string, signal: AbortSignal): Promise<string> {
  const blob = await file(path, signal);
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => { if (typeof reader.result === 'string') resolve(reader.result); };
    reader.onerror = () => { reject(new Refused('page', path)); };
    reader.readAsDataURL(blob);
  });
}

/** The same answer as a table for a spreadsheet, which needs the mark at its beginning to read UTF-8. */
export async function save(path: string, name: string): Promise<void> {
  const answer = await fetch(`${path}&bom=true`, { headers: { accept: 'text/csv' }, signal: AbortSignal.timeout(ASK_MS_MAX) });
  if (!answer.ok) throw new Refused(`http_${String(answer.status)}`, '');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
