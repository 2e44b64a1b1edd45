import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SocketLike } from './connection';
import type { Keep, Kept } from './kept';
import { type Around, BAR_AFTER_MS, DRAW_MS, KEEP_MS, Wall } from './wall.svelte';

const NOW = '2024-08-02T08:00:00+07:00';
const REAL = '2030-01-01T00:00:00Z';
const board = (build = 'b1') => ({
  id: 'province', build, demo: true, title: { vi: 'Toàn cảnh' }, unit: { code: '17', name: 'Tỉnh Hòa Bình' },
  panels: [
    { id: 'on_time', kind: 'kpi', kpi: 'on_time_rate', title: { vi: 'Trước và đúng hạn' }, grid: { x: 0, y: 0, w: 4, h: 4 }, stale_after_s: 3600 },
    { id: 'sources', kind: 'freshness', title: { vi: 'Nguồn' } },
  ],
});
const tile = (value: number) => ({ kpis: { on_time_rate: { value } }, source_at: '2024-08-02T07:59:52+07:00', stale_after_s: 3600 });

let sockets: SocketLike[];
let answer: { status: number; body: unknown };
let reloads: number;
let wall: Wall;
let around: Around;
let kept: Kept | null;
const keep: Keep = { read: () => kept, write: (_board, _unit, picture) => { kept = picture; }, clear: () => undefined };

const say = (frame: object): void => sockets.at(-1)?.onmessage?.(JSON.stringify(frame));
const ping = (liveAt = REAL): void => { say({ op: 'ping', time: REAL, live_at: liveAt, now: NOW }); };
const snapshot = (epoch: string, version: number, tiles: object): void =>
  { say({ op: 'snapshot', topic: 'province/17', epoch, version, seq: version, as_of: NOW, tiles }); };
const hello = (epoch: string, build = 'b1'): void => { say({ op: 'hello', session: 's', epoch, ping_ms: 5000, clock: 'running', build }); };
const link = (): string => wall.link;
const panel = () => {
  const one = wall.board?.panels[0];
  if (one === undefined) throw new Error('no board');
  return one;
};

