import { beforeEach, describe, expect, it } from 'vitest';
import { DomainClock, LIVE_AGE_MS_MAX } from './clock';
import type { Hello, Ping } from './protocol';

/** A device whose two clocks move as a test says. */
class Device {
  monoMs = 1_000;
  wallMs = Date.parse('2030-01-01T00:00:00Z');
  mono = (): number => this.monoMs;
  wall = (): number => this.wallMs;
  pass(ms: number): void {
    this.monoMs += ms;
    this.wallMs += ms;
  }
}

const NOW = Date.parse('2024-08-02T08:00:00+07:00');
const REAL = Date.parse('2030-01-01T00:00:00Z');
const hello = (frozen = false): Hello => ({ op: 'hello', epoch: 'a', pingMs: 5_000, frozen, build: '' });
const ping = (liveAgeMs = 0): Ping => ({ op: 'ping', time: REAL, liveAt: REAL - liveAgeMs, now: NOW, catalogue: null });

let device: Device;
let clock: DomainClock;
beforeEach(() => {
  device = new Device();
  clock = new DomainClock(device);
});

describe('the domain clock', () => {
  it('is unknown before the server speaks, then runs on from each ping', () => {
    expect(clock.now()).toBeNull();
    clock.hello(hello());
    clock.ping(ping());
    device.pass(2_500);
    expect(clock.now()).toBe(NOW + 2_500);
  });

  it('starts from the first snapshot when no ping came yet, and leaves it for the ping', () => {
    clock.seed(NOW - 60_000);
    device.pass(1_000);
    expect(clock.now()).toBe(NOW - 59_000);
    clock.ping(ping());
    expect(clock.now()).toBe(NOW);
  });

  it('stands still when the server says it is frozen', () => {
    clock.hello(hello(true));
    clock.ping(ping());
    device.pass(9_000);
    expect(clock.now()).toBe(NOW);
  });

  it('counts a sleep of the machine, during which the monotonic clock stood still', () => {
    clock.hello(hello());
    clock.ping(ping());
    device.wallMs += 3_600_000;
    expect(clock.now()).toBe(NOW + 3_600_000);
    expect(clock.liveness().kind).toBe('stalled');
  });

  it('loses no time when the wall clock is set back', () => {
    clock.hello(hello());
    clock.ping(ping());
    device.monoMs += 20_000;
    device.wallMs -= 3_600_000;
    expect(clock.now()).toBe(NOW + 20_000);
    expect(clock.liveness().kind).toBe('stalled');
  });
});

describe('liveness', () => {
  it.each([
    // age of the last tick at the ping, time since the ping
    [0, 9_999, 'live'],
    [0, LIVE_AGE_MS_MAX, 'live'],
    [0, LIVE_AGE_MS_MAX + 1, 'stalled'],
    [4_000, 6_000, 'live'],
    [4_000, 6_001, 'stalled'],
    [11_000, 0, 'stalled'],
    [-500, LIVE_AGE_MS_MAX, 'live'],
  ])('a tick %d ms old at the ping and %d ms since it: %s', (liveAgeMs, sinceMs, kind) => {
    clock.hello(hello());
    clock.ping(ping(liveAgeMs));
    device.pass(sinceMs);
    expect(clock.liveness().kind).toBe(kind);
  });

  it('needs a ping within two and a half periods, also of a short period', () => {
    clock.hello({ ...hello(), pingMs: 1_000 });
    clock.ping(ping());
    device.pass(2_500);
    expect(clock.liveness().kind).toBe('live');
    device.pass(1);
    expect(clock.liveness().kind).toBe('stalled');
  });

  it('is unsure until the first ping, and stalled when that doesn’t come', () => {
    expect(clock.liveness().kind).toBe('unsure');
    clock.hello(hello());
    device.pass(12_500);
    expect(clock.liveness().kind).toBe('unsure');
    device.pass(1);
    expect(clock.liveness().kind).toBe('stalled');
  });

  it('is stalled when no tick ever passed through the figures', () => {
    clock.hello(hello());
    clock.ping({ ...ping(), liveAt: null });
    expect(clock.liveness().kind).toBe('stalled');
  });

  it('says since when on the domain clock, and only for how long when that is frozen', () => {
    clock.hello(hello());
    clock.ping(ping(11_000));
    device.pass(1_000);
    expect(clock.liveness()).toEqual({ kind: 'stalled', since: NOW - 11_000, forMs: 12_000 });
    clock.hello(hello(true));
    expect(clock.liveness()).toEqual({ kind: 'stalled', since: null, forMs: 12_000 });
  });

  it('heals with the next ping', () => {
    clock.hello(hello());
    clock.ping(ping());
    device.pass(60_000);
    clock.ping(ping());
    expect(clock.liveness().kind).toBe('live');
  });
});
