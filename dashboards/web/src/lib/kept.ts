/**
 * The last picture of a wall, kept in the browser so that a restart of it during an outage shows that one, with its
 * age, and not an empty page. A few pictures of bounded size; what can't be kept or read is as if it weren't there.
 */
import { isRecord, number_, type RawTiles } from './protocol';

export interface Kept {
  /** The board's definition as the server gave it. */
  readonly board: unknown;
  readonly tiles: RawTiles;
  readonly seq: number | null;
  /** When the picture was, on the domain clock. */
  readonly picture: number | null;
  /** When it was kept, by the device. */
  readonly saved: number;
}

export interface Keep {
  read(board: string, unit: string): Kept | null;
  write(board: string, unit: string, kept: Kept): void;
  /** Forgets everything, also what a screen was. */
  clear(): void;
}

const PREFIX = 'opcentre.picture.';
/** As many boards as a rotation may have. */
export const PICTURES_MAX = 24;
/** A picture longer than this isn't kept: 24 of them fit into what a browser gives. */
export const PICTURE_CHARS_MAX = 200_000;
/** Everything of the page's begins so. */
const ALL = 'opcentre.';

/** How old a picture is; a device clock that was set back makes it no younger than it was. */
export const ageOf = (kept: Kept, wall: number): number => Math.max(0, wall - kept.saved);

export function keepIn(storage: Storage): Keep {
  const keys = (prefix: string): string[] =>
    Array.from({ length: storage.length }, (_, at) => storage.key(at)).filter((key) => key !== null).filter((key) => key.startsWith(prefix));
  const key = (board: string, unit: string): string => `${PREFIX}${encodeURIComponent(board)}/${encodeURIComponent(unit)}`;
  const parse = (name: string): Kept | null => {
    try {
      return parseKept(JSON.parse(storage.getItem(name) ?? 'null'));
    } catch {
      return null;
    }
  };
  return {
    read: (board, unit) => parse(key(board, unit)),
    write: (board, unit, kept) => {
      const own = key(board, unit);
      const text = JSON.stringify(kept);
      try {
        if (text.length > PICTURE_CHARS_MAX) {
          // An older picture would be taken for the last one.
          storage.removeItem(own);
          return;
        }
        const others = keys(PREFIX).filter((name) => name !== own);
        const oldest = others.map((name) => ({ name, saved: parse(name)?.saved ?? 0 })).sort((a, b) => a.saved - b.saved);
        for (const { name } of oldest.slice(0, Math.max(0, others.length + 1 - PICTURES_MAX))) storage.removeItem(name);
        storage.setItem(own, text);
      } catch {
        // No room, or a browser that keeps nothing: the wall goes on without.
      }
    },
    clear: () => {
      try {
        for (const name of keys(ALL)) storage.removeItem(name);
      } catch {
        // Nothing was kept then.
      }
    },
  };
}

function parseKept(raw: unknown): Kept | null {
  if (!isRecord(raw) || !isRecord(raw['tiles']) || !isRecord(raw['board'])) return null;
  const saved = number_(raw['saved']);
  if (saved === null) return null;
  return { board: raw['board'], tiles: raw['tiles'], seq: number_(raw['seq']), picture: number_(raw['picture']), saved };
}
