/** Geometry shared by the lines of sparklines and trends. Pure. */

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The axis of a line: from the least to the greatest of values and target, with air; never of no height. */
export function spread(values: readonly (number | null)[], target: number | null): Range {
  const all = values.filter((value) => value !== null);
  if (target !== null) all.push(target);
  if (all.length === 0) return { low: 0, high: 1 };
  const low = Math.min(...all);
  const high = Math.max(...all);
  const air = (high - low) * 0.12 || Math.abs(high) * 0.02 || 1;
  return { low: low - air, high: high + air };
}

/** An SVG path through the values, lifted over missing ones; a value between two gaps is a short dash. */
export function gapped(values: readonly (number | null)[], x: (index: number) => number, y: (value: number) => number): string {
  const parts: string[] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const starts = index === 0 || values[index - 1] === null;
    const alone = starts && (values[index + 1] ?? null) === null;
    parts.push(`${starts ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}${alone ? 'h0.1' : ''}`);
  });
  return parts.join('');
}

/** Moves labels apart so that each has `height`, keeping their order, within 0 and `limit`. */
export function apart(wanted: readonly number[], height: number, limit: number): number[] {
  const order = wanted.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at);
  let floor = height / 2;
  for (const label of order) {
    label.at = Math.max(label.at, floor);
    floor = label.at + height;
  }
  let ceiling = limit - height / 2;
  for (const label of order.toReversed()) {
    label.at = Math.min(label.at, ceiling);
    ceiling = label.at - height;
  }
  const placed = [...wanted];
  for (const { at, index } of order) placed[index] = at;
  return placed;
}
