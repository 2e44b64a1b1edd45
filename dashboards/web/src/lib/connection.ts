/**
 * The socket to `/api/v1/live`: greets, subscribes, keeps epoch and version, applies only what fits, and comes back
 * by itself. It knows no figures and draws nothing; socket, timers and chance are handed in.
 *
 * Rules: an update applies only at its `from` in the same epoch, else the page asks for a snapshot, one question at
 * a time; a version never goes back within an epoch; a new epoch is simply taken. A server that is silent for 2.5
 * ping periods is given up, because a half-open connection never says so itself.
 */
import { PING_PERIODS_MAX } from './clock';
import { type Bye, type Frame, parseFrame, PONG_FRAME, type RawTiles, type Snapshot, subscribeFrame, type Update } from './protocol';

export interface SocketLike {
  send(text: string): void;
  close(): void;
  onmessage: ((text: string) => void) | null;
  onclose: (() => void) | null;
}

export interface Surroundings {
  open(): SocketLike;
  setTimer(run: () => void, ms: number): number;
  clearTimer(id: number): void;
  /** In [0, 1). */
  random(): number;
}

export type Phase = 'connecting' | 'open' | 'lost';

export interface Status {
  readonly phase: Phase;
  /** Tries since the last picture; 0 while open. */
  readonly attempt: number;
  /** The code of the server's last refusal while it stands. */
  readonly refusal: string | null;
}

export interface Listener {
  /** Every whole frame, before it is acted upon (the clock listens here). */
  frame(frame: Frame): void;
  status(status: Status): void;
  /** Tiles to show: all of them, or the changed ones. */
  tiles(tiles: RawTiles, frame: Snapshot | Update): void;
  /** What else is to be said, if anything: behind the greeting, and before the answer to a ping. */
  greeting?(): string | null;
  answering?(version: number): string | null;
}

export const BACKOFF_MS_MIN = 500;
export const BACKOFF_MS_MAX = 30_000;
/** A socket that hasn't brought a picture by then is given up. */
export const GREETING_MS_MAX = 10_000;
/** A subscription unanswered for so long is sent again. */
export const ANSWER_MS_MAX = 5_000;

/**
 * The wait before try `attempt` (1 is the first): doubling up to 30 s, the upper half of it by chance, so that the
 * screens of a building don't all come back in one instant.
 */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(BACKOFF_MS_MAX, 2 * BACKOFF_MS_MIN * 2 ** Math.min(Math.max(0, attempt - 1), 16));
  return ceiling * (0.5 + 0.5 * random);
}

export class Connection {
  #socket: SocketLike | null = null;
  #phase: Phase = 'connecting';
  #attempt = 0;
  #refusal: string | null = null;
  #epoch: string | null = null;
  #version = -1;
  #pingMs = 5_000;
  #asking = false;
  #retryFloorMs = 0;
  #retry: number | null = null;
  #watch: number | null = null;
  #answer: number | null = null;

