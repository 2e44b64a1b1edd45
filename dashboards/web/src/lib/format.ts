/**
 * Numbers, ages and dates as a wall prints them. Pure: no `Intl` number formatting, because a rounded figure must
 * never lie on another side of a target than the exact one, and because `vi` and `en` differ in two signs only.
 */
export type Lang = 'vi' | 'en';

const MINUS = '\u2212';
const SIGNS: Record<Lang, { readonly decimal: string; readonly group: string }> = {
  vi: { decimal: ',', group: '.' },
  en: { decimal: '.', group: ',' },
};
/** Digits after the comma beyond which a figure is cut towards its own side instead. */
const DECIMALS_MAX = 4;

/** Half up at `decimals`, free of binary noise (97.95 is 97.95, not 97.94999). */
function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  const scaled = Number((value * factor).toPrecision(14));
  return Math.sign(scaled) * Math.round(Math.abs(scaled)) / factor;
}

function digits(value: number, decimals: number, lang: Lang): string {
  const [whole = '0', rest] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, SIGNS[lang].group);
  const text = rest === undefined ? grouped : grouped + SIGNS[lang].decimal + rest;
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** A whole count in full: `96.697`. */
export function whole(value: number, lang: Lang): string {
  return digits(round(value, 0), 0, lang);
}

const LARGE: readonly { readonly from: number; readonly vi: string; readonly en: string }[] = [
  { from: 1e9, vi: 'tỷ', en: 'bn' },
  { from: 1e6, vi: 'triệu', en: 'm' },
];

/** A count on a wall: whole up to six digits, then three significant ones and a word (`1,23` `triệu`). */
export function count(value: number, lang: Lang): { readonly text: string; readonly word: string } {
  const large = LARGE.find((step) => Math.abs(value) >= step.from);
  if (large === undefined) return { text: whole(value, lang), word: '' };
  const scaled = value / large.from;
  const decimals = Math.abs(scaled) < 10 ? 2 : Math.abs(scaled) < 100 ? 1 : 0;
  // Cut, not rounded: 999.999.999 isn't "1.000 triệu" and no count looks larger than it is.
  const factor = 10 ** decimals;
  return { text: digits(Math.trunc(scaled * factor) / factor, decimals, lang), word: large[lang] };
}

export type Better = 'higher' | 'lower';

/** Whether `value` is on the good side of `line`; on it counts as good. */
function reaches(value: number, line: number, better: Better): boolean {
  return better === 'higher' ? value >= line : value <= line;
}

export interface Lines {
  /** Targets, limits and band edges of the figure, as ratios. */
  readonly lines: readonly (number | null | undefined)[];
  readonly better?: Better;
  /** Decimals at least: one on a wall, two at a desk. */
  readonly decimals?: 1 | 2;
}

export interface Shown {
  /** The figure without its percent sign: `98,2`. */
  readonly text: string;
  /** What was printed, in percent; targets beside it are printed to differ from it when they do. */
  readonly percent: number;
}

/**
 * A ratio in percent with one decimal, or as many as it takes for the printed figure to lie on the same side of
 * every line as the exact one. 0 and 100 are lines too: what isn't all never prints as 100,0.
 */
export function percent(value: number, lang: Lang, { lines, better = 'higher', decimals: least = 1 }: Lines = { lines: [] }): Shown {
  const exact = Number((value * 100).toPrecision(15));
  const real = lines.filter((line) => typeof line === 'number').map((line) => Number((line * 100).toPrecision(15)));
  const same = (shown: number): boolean =>
    real.every((line) => reaches(shown, line, better) === reaches(exact, line, better)) &&
    shown >= 100 === exact >= 100 &&
    shown > 0 === exact > 0;
  for (let decimals: number = least; decimals <= DECIMALS_MAX; decimals += 1) {
    const shown = round(exact, decimals);
    if (same(shown)) return { text: digits(shown, decimals, lang), percent: shown };
  }
  const factor = 10 ** DECIMALS_MAX;
  const cut = [Math.floor(exact * factor) / factor, Math.ceil(exact * factor) / factor].find(same) ?? exact;
  return { text: digits(cut, DECIMALS_MAX, lang), percent: cut };
}

