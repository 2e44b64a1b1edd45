/** Where the panels stand. Landscape as the board says; portrait by a rule over kinds, so every board has one. */
import type { Grid, Panel } from './board';

export const COLUMNS = 12;

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
}

const inBody = (panel: Panel): boolean => panel.grid !== null && panel.kind !== 'freshness' && panel.kind !== 'clock';

export function landscape(panels: readonly Panel[]): Layout {
  const placed = panels.filter(inBody).flatMap((panel) => (panel.grid === null ? [] : [{ panel, grid: panel.grid }]));
  const rows = Math.max(1, ...placed.map(({ grid }) => grid.y + grid.h));
  return { placed, rows: Array.from({ length: rows }, () => 1) };
}

/** In the reading order of the landscape board: the hero across, single figures two to a row, the rest across. */
export function portrait(panels: readonly Panel[]): Layout {
  const ordered = panels.filter(inBody).sort((a, b) => rank(a) - rank(b));
  const placed: Placed[] = [];
  const rows: number[] = [];
  let half: Panel | null = null;
  for (const panel of ordered) {
    const isHalf = !panel.hero && (panel.kind === 'kpi' || panel.kind === 'progress');
    if (isHalf && half !== null) {
      placed.push({ panel, grid: { x: 6, y: rows.length - 1, w: 6, h: 1 } });
      half = null;
      continue;
    }
    rows.push(PORTRAIT_HEIGHTS[panel.hero ? 'hero' : panel.kind] ?? PORTRAIT_HEIGHT_DEFAULT);
    placed.push({ panel, grid: { x: 0, y: rows.length - 1, w: isHalf ? 6 : COLUMNS, h: 1 } });
    half = isHalf ? panel : null;
  }
  return { placed, rows: rows.length === 0 ? [1] : rows };
}

/** Rankings close a portrait page; everything else keeps the board's order. */
function rank(panel: Panel): number {
  if (panel.kind === 'ranking') return 1;
  return 0;
}
