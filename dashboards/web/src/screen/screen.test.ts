import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SocketLike } from '../lib/connection';
import type { Keep } from '../lib/kept';
import { Wall } from '../lib/wall.svelte';
import { type Code, type Identity, type Own, parseIdentity, type Polled } from './api';
import { type Around, CHECK_MS, DENIED_MS, Screen, SETTLE_MS, STEP_MS } from './screen.svelte';

const ZONE = 'Asia/Ho_Chi_Minh';
const FADE_MS = 400;
const code = (n: number): Code => ({ deviceCode: `d${String(n)}`, userCode: 'WDJB-MJHT', place: '', wholePlace: '', expiresS: 60, intervalS: 5 });
const rotation = { slots: [{ board: 'a', dwell_s: 30 }, { board: 'b', dwell_s: 30 }], lang: 'vi', theme: 'light', night: { from: '18:00', to: '06:00', theme: 'dark' } };
const identity = (show: object = rotation): Identity => {
  const parsed = parseIdentity({ id: 's1', name: 'Sảnh', unit: '17', show }, ZONE);
  if (parsed === null) throw new Error('no identity');
  return parsed;
};

interface Line { readonly socket: SocketLike; readonly said: Record<string, unknown>[]; open: boolean; board: string }
let lines: Line[];
let own: Own;
let polled: Polled;
let codes: number;
let known: Identity | null;
let cleared: number;
let reloads: number;
let screen: Screen;

const keep: Keep = { read: () => null, write: () => undefined, clear: () => { cleared += 1; known = null; } };
const hear = (line: Line, frame: object): void => { line.socket.onmessage?.(JSON.stringify(frame)); };
const stamp = (): string => new Date(Date.now()).toISOString();
/** The server answers: greeting, ping and figures. */
function answer(line: Line): void {
  hear(line, { op: 'hello', session: 's', epoch: 'e', ping_ms: 5000, clock: 'running', build: 'b1' });
  hear(line, { op: 'ping', time: stamp(), live_at: stamp(), now: stamp() });
  hear(line, { op: 'snapshot', topic: `${line.board}/17`, epoch: 'e', version: 1, seq: 1, as_of: stamp(), tiles: {} });
}
const newest = (): Line => {
  const line = lines.at(-1);
  if (line === undefined) throw new Error('no line');
  return line;
};
const boards = (): string[] => screen.layers.map((layer) => `${layer.board}${layer.shown ? '' : '?'}`);
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const command = (id: string, order: object): void => { hear(newest(), { op: 'command', id, left_ms: 60_000, ...order }); };

function around(): Around {
  return {
    time: { mono: () => performance.now(), wall: () => Date.now() },
    api: {
      own: () => Promise.resolve(own),
      code: () => { codes += 1; return Promise.resolve(code(codes)); },
      poll: () => Promise.resolve(polled),
    },
    keep,
    build: 'b1',
    wall: (place, device) => new Wall(place, {
      time: { mono: () => performance.now(), wall: () => Date.now() },
      open: () => {
        const line: Line = { said: [], open: true, board: place.board, socket: { send: (text) => { line.said.push(JSON.parse(text) as Record<string, unknown>); }, close: () => { line.open = false; }, onmessage: null, onclose: null } };
        lines.push(line);
        return line.socket;
      },
      board: () => Promise.resolve({ status: 200, body: { id: place.board, build: 'b1', demo: false, timezone: ZONE, title: { vi: place.board }, unit: { code: '17', name: 'x' }, panels: [] } }),
      reload: () => undefined,
      device,
    }),
    size: () => ({ width: 1920, height: 1080 }),
    identity: { read: () => known, write: (one) => { known = one; } },
    done: { read: () => null, write: () => undefined },
    reload: () => { reloads += 1; },
    fadeMs: () => FADE_MS,
  };
}

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse('2024-08-02T10:00:00+07:00') });
  [lines, codes, known, cleared, reloads] = [[], 0, null, 0, 0];
  own = { state: 'approved', identity: identity() };
  polled = { kind: 'wait', intervalS: null };
  screen = new Screen(around());
  await screen.start();
  await pass(0);
});
afterEach(() => {
  screen.stop();
  vi.useRealTimers();
});