/**
 * A target or plan with its percent sign, in as few decimals (at least `decimalsMin`) as tell it truly and keep it
 * on the right side of the figure printed beside it.
 */
export function line(target: number, lang: Lang, beside: { shown: Shown; value: number; better: Better } | null, decimalsMin = 0): string {
  const exact = Number((target * 100).toPrecision(15));
  for (let decimals = decimalsMin; decimals <= DECIMALS_MAX; decimals += 1) {
    const rounded = round(exact, decimals);
    const near = decimals >= 1 || rounded === exact;
    const fair = beside === null || reaches(beside.shown.percent, rounded, beside.better) === reaches(beside.value, target, beside.better);
    if (near && fair) return `${digits(rounded, decimals, lang)}%`;
  }
  return `${digits(exact, DECIMALS_MAX, lang)}%`;
}

/** Hours with one decimal: `217,4`; a whole limit without: `240`. */
export function hours(value: number, lang: Lang): string {
  return digits(round(value, 1), Number.isInteger(value) ? 0 : 1, lang);
}

/** A change with its sign: `+1,3`, `−0,4`, `0,0`. */
export function signed(value: number, lang: Lang, decimals = 1): string {
  const rounded = round(value, decimals);
  return (rounded > 0 ? '+' : '') + digits(rounded, decimals, lang);
}

/** A relative change: `+6,2%`. */
export function change(ratio: number, lang: Lang): string {
  return `${signed(ratio * 100, lang)}%`;
}

const AGES: readonly { readonly seconds: number; readonly vi: string; readonly en: readonly [string, string] }[] = [
  { seconds: 86_400, vi: 'ngày', en: ['day', 'days'] },
  { seconds: 3_600, vi: 'giờ', en: ['h', 'h'] },
  { seconds: 60, vi: 'phút', en: ['min', 'min'] },
  { seconds: 1, vi: 'giây', en: ['s', 's'] },
];

/** An age in one unit, rounded down: `8 giây`, `6 phút`, `2 giờ`, `3 ngày`. */
export function age(seconds: number, lang: Lang): { readonly text: string; readonly word: string } {
  const s = Math.max(0, Math.floor(seconds));
  const step = AGES.find((unit) => s >= unit.seconds) ?? { seconds: 1, vi: 'giây', en: ['s', 's'] as const };
  const amount = Math.floor(s / step.seconds);
  return { text: whole(amount, lang), word: lang === 'vi' ? step.vi : step.en[amount === 1 ? 0 : 1] };
}

export interface LocalTime {
  /** `30/06/2025` */
  readonly date: string;
  /** `2025-06-30` */
  readonly iso: string;
  /** `14:32` */
  readonly time: string;
  /** `14:32:07` */
  readonly seconds: string;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timezone: string): Intl.DateTimeFormat {
  let known = formats.get(timezone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit',
    });
    formats.set(timezone, known);
  }
  return known;
}

/** An instant on the clocks of `timezone` (an unknown zone is taken as UTC). */
export function local(ms: number, timezone: string): LocalTime {
  const part: Record<string, string> = {};
  for (const { type, value } of format(knownZone(timezone)).formatToParts(ms)) part[type] = value;
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = part;
  return {
    date: `${day}/${month}/${year}`,
    iso: `${year}-${month}-${day}`,
    time: `${hour}:${minute}`,
    seconds: `${hour}:${minute}:${second}`,
    weekday: new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay(),
  };
}

const zones = new Map<string, string>();

function knownZone(timezone: string): string {
  let zone = zones.get(timezone);
  if (zone === undefined) {
    try {
      new Intl.DateTimeFormat('en-GB', { timeZone: timezone });
      zone = timezone;
    } catch {
      zone = 'UTC';
    }
    zones.set(timezone, zone);
  }
  return zone;
}

/** `2024-08-02` as `02/08`, or with its year. */
export function day(iso: string, withYear = false): string {
  const [year = '', month = '', date = ''] = iso.slice(0, 10).split('-');
  return withYear ? `${date}/${month}/${year}` : `${date}/${month}`;
}
