/** The state of a tile's data, and the bands: what may look fresh, and what must not. Pure. */

export type DataState = 'live' | 'ageing' | 'stale' | 'none';

/**
 * The line to the server: `up`; `unsure` (nothing heard yet) and `down` make every tile at least ageing;
 * `stalled` (the figures stand still, or nobody says they don't) makes every tile stale.
 */
export type Link = 'up' | 'unsure' | 'down' | 'stalled';

export interface Feed {
  /** Last contact of the oldest source behind the tile, in ms; null: never heard of. */
  readonly sourceAt: number | null;
  readonly staleAfterS: number;
  /** Whether the tile has any figure to show. */
  readonly hasValue: boolean;
}

export interface Judged {
  readonly state: DataState;
  /** Whole seconds since the last contact; null when that isn't known. */
  readonly ageS: number | null;
}

/** A contact this far ahead of the domain clock is a clock that is wrong, so its age isn't known. */
export const AHEAD_S_MAX = 60;

export function judge(feed: Feed, now: number | null, link: Link): Judged {
  if (!feed.hasValue) return { state: 'none', ageS: null };
  const exactS = feed.sourceAt === null || now === null ? null : (now - feed.sourceAt) / 1000;
  const known = exactS !== null && exactS >= -AHEAD_S_MAX;
  const ageS = known ? Math.max(0, Math.floor(exactS)) : null;
  // In doubt, the worse: a figure whose source nobody can date is stale.
  if (link === 'stalled' || !known || exactS > feed.staleAfterS) return { state: 'stale', ageS };
  if (link !== 'up' || exactS > feed.staleAfterS / 2) return { state: 'ageing', ageS };
  return { state: 'live', ageS };
}

export type Band = 'met' | 'near' | 'below' | 'over';

export function band(value: unknown): Band | null {
  return value === 'met' || value === 'near' || value === 'below' || value === 'over' ? value : null;
}
