/** Screens as the API lists them, and what a form asks for. */
export interface Slot {
  board: string;
  dwell_s: number;
  from?: string;
  to?: string;
  weekdays?: number[];
}

export interface Program {
  readonly slots: readonly Slot[];
  readonly lang: 'vi' | 'en';
  readonly theme: 'dark' | 'light';
  readonly night?: { readonly from: string; readonly to: string; readonly theme: string };
}

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly state: 'waiting' | 'good' | 'revoked';
  readonly show: Program;
  readonly online: boolean;
  readonly last_seen_at: string | null;
  readonly board: string | null;
  readonly build: string | null;
  readonly is_newest_build: boolean | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly versions_behind: number | null;
  readonly behind_s: number | null;
  readonly diagonal_inch: number | null;
  readonly distance_m: number | null;
  readonly reading: { readonly figure_mm: number; readonly needed_mm: number; readonly is_enough: boolean } | null;
  readonly command: { readonly do: string; readonly board?: string; readonly text?: string; readonly given_at: string; readonly acknowledged_at: string | null } | null;
}

export interface Listing {
  readonly screens: readonly Row[];
  readonly boards: readonly string[];
}

/** What the form holds. Empty text: not given. */
export interface Form {
  code: string;
  name: string;
  unit: string;
  kind: 'board' | 'rotation';
  board: string;
  slots: { board: string; dwell: number; from: string; to: string; weekdays: number[] }[];
  lang: 'vi' | 'en';
  theme: 'dark' | 'light';
  night: { on: boolean; from: string; to: string };
  diagonal: string;
  distance: string;
}

const DWELL_S = 60;

export const slot = (board: string): Form['slots'][number] => ({ board, dwell: DWELL_S, from: '', to: '', weekdays: [] });

export function empty(board: string, code: string): Form {
  return { code, name: '', unit: '', kind: 'board', board, slots: [slot(board)], lang: 'vi', theme: 'dark', night: { on: false, from: '18:00', to: '06:00' }, diagonal: '', distance: '' };
}

/** A screen as it is, to be changed. */
export function formOf(row: Row): Form {
  const { slots, lang, theme, night } = row.show;
  const first = slots[0];
  const always = slots.length === 1 && first?.from === undefined && (first?.weekdays ?? []).length === 0;
  return {
    code: '', name: row.name, unit: row.unit, kind: always ? 'board' : 'rotation', board: first?.board ?? '',
    slots: slots.map((one) => ({ board: one.board, dwell: one.dwell_s, from: one.from ?? '', to: one.to ?? '', weekdays: [...(one.weekdays ?? [])] })),
    lang, theme, night: { on: night !== undefined, from: night?.from ?? '18:00', to: night?.to ?? '06:00' },
    diagonal: row.diagonal_inch === null ? '' : String(row.diagonal_inch), distance: row.distance_m === null ? '' : String(row.distance_m),
  };
}

/** What the server is asked for. */
export function asked(form: Form): object {
  const number = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text.replace(',', '.')));
  const slots = form.slots.map(({ board, dwell, from, to, weekdays }) => ({
    board, dwell_s: dwell, ...(from === '' && to === '' ? {} : { from, to }), ...(weekdays.length === 0 ? {} : { weekdays }),
  }));
  return {
    ...(form.code === '' ? {} : { code: form.code, unit: form.unit.trim() }), name: form.name.trim(),
    ...(form.kind === 'board' ? { board: form.board } : { rotation: slots }),
    lang: form.lang, theme: form.theme, night: form.night.on ? { from: form.night.from, to: form.night.to, theme: 'dark' } : null,
    diagonal_inch: number(form.diagonal), distance_m: number(form.distance),
  };
}
