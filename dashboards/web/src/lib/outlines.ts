/** The outlines of a unit's sub-units, as the server draws them. */
import { isRecord, number_, text_ } from './protocol';

export interface Outline {
  readonly unit: string;
  readonly path: string;
  /** Where its sign stands. */
  readonly x: number;
  readonly y: number;
}

export interface Outlines {
  readonly width: number;
  readonly height: number;
  readonly all: readonly Outline[];
}

export function outlines(raw: unknown): Outlines | null {
  if (!isRecord(raw) || !Array.isArray(raw['units']) || !Array.isArray(raw['shapes'])) return null;
  const [width, height, shapes] = [number_(raw['width']), number_(raw['height']), raw['shapes'] as readonly unknown[]];
  const all = (raw['units'] as readonly unknown[]).flatMap((code, place): Outline[] => {
    const shape = shapes[place];
    const unit = text_(code);
    if (unit === null || !isRecord(shape) || !Array.isArray(shape['at'])) return [];
    const [path, x, y] = [text_(shape['path']), number_(shape['at'][0]), number_(shape['at'][1])];
    return path === null || x === null || y === null ? [] : [{ unit, path, x, y }];
  });
  return width === null || height === null || all.length === 0 ? null : { width, height, all };
}
