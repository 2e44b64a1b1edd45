/** The board's definition as the server gives it, checked; and where the page is asked to look. */
import type { Lang } from './format';
import type { Text } from './i18n';
import { isRecord, number_, text_ } from './protocol';

export interface Grid {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Panel {
  readonly id: string;
  readonly kind: string;
  readonly kpi: string | null;
  readonly title: Text;
  /** Null for a panel that lives in the header or the footer. */
  readonly grid: Grid | null;
  readonly at: 'body' | 'header' | 'footer';
  readonly hero: boolean;
  readonly sparkline: boolean;
  /** A KPI of resolved dossiers with early, on the day and late below it. */
  readonly stack: boolean;
  /** By what its rows are. */
  readonly by: 'field' | 'unit' | null;
  /** An index with all its criteria. */
  readonly tree: boolean;
  /** What a text panel says. */
  readonly text: Text | null;
  /** It names its own figures. */
  readonly named: boolean;
  readonly staleAfterS: number;
  readonly sources: readonly string[];
}

/** The places of panels on one shape of screen, by their ids; what isn't named isn't shown there. */
export type Places = ReadonlyMap<string, Grid>;

export interface Board {
  /** Null: the page has a rule of its own for that shape. */
  readonly portrait: Places | null;
  readonly wide: Places | null;
  readonly build: string;
  readonly title: Text;
  readonly unitName: string;
  readonly office: Text;
  readonly demo: boolean;
  readonly timezone: string;
  readonly panels: readonly Panel[];
}

/** What the address of the page says. */
export interface Place {
  readonly board: string;
  readonly unit: string;
  readonly lang: Lang;
  readonly theme: 'dark' | 'light';
}

export function place(address: URL): Place {
  const query = address.searchParams;
  return {
    board: decodeURIComponent(address.pathname.split('/').filter(Boolean).at(-1) ?? ''),
    unit: query.get('unit') ?? '',
    lang: query.get('lang') === 'en' ? 'en' : 'vi',
    theme: query.get('theme') === 'light' ? 'light' : 'dark',
  };
}

/** Without a limit of its own a panel is stale after a quarter of an hour. */
const STALE_AFTER_S_DEFAULT = 900;
/** Panels beyond this are not drawn: a board is a page, not a list. */
const PANELS_MAX = 24;

export function parseBoard(raw: unknown): Board | null {
  if (!isRecord(raw) || !Array.isArray(raw['panels'])) return null;
  const unit = isRecord(raw['unit']) ? raw['unit'] : {};
  const unitName = text_(unit['name']) ?? text_(unit['code']) ?? '';
  return {
    build: text_(raw['build']) ?? '',
    title: pair(raw['title'], text_(raw['id']) ?? ''),
    unitName,
    office: pair(unit['office'], unitName),
    // A board that doesn't say is taken for a demonstration: made-up figures must never pass for real ones.
    demo: raw['demo'] !== false,
    timezone: text_(raw['timezone']) ?? 'Asia/Ho_Chi_Minh',
    portrait: places(isRecord(raw['layouts']) ? raw['layouts']['portrait'] : null),
    wide: places(isRecord(raw['layouts']) ? raw['layouts']['wide'] : null),
    panels: raw['panels'].slice(0, PANELS_MAX).map(panel).filter((one) => one !== null),
  };
}

function panel(raw: unknown): Panel | null {
  if (!isRecord(raw)) return null;
  const id = text_(raw['id']);
  if (id === null) return null;
  return {
    id,
    kind: text_(raw['kind']) ?? '',
    kpi: text_(raw['kpi']),
    title: pair(raw['title'], id),
    grid: grid(raw['grid']),
    at: raw['size'] === 'header' || raw['size'] === 'footer' ? raw['size'] : 'body',
    hero: raw['size'] === 'hero',
    sparkline: raw['sparkline'] === true,
    stack: raw['stack'] === true,
    by: raw['by'] === 'field' || raw['by'] === 'unit' ? raw['by'] : null,
    tree: raw['tree'] === true,
    text: isRecord(raw['text']) ? pair(raw['text'], '') : null,
    named: Array.isArray(raw['series']) && raw['series'].length > 0,
    staleAfterS: number_(raw['stale_after_s']) ?? STALE_AFTER_S_DEFAULT,
    sources: Array.isArray(raw['sources']) ? raw['sources'].filter((one) => typeof one === 'string') : [],
  };
}

/** Both languages of a text; a missing one borrows the other. */
export function pair(raw: unknown, fallback: string): Text {
  const given = isRecord(raw) ? raw : {};
  const vi = text_(given['vi']) ?? text_(raw);
  const en = text_(given['en']);
  return { vi: vi ?? en ?? fallback, en: en ?? vi ?? fallback };
}

function places(raw: unknown): Places | null {
  if (!isRecord(raw)) return null;
  const known = Object.entries(raw).map(([id, at]) => [id, grid(at)] as const);
  return new Map(known.flatMap(([id, at]) => (at === null ? [] : [[id, at] as const])));
}

function grid(raw: unknown): Grid | null {
  if (!isRecord(raw)) return null;
  const x = number_(raw['x']);
  const y = number_(raw['y']);
  const w = number_(raw['w']);
  const h = number_(raw['h']);
  if (x === null || y === null || w === null || h === null || w < 1 || h < 1 || x < 0 || y < 0) return null;
  return { x, y, w, h };
}
