import { beforeEach, describe, expect, it } from 'vitest';
import { ANSWER_MS_MAX, BACKOFF_MS_MAX, BACKOFF_MS_MIN, backoffMs, Connection, GREETING_MS_MAX, type SocketLike, type Status } from './connection';
import type { RawTiles } from './protocol';

class FakeSocket implements SocketLike {
  sent: unknown[] = [];
  closed = false;
  onmessage: ((text: string) => void) | null = null;
  onclose: (() => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  say(frame: object): void {
    this.onmessage?.(JSON.stringify(frame));
  }
}

/** Time, sockets and what the page was told. */
class World {
  now = 0;
  timers = new Map<number, { at: number; run: () => void }>();
  nextTimer = 1;
  sockets: FakeSocket[] = [];
  statuses: Status[] = [];
  shown: RawTiles[] = [];
  connection = new Connection(
    'province',
    '17',
    {
      open: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      setTimer: (run, ms) => {
        this.timers.set(this.nextTimer, { at: this.now + ms, run });
        return this.nextTimer++;
      },
      clearTimer: (id) => this.timers.delete(id),
      random: () => 0.5,
    },
    {
      frame: () => undefined,
      status: (status) => this.statuses.push(status),
      tiles: (tiles) => this.shown.push(tiles),
    },
  );

  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.now = due[1].at;
      due[1].run();
    }
    this.now = end;
  }
  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  }
  get status(): Status | undefined {
    return this.statuses.at(-1);
  }
  asked(): number {
    return this.socket.sent.filter((frame) => (frame as { op: string }).op === 'subscribe').length;
  }
  open(epoch = 'a', version = 7): void {
    this.socket.say({ op: 'hello', session: 's', epoch, ping_ms: 5000, clock: 'running' });
    this.socket.say(snapshot(epoch, version, { on_time: 1 }));
  }
}

const snapshot = (epoch: string, version: number, tiles: object) =>
  ({ op: 'snapshot', topic: 'province/17', epoch, version, seq: 1, as_of: '2024-08-02T08:00:00+07:00', tiles });
const update = (epoch: string, from: number, version: number, tiles: object) => ({ ...snapshot(epoch, version, tiles), op: 'update', from });
const ping = { op: 'ping', time: '2030-01-01T00:00:00Z', live_at: '2030-01-01T00:00:00Z', now: '2024-08-02T08:00:00+07:00' };

let world: World;
beforeEach(() => {
  world = new World();
  world.connection.start();
});

describe('subscribing', () => {
  it('asks for the board after the greeting and is open with the first snapshot', () => {
    world.open();
    expect(world.socket.sent).toEqual([{ op: 'subscribe', board: 'province', unit: '17' }]);
    expect(world.status).toEqual({ phase: 'open', attempt: 0, refusal: null });
    expect(world.shown).toEqual([{ on_time: 1 }]);
  });

  it('answers pings', () => {
    world.open();
    world.socket.say(ping);
    expect(world.socket.sent.at(-1)).toEqual({ op: 'pong' });
  });

  it('ignores what is no frame, and frames of another topic', () => {
    world.open();
    world.socket.onmessage?.('not json');
    world.socket.say({ op: 'novelty' });
    world.socket.say({ ...snapshot('a', 9, { on_time: 2 }), topic: 'province/25' });
    world.socket.say({ ...update('a', 7, 8, { on_time: 2 }), topic: 'province/25' });
    expect(world.shown).toHaveLength(1);
    expect(world.asked()).toBe(1);
  });
});

