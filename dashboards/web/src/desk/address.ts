/** What the desk shows stands in its address, wholly: a link can be sent, and the back button goes back. Pure. */
import type { Lang } from '../lib/format';

export const DIMENSIONS = ['field', 'procedure', 'channel', 'status', 'holder', 'age'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export const BYS = ['unit', ...DIMENSIONS, 'day'] as const;
export type By = (typeof BYS)[number];
export const WINDOWS = ['today', 'week', 'month', 'quarter', 'year'] as const;

/** What is asked for until the address says otherwise. */
export const WINDOW_DEFAULT = 'year';
export const MEASURE_DEFAULT = 'in_progress_overdue';

/** The parts of an address that a question to the server has too, in this order. */
const QUESTION = ['window', 'hierarchy', 'role', ...DIMENSIONS, 'without', 'own'] as const;

export interface UnitPlace {
  readonly kind: 'unit';
  readonly code: string;
  readonly params: URLSearchParams;
}

export interface DossierPlace {
  readonly kind: 'dossier';
  readonly source: string;
  readonly id: string;
  readonly params: URLSearchParams;
}

/** Whether everything came: what sources state, and who hasn't reported. */
export interface SourcesPlace {
  readonly kind: 'sources';
  readonly params: URLSearchParams;
}

export interface AlertsPlace {
  readonly kind: 'alerts';
  readonly params: URLSearchParams;
}

/** Reports that were made by themselves. */
export interface ReportsPlace {
  readonly kind: 'reports';
  readonly params: URLSearchParams;
}

export type Place = UnitPlace | DossierPlace | SourcesPlace | AlertsPlace | ReportsPlace | { readonly kind: 'nowhere'; readonly params: URLSearchParams };

function text(part: string | undefined): string | null {
  try {
    return part === undefined ? null : decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** Where an address leads. */
export function place(url: URL): Place {
  const params = new URLSearchParams(url.search);
  const [, ops, kind, first, second, ...rest] = url.pathname.split('/');
  const [one, two] = [text(first), text(second)];
  if (ops === 'ops' && kind === 'sources' && first === undefined) return { kind: 'sources', params };
  if (ops === 'ops' && kind === 'alerts' && first === undefined) return { kind: 'alerts', params };
  if (ops === 'ops' && kind === 'reports' && first === undefined) return { kind: 'reports', params };
  if (ops === 'ops' && rest.length === 0 && one !== null && one !== '') {
    if (kind === 'units' && second === undefined) return { kind: 'unit', code: one, params };
    if (kind === 'dossiers' && two !== null && two !== '') return { kind: 'dossier', source: one, id: two, params };
  }
  return { kind: 'nowhere', params };
}

export function lang(params: URLSearchParams): Lang {
  return params.get('lang') === 'en' ? 'en' : 'vi';
}

export type Changes = Readonly<Record<string, string | null>>;

/** Parameters with changes: null takes one away. Where a list was turned to is forgotten by every change. */
function changed(params: URLSearchParams, changes: Changes): string {
  const next = new URLSearchParams(params);
  next.delete('cursor');
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  const query = next.toString();
  return query === '' ? '' : `?${query}`;
}

export function unitAddress(code: string, params: URLSearchParams, changes: Changes = {}): string {
  return `/ops/units/${encodeURIComponent(code)}${changed(params, changes)}`;
}

export function alertsAddress(lang: Lang): string {
  return `/ops/alerts${lang === 'en' ? '?lang=en' : ''}`;
}

/** The page of reports keeps the language, the report and the unit. */
export function reportsAddress(params: URLSearchParams, changes: Changes = {}): string {
  const kept = new URLSearchParams();
  for (const name of ['lang', 'report', 'unit', 'cursor']) {
    const value = params.get(name);
    if (value !== null) kept.set(name, value);
  }
  return `/ops/reports${changed(kept, changes)}`;
}

/** Which runs the page of reports asks for. */
export function reportsQuestion(params: URLSearchParams): string {
  const asked = new URLSearchParams(params);
  asked.delete('lang');
  return asked.toString();
}

/** A dossier's page keeps only the language: it is the same however one came to it. */
export function dossierAddress(source: string, id: string, params: URLSearchParams): string {
  const query = params.get('lang') === 'en' ? '?lang=en' : '';
  return `/ops/dossiers/${encodeURIComponent(source)}/${encodeURIComponent(id)}${query}`;
}

/** The page of sources keeps the language and the period of reports. */
export function sourcesAddress(params: URLSearchParams, changes: Changes = {}): string {
  const kept = new URLSearchParams();
  for (const name of ['lang', 'period']) {
    const value = params.get(name);
    if (value !== null) kept.set(name, value);
  }
  return `/ops/sources${changed(kept, changes)}`;
}

/** The question to the server that an address asks, with further parameters. */
export function question(params: URLSearchParams, further: Readonly<Record<string, string>>): string {
  const asked = new URLSearchParams(further);
  for (const name of QUESTION) {
    const value = params.get(name);
    if (value !== null && !asked.has(name)) asked.set(name, value);
  }
  return asked.toString();
}

/** The official form of what is shown, as a workbook: by the calendar it has the numbers of the page. */
export function formAddress(code: string, params: URLSearchParams, scheme: string): string {
  const asked = new URLSearchParams({ period: params.get('window') ?? WINDOW_DEFAULT, scheme, format: 'xlsx' });
  for (const name of ['hierarchy', 'role']) {
    const value = params.get(name);
    if (value !== null) asked.set(name, value);
  }
  return `/api/v1/units/${encodeURIComponent(code)}/forms/ii06a?${asked.toString()}`;
}

/** The filters of an address: a dimension with its value, null for "no value". */
export function filters(params: URLSearchParams): readonly (readonly [Dimension, string | null])[] {
  const without = (params.get('without') ?? '').split(',');
  return DIMENSIONS.flatMap((name): (readonly [Dimension, string | null])[] => {
    const value = params.get(name);
    const given: (readonly [Dimension, string | null])[] = value === null ? [] : [[name, value]];
    return without.includes(name) ? [...given, [name, null]] : given;
  });
}

/** The change of an address that leaves what a row of a breakdown counts. */
export function narrowed(params: URLSearchParams, by: Dimension, value: string | null): Changes {
  if (value !== null) return { [by]: value };
  const without = new Set((params.get('without') ?? '').split(',').filter((name) => name !== ''));
  return { without: [...without.add(by)].join(',') };
}

/** The change that takes a filter away. */
export function widened(params: URLSearchParams, by: Dimension, value: string | null): Changes {
  if (value !== null) return { [by]: null };
  const rest = (params.get('without') ?? '').split(',').filter((name) => name !== '' && name !== by);
  return { without: rest.length === 0 ? null : rest.join(',') };
}

export function by(params: URLSearchParams): By {
  const asked = params.get('by');
  return BYS.find((name) => name === asked) ?? 'unit';
}
