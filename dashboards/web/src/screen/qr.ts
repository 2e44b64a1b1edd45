/** An address as a QR code: one path of squares, so that it is drawn sharp at any size. Pure. */
import { encode } from 'uqr';

export interface Drawn {
  /** Modules on a side, the quiet zone included. */
  readonly size: number;
  /** SVG path of the dark modules. */
  readonly path: string;
}

/** The quiet zone that readers need (ISO/IEC 18004): four modules. */
const QUIET = 4;

export function qr(text: string): Drawn {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${String(x)} ${String(y)}h1v1h-1z` : ''))).join('');
  return { size, path };
}