beforeEach(async () => {
  vi.useFakeTimers();
  sockets = [];
  reloads = 0;
  answer = { status: 200, body: board() };
  kept = null;
  around = {
    time: { mono: () => performance.now(), wall: () => Date.now() },
    open: () => {
      const socket: SocketLike = { send: () => undefined, close: () => undefined, onmessage: null, onclose: null };
      sockets.push(socket);
      return socket;
    },
    board: () => Promise.resolve(answer),
    outlines: () => Promise.resolve(null),
    reload: () => { reloads += 1; },
    build: 'b1',
    keep,
  };
  wall = new Wall({ board: 'province', unit: '17', lang: 'vi', theme: 'dark' }, around);
  wall.start();
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => {
  wall.stop();
  vi.useRealTimers();
});

const open = (): void => {
  hello('a');
  ping();
  snapshot('a', 1, { on_time: tile(0.98) });
};

describe('the wall', () => {
  it('draws at most the last value of each interval', async () => {
    open();
    const drawn = wall.tiles['on_time'];
    for (let i = 2; i <= 5; i += 1) say({ op: 'update', topic: 'province/17', epoch: 'a', from: i - 1, version: i, seq: i, as_of: NOW, tiles: { on_time: tile(i) } });
    expect(wall.tiles['on_time']).toBe(drawn);
    await vi.advanceTimersByTimeAsync(DRAW_MS);
    expect(wall.tiles['on_time']).toEqual(tile(5));
  });

  it('leaves a tile alone that says the same', async () => {
    open();
    const drawn = wall.tiles['on_time'];
    await vi.advanceTimersByTimeAsync(DRAW_MS);
    snapshot('a', 2, { on_time: tile(0.98) });
    expect(wall.tiles['on_time']).toBe(drawn);
  });

  it('is ageing at once and stale after ten seconds when the line is lost, and keeps its tiles', async () => {
    open();
    expect([link(), wall.trouble.kind]).toEqual(['up', 'none']);
    sockets.at(-1)?.onclose?.();
    expect([link(), wall.trouble.kind]).toEqual(['down', 'none']);
    await vi.advanceTimersByTimeAsync(BAR_AFTER_MS + 500);
    expect(wall.trouble).toMatchObject({ kind: 'lost', since: Date.parse(NOW), picture: Date.parse(NOW) });
    await vi.advanceTimersByTimeAsync(8_000);
    expect(link()).toBe('stalled');
    expect(wall.trouble.kind).toBe('lost');
    const state = wall.judge(panel(), { sourceAt: Date.parse(NOW), source: null, staleAfterS: 3600, window: null, ended: null, coveredFrom: null, backfill: [], closedOn: null }, true);
    expect(state.state).toBe('stale');
    expect(wall.tiles['on_time']).toEqual(tile(0.98));
  });

  it('says that the figures stand still when the server talks but its figures hang', async () => {
    open();
    for (let i = 1; i <= 3; i += 1) {
      await vi.advanceTimersByTimeAsync(5_000);
      say({ op: 'ping', time: new Date(Date.parse(REAL) + i * 5_000).toISOString(), live_at: REAL, now: NOW });
    }
    expect([link(), wall.trouble.kind]).toEqual(['stalled', 'stalled']);
    ping();
    expect([link(), wall.trouble.kind]).toEqual(['up', 'none']);
  });

  it('doesn’t look fresh after a stop of its own timers', () => {
    open();
    vi.setSystemTime(Date.now() + 3_600_000);
    wall.look();
    expect(link()).toBe('stalled');
  });

  it('is its old self with the first picture of a restarted server', async () => {
    open();
    sockets.at(-1)?.onclose?.();
    await vi.advanceTimersByTimeAsync(3_000);
    hello('b');
    ping();
    snapshot('b', 1, { on_time: tile(0.97) });
    await vi.advanceTimersByTimeAsync(DRAW_MS);
    expect([link(), wall.trouble.kind, reloads]).toEqual(['up', 'none', 0]);
    expect(wall.tiles['on_time']).toEqual(tile(0.97));
  });

  it('loads itself anew when the restarted server brings another page', async () => {
    open();
    answer = { status: 200, body: board('b2') };
    sockets.at(-1)?.onclose?.();
    await vi.advanceTimersByTimeAsync(3_000);
    hello('b');
    await vi.advanceTimersByTimeAsync(0);
    expect(reloads).toBe(1);
  });

  it('asks for its board anew when the catalogue changes, without another page', async () => {
    open();
    const under = (catalogue: string): void => { say({ op: 'ping', time: REAL, live_at: REAL, now: NOW, catalogue }); };
    under('c1');
    answer = { status: 200, body: { ...board(), title: { vi: 'Khác', en: 'Another' } } };
    under('c1');
    await vi.advanceTimersByTimeAsync(0);
    expect(wall.board?.title.vi).not.toBe('Khác');
    under('c2');
    await vi.advanceTimersByTimeAsync(0);
    expect([wall.board?.title.vi, reloads]).toEqual(['Khác', 0]);
  });

  it('keeps a board it has when the server no longer gives one', async () => {
    open();
    answer = { status: 404, body: null };
    sockets.at(-1)?.onclose?.();
    await vi.advanceTimersByTimeAsync(3_000);
    hello('b');
    await vi.advanceTimersByTimeAsync(0);
    expect([wall.board !== null, wall.trouble.kind]).toEqual([true, 'lost']);
  });

  it('loads itself anew when the server greets it with another page, whatever the board says', async () => {
    open();
    sockets.at(-1)?.onclose?.();
    await vi.advanceTimersByTimeAsync(3_000);
    hello('b', 'b2');
    expect(reloads).toBe(1);
    hello('b', 'b1');
    hello('b', '');
    expect(reloads).toBe(1);
  });

  it('keeps its picture now and then, and the last one when it ends', async () => {
    open();
    await vi.advanceTimersByTimeAsync(DRAW_MS);
    expect(kept).toMatchObject({ seq: 1, picture: Date.parse(NOW), tiles: { on_time: tile(0.98) } });
    snapshot('a', 2, { on_time: tile(0.97) });
    await vi.advanceTimersByTimeAsync(KEEP_MS / 2);
    expect(kept?.seq).toBe(1);
    wall.stop();
    expect(kept?.seq).toBe(2);
  });

  it('keeps a picture that is as old as the server last vouched for it, whenever it is written', async () => {
    open();
    await vi.advanceTimersByTimeAsync(5_000);
    ping(new Date(Date.parse(REAL)).toISOString());
    const vouched = Date.now();
    sockets.at(-1)?.onclose?.();
    await vi.advanceTimersByTimeAsync(10 * KEEP_MS);
    window.dispatchEvent(new Event('pagehide'));
    expect(kept).toMatchObject({ seq: 1, picture: Date.parse(NOW), saved: vouched });
  });
});

describe('a wall whose browser starts anew while the server is away', () => {
  const LATER_MS = 3 * 3_600_000;
  beforeEach(async () => {
    open();
    await vi.advanceTimersByTimeAsync(DRAW_MS);
    wall.stop();
    vi.setSystemTime(Date.now() + LATER_MS);
    answer = { status: 0, body: null };
    wall = new Wall({ board: 'province', unit: '17', lang: 'vi', theme: 'dark' }, around);
    wall.start();
    await vi.advanceTimersByTimeAsync(1_000);
  });
  const judged = (): string => wall.judge(panel(), { sourceAt: Date.parse(NOW) + LATER_MS, source: null, staleAfterS: 36_000, window: null, ended: null, coveredFrom: null, backfill: [], closedOn: null }, true).state;

  it('shows the last picture, as old as it is, and every tile stale', () => {
    expect([wall.tiles['on_time'], wall.seq, link(), judged()]).toEqual([tile(0.98), 1, 'stalled', 'stale']);
    expect(wall.trouble).toMatchObject({ kind: 'lost', picture: Date.parse(NOW) });
    const { trouble } = wall;
    expect(trouble.kind === 'lost' && trouble.forMs >= LATER_MS && trouble.forMs < LATER_MS + 3_000).toBe(true);
    expect(wall.moment.now).toBeGreaterThanOrEqual(Date.parse(NOW) + LATER_MS);
  });

  it('looks stale until figures come, whatever else the server says', async () => {
    hello('b');
    ping();
    expect([link(), judged(), wall.trouble.kind]).toEqual(['stalled', 'stale', 'lost']);
    snapshot('b', 1, { on_time: tile(0.96) });
    await vi.advanceTimersByTimeAsync(DRAW_MS);
    expect([link(), wall.trouble.kind, wall.tiles['on_time']]).toEqual(['up', 'none', tile(0.96)]);
  });

  it('doesn’t keep again what was only kept', async () => {
    const before = kept;
    await vi.advanceTimersByTimeAsync(3 * KEEP_MS);
    wall.stop();
    expect(kept).toBe(before);
  });
});
