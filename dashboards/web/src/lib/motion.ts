/** How long things move. With `prefers-reduced-motion` nothing moves at all. */
const stillness = typeof window !== 'undefined' && typeof window.matchMedia === 'function' ? window.matchMedia('(prefers-reduced-motion: reduce)') : null;

/** Whether nothing is to move. */
export const still = (): boolean => stillness?.matches === true;

const moving = (ms: number): number => (still() ? 0 : ms);

/** Digits that differ, bars and lines. */
export const fadeMs = (): number => moving(300);
/** Rows of a ranking that change places. */
export const rowMs = (): number => moving(400);
/** Ranking rows change places at most this often. */
export const ROW_MOVE_MS = 5_000;
/** The age sign of a changed tile is bright for so long. */
export const BRIGHT_MS = 1_000;

/** The page shifts this far, this often, so that no edge burns in. */
const SHIFT_PX = 2;
export const SHIFT_MS = 90_000;
/** How often it is looked whether it is time. */
export const SHIFT_LOOK_MS = 5_000;
/** Steps to either side: 8 px across, 6 px down. Different spans, so that the path covers the whole field. */
const STEPS_X = 4;
const STEPS_Y = 3;

/** The step at an instant of the device: not counted, so that another board or a reload doesn't begin anew. */
export const shiftStep = (wall: number): number => Math.floor(wall / SHIFT_MS);

/** The shift after `step` steps; one step moves one axis by 2 px. */
export function shift(step: number): { readonly x: number; readonly y: number } {
  if (still()) return { x: 0, y: 0 };
  return { x: swing(Math.ceil(step / 2), STEPS_X) * SHIFT_PX, y: swing(Math.floor(step / 2), STEPS_Y) * SHIFT_PX };
}

/** 0, 1 .. span .. 0 .. -span .. 0, and so on. */
function swing(step: number, span: number): number {
  const at = step % (4 * span);
  if (at <= span) return at;
  return at <= 3 * span ? 2 * span - at : at - 4 * span;
}
