/**
 * The frames of `/api/v1/live`: what each holds, and the one place where text from the socket becomes a typed
 * frame. Whatever isn't a whole, known frame is `null`: the caller ignores it. Instants become milliseconds.
 */

/** The raw figures of a board's tiles, by the panel's id; decoded per kind in `tiles.ts`. */
export type RawTiles = Readonly<Record<string, unknown>>;

export interface Hello {
  readonly op: 'hello';
  readonly epoch: string;
  readonly pingMs: number;
  readonly frozen: boolean;
  /** Names the newest page; empty: the server doesn't say. */
  readonly build: string;
}
/** What the screen is whose page this is; as the server says it, checked in `screen/program.ts`. */
export interface ScreenNews {
  readonly op: 'screen';
  readonly raw: Raw;
}
/** What the screen is to do; checked in `screen/command.ts`. */
export interface CommandNews {
  readonly op: 'command';
  readonly raw: Raw;
}
export interface Snapshot {
  readonly op: 'snapshot';
  readonly topic: string;
  readonly epoch: string;
  readonly version: number;
  readonly seq: number | null;
  readonly asOf: number | null;
  readonly tiles: RawTiles;
}
export interface Update extends Omit<Snapshot, 'op'> {
  readonly op: 'update';
  /** The version this update applies to; at any other version the page asks for a snapshot. */
  readonly from: number;
}
export interface Ping {
  readonly op: 'ping';
  /** The server's real time. */
  readonly time: number;
  /** Real time of the last tick that passed through the live figures; null: none ever did. */
  readonly liveAt: number | null;
  /** The domain clock: the instant the figures are about. */
  readonly now: number;
  /** Names the catalogue in force; with another one the board may be another. */
  readonly catalogue: string | null;
}
export interface Refusal {
  readonly op: 'error';
  readonly code: string;
}
export interface Bye {
  readonly op: 'bye';
  readonly code: string;
  readonly retryMs: number | null;
}
export type Frame = Hello | Snapshot | Update | Ping | Refusal | Bye | ScreenNews | CommandNews;

/** Bounds of the ping period a server may announce; outside them the page takes the nearest. */
const PING_MS_MIN = 500;
const PING_MS_MAX = 60_000;

export function parseFrame(text: string): Frame | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(raw)) return null;
  switch (raw['op']) {
    case 'hello':
      return hello(raw);
    case 'snapshot':
      return snapshot(raw);
    case 'update':
      return update(raw);
    case 'ping':
      return ping(raw);
    case 'error':
      return { op: 'error', code: text_(raw['code']) ?? 'unknown' };
    case 'bye':
      return { op: 'bye', code: text_(raw['code']) ?? 'unknown', retryMs: number_(raw['retry_ms']) };
    case 'screen':
    case 'command':
      return { op: raw['op'], raw };
    default:
      return null;
  }
}

/** The page of a screen says which page it is, and on how many pixels. */
export const screenFrame = (build: string, width: number, height: number): string =>
  JSON.stringify({ op: 'screen', build, width, height });

/** What it shows, said before the answer to a ping. */
export const shownFrame = (board: string, unit: string, version: number): string =>
  JSON.stringify({ op: 'shown', board, unit, version });

export const ackFrame = (id: string): string => JSON.stringify({ op: 'ack', id });

export const subscribeFrame = (board: string, unit: string): string =>
  JSON.stringify({ op: 'subscribe', board, unit });

export const PONG_FRAME = JSON.stringify({ op: 'pong' });

function hello(raw: Raw): Hello | null {
  const epoch = text_(raw['epoch']);
  const pingMs = number_(raw['ping_ms']);
  if (epoch === null || pingMs === null) return null;
  return {
    op: 'hello',
    epoch,
    pingMs: Math.min(PING_MS_MAX, Math.max(PING_MS_MIN, pingMs)),
    frozen: raw['clock'] === 'frozen',
    build: text_(raw['build']) ?? '',
  };
}

function snapshot(raw: Raw): Snapshot | null {
  const topic = text_(raw['topic']);
  const epoch = text_(raw['epoch']);
  const version = number_(raw['version']);
  const tiles = raw['tiles'];
  if (topic === null || epoch === null || version === null || !isRecord(tiles)) return null;
  return { op: 'snapshot', topic, epoch, version, seq: number_(raw['seq']), asOf: instant(raw['as_of']), tiles };
}

function update(raw: Raw): Update | null {
  const whole = snapshot(raw);
  const from = number_(raw['from']);
  if (whole === null || from === null) return null;
  return { ...whole, op: 'update', from };
}

function ping(raw: Raw): Ping | null {
  const time = instant(raw['time']);
  const now = instant(raw['now']);
  if (time === null || now === null) return null;
  return { op: 'ping', time, now, liveAt: instant(raw['live_at']), catalogue: text_(raw['catalogue']) };
}

/** A JSON object of unknown content. */
export type Raw = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A finite number, or null for everything else: a figure that isn't a number is no data, never 0. */
export function number_(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Text in NFC, so that composed and decomposed accents look alike; null when absent or empty. */
export function text_(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.normalize('NFC') : null;
}

/** An RFC 3339 instant in milliseconds. */
export function instant(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}
