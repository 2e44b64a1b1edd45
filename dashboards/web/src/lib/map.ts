/** Where the key of a tile map goes, and which cells are named. Pure. */
import type { Better } from './format';
import type { Cell, MapTile } from './panels';

export interface Free {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Room for the key in columns and rows that no cell stands in; at the right before the left, at the top before the bottom. */
export function freeCorner(map: Pick<MapTile, 'columns' | 'rows' | 'cells'>, w: number, h: number): Free | null {
  const taken = new Set(map.cells.map((cell) => `${String(cell.x)}/${String(cell.y)}`));
  const isFree = (x: number, y: number): boolean =>
    Array.from({ length: w * h }, (_, at) => `${String(x + (at % w))}/${String(y + Math.floor(at / w))}`).every((key) => !taken.has(key));
  const found: Free[] = [];
  for (let y = 0; y + h <= map.rows; y += 1) {
    for (let x = 0; x + w <= map.columns; x += 1) if (isFree(x, y)) found.push({ x, y, w, h });
  }
  return found.sort((a, b) => b.x - a.x || a.y - b.y)[0] ?? null;
}

/** How many units a list beside a map of small cells names. */
export const WORST = 8;

/** The worst ones with a figure, the worst first. */
export function worst(cells: readonly Cell[], better: Better): readonly Cell[] {
  const known = cells.filter((cell) => cell.value !== null);
  return known.sort((a, b) => ((a.value ?? 0) - (b.value ?? 0)) * (better === 'higher' ? 1 : -1)).slice(0, WORST);
}
