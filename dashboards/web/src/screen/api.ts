/** What a screen asks the server for itself: who it is, a code, its credential. */
import { isRecord, number_, text_ } from '../lib/protocol';
import { parseProgram, type Program } from './program';

export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly timezone: string;
  readonly program: Program;
  /** As the server said it, to be kept. */
  readonly raw: unknown;
}

export type Own =
  | { readonly state: 'approved'; readonly identity: Identity }
  | { readonly state: 'unpaired' | 'revoked' }
  /** No answer: nothing is known. */
  | { readonly state: 'lost' };

export interface Code {
  readonly deviceCode: string;
  readonly userCode: string;
  /** Where it is approved; the whole address has the code in it. */
  readonly place: string;
  readonly wholePlace: string;
  readonly expiresS: number;
  readonly intervalS: number;
}

export type Polled =
  | { readonly kind: 'approved' }
  | { readonly kind: 'wait'; readonly intervalS: number | null }
  /** The code is worth nothing: `denied` says that somebody refused it. */
  | { readonly kind: 'over'; readonly denied: boolean };

export interface Api {
  own(): Promise<Own>;
  code(): Promise<Code | null>;
  poll(deviceCode: string): Promise<Polled>;
}

const ASK_MS_MAX = 10_000;

async function ask(path: string, body?: object): Promise<{ status: number; raw: unknown }> {
  try {
    const sent: RequestInit = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(ASK_MS_MAX), ...sent });
    return { status: answer.status, raw: await answer.json().catch(() => null) };
  } catch {
    return { status: 0, raw: null };
  }
}

export const serverApi: Api = {
  own: async () => {
    const { status, raw } = await ask('/api/v1/screen');
    return status === 200 ? parseOwn(raw) : { state: 'lost' };
  },
  code: async () => {
    const { status, raw } = await ask('/api/v1/screen/code', {});
    return status === 200 ? parseCode(raw) : null;
  },
  poll: async (deviceCode) => {
    const { status, raw } = await ask('/api/v1/screen/token', { device_code: deviceCode });
    if (status === 200) return { kind: 'approved' };
    const error = isRecord(raw) ? raw['error'] : null;
    if (error === 'access_denied' || error === 'expired_token') return { kind: 'over', denied: error === 'access_denied' };
    return { kind: 'wait', intervalS: isRecord(raw) ? number_(raw['interval']) : null };
  },
};

export function parseOwn(raw: unknown): Own {
  if (!isRecord(raw)) return { state: 'lost' };
  if (raw['state'] === 'unpaired' || raw['state'] === 'revoked') return { state: raw['state'] };
  const identity = parseIdentity(raw['screen'], text_(raw['timezone']) ?? '');
  return raw['state'] === 'approved' && identity !== null ? { state: 'approved', identity } : { state: 'lost' };
}

export function parseIdentity(raw: unknown, timezone: string): Identity | null {
  if (!isRecord(raw)) return null;
  const [id, name, unit] = [text_(raw['id']), text_(raw['name']), text_(raw['unit'])];
  const program = parseProgram(raw['show']);
  return id === null || name === null || unit === null || program === null ? null : { id, name, unit, timezone, program, raw };
}

function parseCode(raw: unknown): Code | null {
  if (!isRecord(raw)) return null;
  const [deviceCode, userCode] = [text_(raw['device_code']), text_(raw['user_code'])];
  const [place, wholePlace] = [text_(raw['verification_uri']), text_(raw['verification_uri_complete'])];
  if (deviceCode === null || userCode === null || place === null || wholePlace === null) return null;
  return { deviceCode, userCode, place, wholePlace, expiresS: number_(raw['expires_in']) ?? 900, intervalS: number_(raw['interval']) ?? 5 };
}
