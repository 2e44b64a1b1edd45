/** Which rows of a ranking are drawn, and on what scale their bars are. Pure. */
import type { Child } from './tiles';

export interface Gap {
  /** Units not drawn, and how many of all units have no rank. */
  readonly hidden: number;
  readonly unranked: number;
}

export type Row = { readonly kind: 'unit'; readonly child: Child } | { readonly kind: 'gap'; readonly gap: Gap };

const BEST = 5;

/** Of `count` units the best and the worst are given. All rows when they fit; else the five best, a gap that says how many are left out, and as many worst as fit. */
export function rankingRows(children: readonly Child[], fit: number, count: number = children.length): readonly Row[] {
  if (children.length <= fit && count <= children.length) return children.map((child) => ({ kind: 'unit', child }));
  const best = children.slice(0, Math.min(BEST, fit - 1));
  const rest = children.slice(best.length);
  const ranked = rest.filter((child) => child.rank !== null);
  const room = fit - best.length - 1;
  const worst = room > 0 ? (ranked.length > 0 ? ranked : rest).slice(-room) : [];
  const unranked = children.filter((child) => child.rank === null).length;
  return [
    ...best.map((child): Row => ({ kind: 'unit', child })),
    { kind: 'gap', gap: { hidden: Math.max(count, children.length) - best.length - worst.length, unranked } },
    ...worst.map((child): Row => ({ kind: 'unit', child })),
  ];
}

export interface Scale {
  /** Where the target line stands, 0 to 1 of the width. */
  readonly origin: number;
  /** The bar of a value: left end and width, 0 to 1 of the width. */
  bar(value: number): { readonly left: number; readonly width: number };
}

/** The least share of the width on either side of the target line, so that the line never stands at an edge. */
const SIDE_MIN = 0.22;

/** One scale for all rows; bars start at the target line, or at zero when there is no target. */
export function rankingScale(values: readonly number[], target: number | null): Scale {
  const start = target ?? 0;
  let left = Math.max(0, start - Math.min(start, ...values));
  let right = Math.max(0, Math.max(start, ...values) - start);
  if (left + right === 0) right = 1;
  if (target === null) left = 0;
  else {
    left = Math.max(left, right * (SIDE_MIN / (1 - SIDE_MIN)));
    right = Math.max(right, left * (SIDE_MIN / (1 - SIDE_MIN)));
  }
  const span = left + right;
  const at = (value: number): number => (value - start + left) / span;
  return {
    origin: at(start),
    bar: (value) => {
      const [a, b] = [at(start), Math.min(1, Math.max(0, at(value)))];
      return { left: Math.min(a, b), width: Math.abs(b - a) };
    },
  };
}
