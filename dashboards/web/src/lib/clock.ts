/**
 * The domain clock (the instant the figures are about) and the liveness of the server, both from pings.
 *
 * Nothing here counts ticks: elapsed time is the greater of what the monotonic clock and the wall clock say. The
 * monotonic one may stand still while a machine sleeps, the wall clock may be set back; the greater of the two
 * can only make a figure look older, until the next ping sets both right.
 */
import type { Hello, Ping } from './protocol';

/** Where time comes from; tests bring their own. */
export interface TimeSource {
  /** Milliseconds that never go back. */
  mono(): number;
  /** Milliseconds since 1970 by the device. */
  wall(): number;
}

export const deviceTime: TimeSource = {
  mono: () => performance.now(),
  wall: () => Date.now(),
};

/** An instant of the device, on both of its clocks. */
export interface Mark {
  readonly mono: number;
  readonly wall: number;
}

export const mark = (source: TimeSource): Mark => ({ mono: source.mono(), wall: source.wall() });

/** Milliseconds since `from`, never negative, the greater of both clocks. */
export function elapsed(source: TimeSource, from: Mark): number {
  return Math.max(0, source.mono() - from.mono, source.wall() - from.wall);
}

/** Figures are live while the last tick through the cube is at most this old. */
export const LIVE_AGE_MS_MAX = 10_000;
/** By how much a stamp may seem to lie ahead of the server's own time. */
const CLOCK_SLACK_MS = 1_000;
/** So many periods without a ping, and the server counts as silent. */
export const PING_PERIODS_MAX = 2.5;

export type Liveness =
  /** No ping yet and none overdue. */
  | { readonly kind: 'unsure' }
  | { readonly kind: 'live' }
  /** Standing still; `since` on the domain clock (null: not known), and for how long. */
  | { readonly kind: 'stalled'; readonly since: number | null; readonly forMs: number };

export class DomainClock {
  #pingMs = 5_000;
  #frozen = false;
  #helloAt: Mark | null = null;
  #ping: { readonly frame: Ping; readonly at: Mark } | null = null;
  #seed: { readonly now: number; readonly at: Mark } | null = null;

  constructor(private readonly source: TimeSource = deviceTime) {}

  get frozen(): boolean {
    return this.#frozen;
  }

  hello(frame: Hello): void {
    this.#pingMs = frame.pingMs;
    this.#frozen = frame.frozen;
    this.#helloAt ??= mark(this.source);
  }

  ping(frame: Ping): void {
    this.#ping = { frame, at: mark(this.source) };
  }

  /** A snapshot's `as_of` stands in for the domain clock until the first ping. */
  seed(now: number): void {
    if (this.#seed === null) this.#seed = { now, at: mark(this.source) };
  }

  /** The domain clock in milliseconds; null before the server said anything. */
  now(): number | null {
    const base = this.#ping ? { now: this.#ping.frame.now, at: this.#ping.at } : this.#seed;
    if (base === null) return null;
    return this.#frozen ? base.now : base.now + elapsed(this.source, base.at);
  }

  liveness(): Liveness {
    if (this.#ping === null) return this.#beforeFirstPing();
    const { frame, at } = this.#ping;
    const silentMs = elapsed(this.source, at);
    if (frame.liveAt === null) return { kind: 'stalled', since: null, forMs: silentMs };
    // A stamp from the future says nothing: the server's clock was set back since.
    const stampAgeMs = frame.time - frame.liveAt;
    const liveAgeMs = (stampAgeMs < -CLOCK_SLACK_MS ? LIVE_AGE_MS_MAX + 1 : Math.max(0, stampAgeMs)) + silentMs;
    if (liveAgeMs <= LIVE_AGE_MS_MAX && silentMs <= PING_PERIODS_MAX * this.#pingMs) return { kind: 'live' };
    const now = this.now();
    return { kind: 'stalled', since: now === null || this.#frozen ? null : now - liveAgeMs, forMs: liveAgeMs };
  }

  #beforeFirstPing(): Liveness {
    if (this.#helloAt === null) return { kind: 'unsure' };
    const waitedMs = elapsed(this.source, this.#helloAt);
    if (waitedMs <= PING_PERIODS_MAX * this.#pingMs) return { kind: 'unsure' };
    return { kind: 'stalled', since: null, forMs: waitedMs };
  }
}