  constructor(
    private readonly board: string,
    private readonly unit: string,
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {}

  start(): void {
    this.#connect();
  }

  /** The device says its network is gone: no need to wait for silence. */
  offline(): void {
    this.#fail();
  }

  /** The device says its network is back: no need to wait for the timer. */
  online(): void {
    if (this.#socket === null) this.#connect();
  }

  stop(): void {
    this.#drop();
    this.#retry = this.#cancel(this.#retry);
  }

  #connect(): void {
    this.#retry = this.#cancel(this.#retry);
    this.#drop();
    const socket = this.around.open();
    this.#socket = socket;
    socket.onmessage = (text) => {
      if (socket === this.#socket) this.#receive(text);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#fail();
    };
    this.#expect(GREETING_MS_MAX);
  }

  #receive(text: string): void {
    const frame = parseFrame(text);
    if (frame === null) return;
    this.listener.frame(frame);
    switch (frame.op) {
      case 'hello':
        this.#pingMs = frame.pingMs;
        this.send(this.listener.greeting?.() ?? null);
        this.#ask();
        break;
      case 'ping':
        this.send(this.listener.answering?.(this.#version) ?? null);
        this.send(PONG_FRAME);
        // Only a ping proves that the server still looks after this screen, and only once a picture came.
        if (this.#phase === 'open') this.#expect(PING_PERIODS_MAX * this.#pingMs);
        break;
      case 'snapshot':
        this.#snapshot(frame);
        break;
      case 'update':
        this.#update(frame);
        break;
      case 'error':
        this.#refusal = frame.code;
        this.#tell();
        break;
      case 'bye':
        this.#bye(frame);
        break;
      case 'screen':
      case 'command':
        // Whoever handed the listener in knows what to do with it.
        break;
    }
  }

  /** Says something else to the server, if it is there. */
  send(frame: string | null): void {
    if (frame !== null) this.#socket?.send(frame);
  }

  #snapshot(frame: Snapshot): void {
    if (frame.topic !== this.#topic) return;
    this.#asking = false;
    this.#answer = this.#cancel(this.#answer);
    this.#refusal = null;
    if (frame.epoch === this.#epoch && frame.version < this.#version) {
      this.#opened();
      return;
    }
    this.#epoch = frame.epoch;
    this.#version = frame.version;
    this.listener.tiles(frame.tiles, frame);
    this.#opened();
  }

  #update(frame: Update): void {
    if (frame.topic !== this.#topic) return;
    if (frame.epoch !== this.#epoch || frame.from !== this.#version || frame.version <= frame.from) {
      this.#ask();
      return;
    }
    this.#version = frame.version;
    this.listener.tiles(frame.tiles, frame);
  }

  #bye(frame: Bye): void {
    this.#retryFloorMs = Math.min(BACKOFF_MS_MAX, Math.max(0, frame.retryMs ?? 0));
    this.#fail();
  }

  /** Asks for the newest snapshot, unless the question is already on its way. */
  #ask(): void {
    if (this.#asking || this.#socket === null) return;
    this.#asking = true;
    this.#socket.send(subscribeFrame(this.board, this.unit));
    this.#answer = this.#cancel(this.#answer);
    this.#answer = this.around.setTimer(() => {
      this.#answer = null;
      this.#asking = false;
      this.#ask();
    }, ANSWER_MS_MAX);
  }

  #opened(): void {
    if (this.#phase === 'open') return;
    this.#phase = 'open';
    this.#attempt = 0;
    this.#retryFloorMs = 0;
    this.#expect(PING_PERIODS_MAX * this.#pingMs);
    this.#tell();
  }

  #fail(): void {
    this.#drop();
    this.#phase = 'lost';
    this.#attempt += 1;
    const waitMs = Math.max(backoffMs(this.#attempt, this.around.random()), this.#retryFloorMs);
    this.#retryFloorMs = 0;
    this.#retry = this.#cancel(this.#retry);
    this.#retry = this.around.setTimer(() => { this.#connect(); }, waitMs);
    this.#tell();
  }

  /** Gives the socket up if nothing that renews this comes within `ms`. */
  #expect(ms: number): void {
    this.#watch = this.#cancel(this.#watch);
    this.#watch = this.around.setTimer(() => { this.#fail(); }, ms);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#asking = false;
    this.#watch = this.#cancel(this.#watch);
    this.#answer = this.#cancel(this.#answer);
    socket?.close();
  }

  #cancel(timer: number | null): null {
    if (timer !== null) this.around.clearTimer(timer);
    return null;
  }

  get #topic(): string {
    return `${this.board}/${this.unit}`;
  }

  #tell(): void {
    this.listener.status({ phase: this.#phase, attempt: this.#attempt, refusal: this.#refusal });
  }
}

/** A browser's WebSocket in the shape above. */
export function webSocket(address: string): SocketLike {
  const socket = new WebSocket(address);
  const like: SocketLike = {
    send: (text) => { if (socket.readyState === WebSocket.OPEN) socket.send(text); },
    close: () => { socket.close(); },
    onmessage: null,
    onclose: null,
  };
  socket.onmessage = (event) => { if (typeof event.data === 'string') like.onmessage?.(event.data); };
  socket.onclose = () => { like.onclose?.(); };
  return like;
}