describe('an approved screen', () => {
  it('says who it is, shows what is due, and what it shows before each answer to a ping', async () => {
    expect(boards()).toEqual(['a']);
    answer(newest());
    expect(newest().said.map((frame) => frame['op']), 'without a picture nothing is shown').toEqual(['screen', 'subscribe', 'pong']);
    await pass(STEP_MS);
    hear(newest(), { op: 'ping', time: stamp(), live_at: stamp(), now: stamp() });
    const ops = newest().said.map((frame) => frame['op']);
    expect(ops.slice(0, 2)).toEqual(['screen', 'subscribe']);
    expect(newest().said.at(-2)).toEqual({ op: 'shown', board: 'a', unit: '17', version: 1 });
    expect(newest().said.at(-1)).toEqual({ op: 'pong' });
  });

  it('lets another board in only when it has come whole, and keeps the old one beneath until it has faded in', async () => {
    answer(newest());
    await pass(31_000);
    expect(boards()).toEqual(['a', 'b?']);
    const coming = newest();
    await pass(5_000);
    expect(boards(), 'the server is away: the old one stays').toEqual(['a', 'b?']);
    answer(coming);
    await pass(STEP_MS);
    expect(boards()).toEqual(['a', 'b?']);
    await pass(SETTLE_MS + STEP_MS);
    expect(boards()).toEqual(['a', 'b']);
    await pass(FADE_MS + STEP_MS);
    expect(boards()).toEqual(['b']);
    expect(lines.filter((line) => line.open)).toEqual([coming]);
  });

  it('turns to night by the clock', async () => {
    answer(newest());
    vi.setSystemTime(Date.parse('2024-08-02T17:59:58+07:00'));
    await pass(1_000);
    expect([screen.due.theme, screen.due.night]).toEqual(['light', false]);
    await pass(2_000);
    expect([screen.due.theme, screen.due.night]).toEqual(['dark', true]);
  });

  it('is dark when nothing is due, and goes on to be connected', async () => {
    answer(newest());
    hear(newest(), { op: 'screen', id: 's1', name: 'Sảnh', unit: '17', show: { slots: [{ board: 'a', dwell_s: 30, from: '07:00', to: '08:00' }] } });
    await pass(STEP_MS);
    expect([screen.dark, boards(), newest().open]).toEqual([true, ['a'], true]);
  });

  it('does what it is told and says so once it did, while that holds', async () => {
    answer(newest());
    command('1', { do: 'message', text: 'Họp' });
    expect([screen.told?.order, newest().said.at(-1)]).toEqual([{ do: 'message', text: 'Họp' }, { op: 'ack', id: '1' }]);
    command('2', { do: 'go', board: 'c' });
    await pass(STEP_MS);
    expect(boards()).toEqual(['a', 'c?']);
    expect(lines[0]?.said.at(-1)).toEqual({ op: 'ack', id: '1' });
    answer(newest());
    await pass(SETTLE_MS + FADE_MS + 3 * STEP_MS);
    expect([boards(), newest().said.at(-1)]).toEqual([['c'], { op: 'ack', id: '2' }]);
    command('2', { do: 'go', board: 'c' });
    await pass(STEP_MS);
    expect(newest().said.at(-1), 'told again, it says again that it did').toEqual({ op: 'ack', id: '2' });
    await pass(60_000);
    expect(screen.told).toBeNull();
    command('3', { do: 'blank' });
    expect(screen.dark).toBe(true);
    command('4', { do: 'identify' });
    command('5', { do: 'resume' });
    expect([screen.dark, screen.identifying]).toEqual([false, true]);
    command('6', { do: 'reload' });
    command('6', { do: 'reload' });
    expect(reloads).toBe(1);
  });

  it('goes dark at once when it is revoked, keeps nothing, and shows another code', async () => {
    answer(newest());
    own = { state: 'revoked' };
    hear(newest(), { op: 'bye', code: 'revoked', retry_ms: 1000 });
    expect([screen.mode, screen.revoked, boards(), cleared, known]).toEqual(['pairing', true, [], 1, null]);
    await pass(0);
    expect(screen.code?.userCode).toBe('WDJB-MJHT');
  });

  it('finds out that it was revoked while it was away', async () => {
    answer(newest());
    await pass(CHECK_MS);
    own = { state: 'unpaired' };
    newest().socket.onclose?.();
    await pass(0);
    expect([screen.mode, screen.revoked]).toEqual(['pairing', true]);
  });

  it('keeps its last board when the server is away and says nothing', async () => {
    answer(newest());
    own = { state: 'lost' };
    newest().socket.onclose?.();
    await pass(60_000);
    expect([screen.mode, screen.current?.board]).toEqual(['running', 'a']);
  });
});

describe('a screen that starts', () => {
  it('without the server shows what it was', async () => {
    screen.stop();
    own = { state: 'lost' };
    known = identity();
    screen = new Screen(around());
    await screen.start();
    expect([screen.mode, boards()]).toEqual(['running', ['a']]);
  });

  it('unknown shows codes until one is approved', async () => {
    screen.stop();
    own = { state: 'unpaired' };
    screen = new Screen(around());
    await screen.start();
    await pass(0);
    expect([screen.mode, screen.revoked, screen.code?.deviceCode]).toEqual(['pairing', false, 'd1']);
    await pass(61_000);
    expect(screen.code?.deviceCode, 'a code that is too old is replaced').toBe('d2');
    polled = { kind: 'approved' };
    own = { state: 'approved', identity: identity() };
    await pass(6_000);
    expect([screen.mode, screen.code, boards()]).toEqual(['running', null, ['a']]);
  });

  it('that is refused says so, and asks again later', async () => {
    screen.stop();
    own = { state: 'unpaired' };
    polled = { kind: 'over', denied: true };
    screen = new Screen(around());
    await screen.start();
    await pass(5_000);
    expect([screen.denied, screen.code]).toEqual([true, null]);
    polled = { kind: 'wait', intervalS: 10 };
    await pass(DENIED_MS);
    expect([screen.denied, screen.code?.deviceCode]).toEqual([false, 'd2']);
  });
});
