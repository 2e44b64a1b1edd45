/**
 * Where the panels stand on each shape of screen: as the board says; where it says nothing a portrait screen goes by a
 * rule over kinds and a video wall widens the grid of 16:9, so every board has all of them.
 */
import type { Board, Grid, Panel, Places } from './board';

export const COLUMNS = 12;
/** Columns of a video wall. */
export const COLUMNS_WIDE = 24;

export type Shape = 'landscape' | 'upright' | 'wide';

/** From this ratio on a screen is a video wall. */
export const WIDE_FROM = 2.2;

/** Heights of full-width and half-width panels on a portrait wall, in px of 1920. */
const PORTRAIT_HEIGHTS: Record<string, number> = { hero: 470, kpi: 300, progress: 300, counts: 318, trend: 196, ranking: 372, indicators: 330, index766: 420 };
const PORTRAIT_HEIGHT_DEFAULT = 240;

export interface Placed {
  readonly panel: Panel;
  readonly grid: Grid;
}

export interface Layout {
  readonly placed: readonly Placed[];
  /** The rows of the grid, as weights. */
  readonly rows: readonly number[];
  readonly columns: number;
}

export function layoutOf(board: Board, shape: Shape): Layout {
  const places = shape === 'upright' ? board.portrait : shape === 'wide' ? board.wide : null;
  if (places !== null) return placedBy(board.panels, places, shape === 'wide' ? COLUMNS_WIDE : COLUMNS);
  return shape === 'upright' ? portrait(board.panels) : landscape(board.panels);
}

function placedBy(panels: readonly Panel[], places: Places, columns: number): Layout {
  const placed = panels.flatMap((panel) => {
    const grid = places.get(panel.id);
    return grid === undefined || !drawable(panel) ? [] : [{ panel, grid }];
  });
  return { placed, rows: evenly(placed), columns };
}

const evenly = (placed: readonly Placed[]): number[] =>
  Array.from({ length: Math.max(1, ...placed.map(({ grid }) => grid.y + grid.h)) }, () => 1);

/** Panels that live in the header or the footer have no place in the body. */
const drawable = (panel: Panel): boolean => panel.at === 'body';
const inBody = (panel: Panel): boolean => panel.grid !== null && drawable(panel);

export function landscape(panels: readonly Panel[]): Layout {
  const placed = panels.filter(inBody).flatMap((panel) => (panel.grid === null ? [] : [{ panel, grid: panel.grid }]));
  return { placed, rows: evenly(placed), columns: COLUMNS };
}

/** In the reading order of the landscape board: the hero across, single figures two to a row, the rest across. */
export function portrait(panels: readonly Panel[]): Layout {
  const ordered = panels.filter(inBody).sort((a, b) => rank(a) - rank(b));
  const placed: Placed[] = [];
  const rows: number[] = [];
  let half: Panel | null = null;
  for (const panel of ordered) {
    const isHalf = !panel.hero && (panel.kind === 'kpi' || panel.kind === 'progress' || panel.kind === 'gauge');
    if (isHalf && half !== null) {
      placed.push({ panel, grid: { x: 6, y: rows.length - 1, w: 6, h: 1 } });
      half = null;
      continue;
    }
    rows.push(PORTRAIT_HEIGHTS[panel.hero ? 'hero' : panel.kind] ?? PORTRAIT_HEIGHT_DEFAULT);
    placed.push({ panel, grid: { x: 0, y: rows.length - 1, w: isHalf ? 6 : COLUMNS, h: 1 } });
    half = isHalf ? panel : null;
  }
  return { placed, rows: rows.length === 0 ? [1] : rows, columns: COLUMNS };
}

/** Rankings close a portrait page; everything else keeps the board's order. */
function rank(panel: Panel): number {
  if (panel.kind === 'ranking') return 1;
  return 0;
}
