/**
 * What a screen shows and when. Pure: from its program and the local time to the board that is due and the theme.
 *
 * Boards that are due at the same time take turns; whose turn it is follows from the time of day alone, so that all
 * screens with one program show the same, also after a reload.
 */
import { local } from '../lib/format';
import { isRecord, number_, text_ } from '../lib/protocol';

export type Theme = 'dark' | 'light';

export interface Slot {
  readonly board: string;
  readonly dwellS: number;
  /** Minutes of the day; null: all day. */
  readonly span: Span | null;
  /** 1 (Monday) to 7; empty: every day. */
  readonly weekdays: readonly number[];
}

/** From one minute of the day to another, itself not included; to an earlier one: over midnight. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Program {
  readonly slots: readonly Slot[];
  readonly lang: 'vi' | 'en';
  readonly theme: Theme;
  readonly night: { readonly span: Span; readonly theme: Theme } | null;
}

/** What is to be seen at a moment. */
export interface Due {
  /** Null: nothing is due at this time. */
  readonly board: string | null;
  readonly theme: Theme;
  readonly night: boolean;
}

/** A moment on the clocks of the wall. */
export interface Moment {
  /** 1 (Monday) to 7. */
  readonly weekday: number;
  /** Seconds since midnight. */
  readonly second: number;
}

const DAY_MIN = 24 * 60;

export function moment(ms: number, timezone: string): Moment {
  const { weekday, seconds } = local(ms, timezone);
  const [hour = 0, minute = 0, second = 0] = seconds.split(':').map(Number);
  return { weekday: weekday === 0 ? 7 : weekday, second: hour * 3_600 + minute * 60 + second };
}

export function due(program: Program, at: Moment): Due {
  const night = program.night !== null && within(program.night.span, at.second);
  const theme = night && program.night !== null ? program.night.theme : program.theme;
  return { board: turn(program.slots.filter((slot) => isDue(slot, at)), at.second), theme, night };
}

/** Whose turn it is among those that are due. */
function turn(slots: readonly Slot[], second: number): string | null {
  const round = slots.reduce((sum, slot) => sum + slot.dwellS, 0);
  let rest = round === 0 ? 0 : second % round;
  for (const slot of slots) {
    if (rest < slot.dwellS) return slot.board;
    rest -= slot.dwellS;
  }
  return null;
}

function isDue(slot: Slot, { weekday, second }: Moment): boolean {
  const { span } = slot;
  if (span !== null && !within(span, second)) return false;
  // Past midnight it is still the night of the day before.
  const isPast = span !== null && span.from > span.to && second < span.to * 60;
  const begun = isPast ? (weekday === 1 ? 7 : weekday - 1) : weekday;
  return slot.weekdays.length === 0 || slot.weekdays.includes(begun);
}

function within({ from, to }: Span, second: number): boolean {
  const minute = second / 60;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

export function parseProgram(raw: unknown): Program | null {
  if (!isRecord(raw) || !Array.isArray(raw['slots'])) return null;
  const slots = raw['slots'].map(parseSlot).filter((slot) => slot !== null);
  if (slots.length === 0) return null;
  const night = isRecord(raw['night']) ? raw['night'] : null;
  const span = night === null ? null : parseSpan(night['from'], night['to']);
  return {
    slots,
    lang: raw['lang'] === 'en' ? 'en' : 'vi',
    theme: parseTheme(raw['theme']),
    night: night === null || span === null ? null : { span, theme: parseTheme(night['theme']) },
  };
}

const parseTheme = (raw: unknown): Theme => (raw === 'light' ? 'light' : 'dark');

function parseSlot(raw: unknown): Slot | null {
  if (!isRecord(raw)) return null;
  const board = text_(raw['board']);
  const dwellS = number_(raw['dwell_s']);
  if (board === null || dwellS === null || dwellS <= 0) return null;
  const weekdays = Array.isArray(raw['weekdays']) ? raw['weekdays'].filter((day) => typeof day === 'number') : [];
  return { board, dwellS, span: parseSpan(raw['from'], raw['to']), weekdays };
}

function parseSpan(from: unknown, to: unknown): Span | null {
  const [a, b] = [minuteOf(from), minuteOf(to)];
  return a === null || b === null ? null : { from: a, to: b };
}

function minuteOf(raw: unknown): number | null {
  const found = typeof raw === 'string' ? /^(\d\d):(\d\d)$/.exec(raw) : null;
  if (found === null) return null;
  const minute = Number(found[1]) * 60 + Number(found[2]);
  return minute <= DAY_MIN ? minute : null;
}