describe('versions', () => {
  beforeEach(() => { world.open('a', 7); });

  it('applies an update at its version', () => {
    world.socket.say(update('a', 7, 8, { on_time: 2 }));
    world.socket.say(update('a', 8, 11, { on_time: 3 }));
    expect(world.shown).toEqual([{ on_time: 1 }, { on_time: 2 }, { on_time: 3 }]);
    expect(world.asked()).toBe(1);
  });

  it.each([
    ['a gap', update('a', 8, 9, { on_time: 2 })],
    ['an old one', update('a', 5, 6, { on_time: 2 })],
    ['another epoch', update('b', 7, 8, { on_time: 2 })],
    ['one that goes back', update('a', 7, 7, { on_time: 2 })],
  ])('an update with %s is not shown; the page asks for a snapshot, once', (_, frame) => {
    world.socket.say(frame);
    world.socket.say(frame);
    expect(world.shown).toHaveLength(1);
    expect(world.asked()).toBe(2);
    world.socket.say(snapshot('a', 12, { on_time: 5 }));
    expect(world.shown.at(-1)).toEqual({ on_time: 5 });
    world.socket.say(update('a', 12, 13, { on_time: 6 }));
    expect(world.shown.at(-1)).toEqual({ on_time: 6 });
  });

  it('asks again when the snapshot doesn’t come', () => {
    world.socket.say(update('a', 9, 10, {}));
    world.pass(ANSWER_MS_MAX);
    expect(world.asked()).toBe(3);
  });

  it('never goes back within an epoch', () => {
    world.socket.say(snapshot('a', 6, { on_time: 0 }));
    expect(world.shown).toHaveLength(1);
  });

  it('takes a new epoch whatever its version', () => {
    world.socket.onclose?.();
    world.pass(BACKOFF_MS_MAX);
    world.open('b', 1);
    expect(world.shown).toHaveLength(2);
    expect(world.status?.phase).toBe('open');
    world.socket.say(update('b', 1, 2, { on_time: 9 }));
    expect(world.shown.at(-1)).toEqual({ on_time: 9 });
  });
});

describe('losing the line', () => {
  it('tells at once, counts its tries and comes back by itself', () => {
    world.open();
    world.socket.onclose?.();
    expect(world.status).toEqual({ phase: 'lost', attempt: 1, refusal: null });
    world.pass(BACKOFF_MS_MIN * 2);
    expect(world.sockets).toHaveLength(2);
    world.socket.onclose?.();
    expect(world.status?.attempt).toBe(2);
    world.pass(BACKOFF_MS_MIN * 4);
    world.open('b');
    expect(world.status).toEqual({ phase: 'open', attempt: 0, refusal: null });
  });

  it('gives up a server that is silent for two and a half periods, and not before', () => {
    world.open();
    world.socket.say(ping);
    world.pass(12_499);
    expect(world.status?.phase).toBe('open');
    world.pass(1);
    expect(world.status?.phase).toBe('lost');
    expect(world.sockets[0]?.closed).toBe(true);
  });

  it('isn’t kept alive by updates alone', () => {
    world.open();
    for (let i = 0; i < 13; i += 1) {
      world.socket.say(update('a', 7 + i, 8 + i, {}));
      world.pass(1_000);
    }
    expect(world.status?.phase).toBe('lost');
  });

  it('gives up a socket that brings no picture', () => {
    world.socket.say({ op: 'hello', session: 's', epoch: 'a', ping_ms: 5000, clock: 'running' });
    world.socket.say(ping);
    world.pass(GREETING_MS_MAX);
    expect(world.status?.phase).toBe('lost');
  });

  it('hears nothing more from a socket it gave up', () => {
    world.open();
    const old = world.socket;
    world.connection.offline();
    old.say(update('a', 7, 8, { on_time: 2 }));
    old.onclose?.();
    expect(world.shown).toHaveLength(1);
    expect(world.status?.attempt).toBe(1);
  });

  it('waits as long as a parting server asks', () => {
    world.open();
    world.socket.say({ op: 'bye', code: 'stopping', retry_ms: 4_000 });
    world.pass(3_999);
    expect(world.sockets).toHaveLength(1);
    world.pass(1);
    expect(world.sockets).toHaveLength(2);
  });

  it('tries at once when the network is back', () => {
    world.open();
    world.connection.offline();
    world.connection.online();
    expect(world.sockets).toHaveLength(2);
    world.pass(BACKOFF_MS_MAX);
    expect(world.sockets.filter((socket) => !socket.closed)).toHaveLength(1);
  });

  it('keeps a refusal until a picture comes', () => {
    world.socket.say({ op: 'error', code: 'unknown_unit', message: '' });
    expect(world.status?.refusal).toBe('unknown_unit');
    world.open();
    expect(world.status?.refusal).toBeNull();
  });
});

describe('backoff', () => {
  it.each([1, 2, 3, 5, 7, 50])('try %i waits between half and all of its step, never outside 0.5 to 30 s', (attempt) => {
    const step = Math.min(BACKOFF_MS_MAX, 1000 * 2 ** (attempt - 1));
    expect(backoffMs(attempt, 0)).toBe(step / 2);
    expect(backoffMs(attempt, 0.999)).toBeLessThan(step);
    expect(backoffMs(attempt, 0)).toBeGreaterThanOrEqual(BACKOFF_MS_MIN);
  });
});
