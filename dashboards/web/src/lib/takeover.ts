/** What takes the board over, and the five figures that stay below it. Pure. */
import type { Panel } from './board';
import { pair } from './board';
import { kpiText } from './figures';
import { count, type Lang } from './format';
import type { Text } from './i18n';
import { instant, isRecord, number_, type RawTiles } from './protocol';
import { indexTile, points } from './reports';
import type { Band } from './states';
import { base, countsTile, kpiTile, type TileBase } from './tiles';

/** The tile of what takes the board over; no panel has this id. */
export const TAKEOVER = 'takeover';
/** Several take turns: one is shown for this long. */
export const TURN_MS = 15_000;
const ITEMS_MAX = 9;
const FIGURES_MAX = 5;

export interface Item {
  readonly id: number;
  readonly severe: boolean;
  /** The figure without its percent sign, and the sign. */
  readonly number: Text;
  readonly sentence: Text;
  readonly label: Text;
  readonly since: number | null;
}

export function takeoverItems(raw: unknown): readonly Item[] {
  const items = isRecord(raw) && Array.isArray(raw['items']) ? raw['items'].slice(0, ITEMS_MAX) : [];
  return items.flatMap((one): Item[] => {
    if (!isRecord(one)) return [];
    const id = number_(one['id']);
    if (id === null) return [];
    return [{
      id,
      severe: one['level'] === 'severe',
      number: pair(one['number'], '–'),
      sentence: pair(one['sentence'], ''),
      label: pair(one['label'], ''),
      since: instant(one['since']),
    }];
  });
}

export interface Kept {
  readonly panel: Panel;
  readonly title: Text | null;
  readonly tile: TileBase;
  readonly text: string | null;
  readonly unit: string;
  readonly band: Band | null;
}

/** The first figures of the board, in its order: KPIs, what is overdue, the index. */
export function keptFigures(panels: readonly Panel[], tiles: RawTiles, lang: Lang): readonly Kept[] {
  const kept = panels.flatMap((panel): Kept[] => {
    const raw = tiles[panel.id];
    if (panel.kind === 'kpi' || panel.kind === 'progress') {
      const text = kpiText(kpiTile(raw, panel.kpi).kpi, lang, 0);
      return [{ panel, title: panel.title, tile: base(raw), text: text.shown?.text ?? null, unit: '%', band: text.band }];
    }
    if (panel.kind === 'counts') {
      const tile = countsTile(raw);
      const overdue = tile.measures['in_progress_overdue'] ?? null;
      const shown = overdue === null ? null : count(overdue, lang);
      return [{ panel, title: null, tile, text: shown?.text ?? null, unit: shown?.word ?? '', band: tile.limit.band }];
    }
    if (panel.kind === 'index766') {
      const score = indexTile(raw).total?.score ?? null;
      return [{ panel, title: panel.title, tile: base(raw), text: score === null ? null : points(score, lang), unit: '', band: null }];
    }
    return [];
  });
  return kept.slice(0, FIGURES_MAX);
}
