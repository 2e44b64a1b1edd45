/** What a KPI tile prints, worked out once for all its panels. Pure. */
import { type Lang, line, percent, type Shown, signed } from './format';
import type { Words } from './i18n';
import type { Band } from './states';
import type { Kpi } from './tiles';

export interface KpiText {
  readonly shown: Shown | null;
  readonly band: Band | null;
  /** The target with its sign: `98%`; null when none was assigned. */
  readonly target: string | null;
  /** Fewer cases than the definition asks for: the value stands, without a band. */
  readonly tooFew: boolean;
}

/** `decimals` of the target at least: 0 for a fixed one (`98%`), 1 for a plan that moves (`74,0%`). */
export function kpiText(kpi: Kpi | null, lang: Lang, decimals: 0 | 1): KpiText {
  if (kpi === null || kpi.value === null) {
    const target = kpi?.target ?? null;
    return { shown: null, band: null, target: target === null ? null : line(target, lang, null, decimals), tooFew: false };
  }
  const shown = percent(kpi.value, lang, { lines: [kpi.target, kpi.near, kpi.goal], better: kpi.better });
  const beside = { shown, value: kpi.value, better: kpi.better };
  const tooFew = kpi.den !== null && kpi.denMin !== null && kpi.den < kpi.denMin;
  return {
    shown,
    band: tooFew ? null : kpi.band,
    target: kpi.target === null ? null : line(kpi.target, lang, beside, decimals),
    tooFew,
  };
}

/** A difference of rates: `+1,3 điểm`. */
export function pointsText(points: number, lang: Lang, words: Words): { readonly figure: string; readonly word: string } {
  return { figure: signed(points, lang), word: words.points };
}
