/**
 * A screen as a device: not approved yet, or showing its program. It keeps one wall on the screen at any time; another
 * board is fetched and drawn out of sight first and then fades in, so that nothing half drawn is ever seen and a
 * server that is away leaves the last board where it is. Server, timers and walls come from `around`.
 */
import type { Place } from '../lib/board';
import { elapsed, type Mark, mark, type TimeSource } from '../lib/clock';
import { backoffMs, type Status } from '../lib/connection';
import type { Keep } from '../lib/kept';
import { ackFrame, type Frame, screenFrame, shownFrame } from '../lib/protocol';
import type { Device, Wall } from '../lib/wall.svelte';
import { type Api, type Code, type Identity, parseIdentity } from './api';
import { type Command, parseCommand } from './command';
import { type Due, due, moment } from './program';

export interface Around {
  readonly time: TimeSource;
  readonly api: Api;
  readonly keep: Keep;
  /** Names this page. */
  readonly build: string;
  wall(place: Place, device: Device): Wall;
  size(): { readonly width: number; readonly height: number };
  /** Who it was when it was last known; kept over a restart of the browser. */
  identity: { read(): Identity | null; write(identity: Identity): void };
  /** The last command that was carried out; kept over a reload. */
  done: { read(): string | null; write(command: string): void };
  /** Loads the page anew, if the server has it. */
  reload(): void;
  /** How long a board fades in; 0 when nothing is to move. */
  fadeMs(): number;
}

/** How often it looks what is to be shown. */
export const STEP_MS = 250;
/** A board that came whole is left alone for so long before it is shown: its charts draw themselves meanwhile. */
export const SETTLE_MS = 600;
/** A board that the server refuses is asked for again after this time. */
export const REFUSED_MS = 30_000;
/** A screen that lost its line asks at most so often whether it is still approved. */
export const CHECK_MS = 5_000;
/** How often it asks anyway, which renews its cookie. */
export const RENEW_MS = 12 * 3_600_000;
/** How long it says that it was refused before it shows another code. */
export const DENIED_MS = 30_000;

export type Mode = 'starting' | 'pairing' | 'running';

/** One wall, on the screen or on its way there. */
export interface Layer {
  readonly key: number;
  readonly board: string;
  readonly lang: string;
  readonly wall: Wall;
  readonly shown: boolean;
}

interface Active {
  readonly command: Command;
  readonly at: Mark;
}

const DARK: Due = { board: null, theme: 'dark', night: false };

export class Screen {
  mode: Mode = $state('starting');
  /** It was approved before and isn't any more. */
  revoked = $state(false);
  denied = $state(false);
  code: Code | null = $state.raw(null);
  identity: Identity | null = $state.raw(null);
  layers: readonly Layer[] = $state.raw([]);
  due: Due = $state.raw(DARK);
  /** What it was told to do instead of its program. */
  told: Command | null = $state.raw(null);
  identifying = $state(false);

  #active: Active | null = null;
  #identify: Active | null = null;
  #unacknowledged: string | null = null;
  #last: string | null;
  #key = 0;
  #whole: { readonly key: number; readonly at: Mark } | null = null;
  #fading: Mark | null = null;
  #refused: Readonly<Record<string, Mark>> = {};
  #timer: number | null = null;
  #pairing = 0;
  #checked: Mark | null = null;
  #checking = false;
  #wasLost = false;

  constructor(private readonly around: Around) {
    this.#last = around.done.read();
  }

  async start(): Promise<void> {
    this.#timer = window.setInterval(() => { this.step(); }, STEP_MS);
    const own = await this.#own();
    if (own === 'lost') {
      const known = this.around.identity.read();
      if (known !== null) this.#run(known);
    }
  }

  stop(): void {
    if (this.#timer !== null) window.clearInterval(this.#timer);
    this.#pairing += 1;
    for (const { wall } of this.layers) wall.stop();
    this.layers = [];
  }

  /** Looks what is to be shown now, and goes on towards it. */
  step(): void {
    const { time } = this.around;
    const idle = this.#checked === null ? Infinity : elapsed(time, this.#checked);
    if (this.mode === 'starting' ? idle >= CHECK_MS : this.mode === 'running' && idle >= RENEW_MS) void this.#own();
    if (this.mode !== 'running' || this.identity === null) return;
    if (this.#active !== null && elapsed(time, this.#active.at) >= this.#active.command.leftMs) this.#active = null;
    if (this.#identify !== null && elapsed(time, this.#identify.at) >= this.#identify.command.leftMs) this.#identify = null;
    this.told = this.#active?.command ?? null;
    this.identifying = this.#identify !== null;
    const now = this.current?.wall.moment.now ?? time.wall();
    const next = due(this.identity.program, moment(now, this.identity.timezone));
    if (JSON.stringify(next) !== JSON.stringify(this.due)) this.due = next;
    const order = this.told?.order;
    const board = order?.do === 'go' ? order.board : next.board;
    this.#follow(board ?? this.current?.board ?? this.identity.program.slots[0]?.board ?? '');
    this.#acknowledge();
  }

  /** The wall that is on the screen. */
  get current(): Layer | null {
    return this.layers.find((layer) => layer.shown) ?? null;
  }

  /** Nothing is due, or it was told to show nothing. */
  get dark(): boolean {
    const order = this.told?.order.do;
    return order === 'blank' || (this.due.board === null && order !== 'go' && order !== 'message');
  }

  #follow(board: string): void {
    const lang = this.identity?.program.lang ?? 'vi';
    const { current } = this;
    if (current === null) {
      // Without the server a board that was kept is more than one that was not.
      const unit = this.identity?.unit ?? '';
      const kept = [board, ...(this.identity?.program.slots ?? []).map((slot) => slot.board)].find((one) => this.around.keep.read(one, unit) !== null);
      this.#add(kept ?? board, lang, true);
      return;
    }
    const coming = this.layers.find((layer) => layer !== current && layer.key > current.key) ?? null;
    if (this.#fading !== null) {
      if (elapsed(this.around.time, this.#fading) >= this.around.fadeMs()) this.#settle();
      return;
    }
    if (current.board === board && current.lang === lang) {
      if (coming !== null) this.#drop(coming);
    } else if (coming?.board !== board || coming.lang !== lang) {
      const refused = this.#refused[board];
      if (refused !== undefined && elapsed(this.around.time, refused) < REFUSED_MS) return;
      if (coming !== null) this.#drop(coming);
      this.#add(board, lang, false);
    } else {
      this.#await(coming);
    }
  }

  #add(board: string, lang: 'vi' | 'en', shown: boolean): void {
    if (this.identity === null || board === '') return;
    const key = ++this.#key;
    const place: Place = { board, unit: this.identity.unit, lang, theme: this.due.theme };
    const wall = this.around.wall(place, {
      greeting: () => { const { width, height } = this.around.size(); return screenFrame(this.around.build, width, height); },
      // Before the first picture there is no version, and nothing is shown.
      answering: (version) => (this.current?.key === key && version >= 0 ? shownFrame(board, place.unit, version) : null),
      frame: (frame) => { this.#hear(frame); },
      status: (status) => { this.#status(status); },
    });
    this.layers = [...this.layers, { key, board, lang, wall, shown }];
    wall.start();
  }

  /** Lets a board in that has come whole and is drawn. */
  #await(coming: Layer): void {
    const { time } = this.around;
    if (coming.wall.trouble.kind === 'refused') {
      this.#refused = { ...this.#refused, [coming.board]: mark(time) };
      this.#drop(coming);
      return;
    }
    if (!coming.wall.whole) {
      this.#whole = null;
    } else if (this.#whole?.key !== coming.key) {
      this.#whole = { key: coming.key, at: mark(time) };
    } else if (elapsed(time, this.#whole.at) >= SETTLE_MS) {
      this.#fading = mark(time);
      this.layers = this.layers.map((layer) => (layer.key === coming.key ? { ...layer, shown: true } : layer));
    }
  }

  /** The board that faded in is the only one now. */
  #settle(): void {
    this.#fading = null;
    this.#whole = null;
    const newest = Math.max(...this.layers.map((layer) => layer.key));
    for (const layer of this.layers.filter(({ key }) => key !== newest)) this.#drop(layer);
  }

  #drop(gone: Layer): void {
    gone.wall.stop();
    this.layers = this.layers.filter((layer) => layer.key !== gone.key);
  }

  #hear(frame: Frame): void {
    if (frame.op === 'bye') {
      // The server knows that it is no screen of its own; whoever it takes for a stranger first asks.
      if (frame.code === 'revoked') this.#revoke();
      else if (frame.code === 'unauthorized') void this.#own();
    } else if (frame.op === 'screen') {
      const identity = parseIdentity(frame.raw, this.identity?.timezone ?? '');
      if (identity !== null) this.#know(identity);
    } else if (frame.op === 'command') {
      const command = parseCommand(frame.raw);
      if (command !== null) this.#obey(command);
    }
  }

  #status(status: Status): void {
    const isLost = status.phase === 'lost';
    if (isLost || this.#wasLost) {
      if (this.#checked === null || elapsed(this.around.time, this.#checked) >= CHECK_MS) void this.#own();
    }
    this.#wasLost = isLost;
  }

  #obey(command: Command): void {
    this.#unacknowledged = command.id;
    if (command.id === this.#last) return;
    this.#last = command.id;
    this.around.done.write(command.id);
    const active = { command, at: mark(this.around.time) };
    switch (command.order.do) {
      case 'identify':
        this.#identify = active;
        break;
      case 'reload':
        this.#acknowledge();
        this.around.reload();
        break;
      case 'resume':
        this.#active = null;
        break;
      default:
        this.#active = active;
    }
    this.step();
  }

  /** Says that it did what it was told, once it did. */
  #acknowledge(): void {
    const order = this.told?.order;
    const isOnTheWay = order?.do === 'go' && this.told?.id === this.#unacknowledged && this.current?.board !== order.board;
    if (this.#unacknowledged === null || isOnTheWay) return;
    this.current?.wall.say(ackFrame(this.#unacknowledged));
    this.#unacknowledged = null;
  }

  async #own(): Promise<'known' | 'lost'> {
    if (this.#checking) return 'lost';
    this.#checking = true;
    this.#checked = mark(this.around.time);
    const own = await this.around.api.own();
    this.#checking = false;
    if (own.state === 'lost') return 'lost';
    if (own.state === 'approved') this.#run(own.identity);
    else if (this.mode === 'running') this.#revoke();
    else if (this.mode === 'starting') this.#unpaired(own.state === 'revoked');
    return 'known';
  }

  #know(identity: Identity): void {
    if (JSON.stringify(identity) === JSON.stringify(this.identity)) return;
    this.identity = identity;
    this.around.identity.write(identity);
  }

  #run(identity: Identity): void {
    this.#know(identity);
    if (this.mode === 'running') return;
    this.#pairing += 1;
    this.code = null;
    this.revoked = this.denied = false;
    this.mode = 'running';
    this.step();
  }

  /** Goes dark: nothing of anybody's figures stays, on the screen or in the browser. */
  #revoke(): void {
    if (this.mode !== 'running') return;
    this.#unpaired(true);
  }

  #unpaired(revoked: boolean): void {
    for (const { wall } of this.layers) wall.stop();
    this.layers = [];
    this.around.keep.clear();
    this.identity = this.#active = this.#identify = this.#fading = this.told = null;
    this.identifying = false;
    this.due = DARK;
    this.revoked = revoked;
    this.mode = 'pairing';
    void this.#pair();
  }

  /** Shows codes until somebody approves one. */
  async #pair(): Promise<void> {
    const turn = ++this.#pairing;
    const goesOn = (): boolean => turn === this.#pairing;
    const wait = (ms: number): Promise<void> => new Promise((done) => { window.setTimeout(done, ms); });
    for (let attempt = 1; goesOn();) {
      const code = await this.around.api.code();
      if (!goesOn()) return;
      if (code === null) {
        this.code = null;
        await wait(backoffMs(attempt++, Math.random()));
        continue;
      }
      attempt = 1;
      this.code = code;
      const outcome = await this.#poll(code, goesOn, wait);
      if (!goesOn()) return;
      this.denied = outcome === 'denied';
      if (outcome === 'denied') {
        this.code = null;
        await wait(DENIED_MS);
        this.denied = false;
      }
      if (outcome === 'approved') {
        const own = await this.around.api.own();
        if (own.state === 'approved' && goesOn()) this.#run(own.identity);
      }
    }
  }

  async #poll(code: Code, goesOn: () => boolean, wait: (ms: number) => Promise<void>): Promise<'approved' | 'denied' | 'over'> {
    const begun = mark(this.around.time);
    let intervalS = code.intervalS;
    while (goesOn() && elapsed(this.around.time, begun) < code.expiresS * 1_000) {
      await wait(intervalS * 1_000);
      const polled = await this.around.api.poll(code.deviceCode);
      if (polled.kind === 'approved') return 'approved';
      if (polled.kind === 'over') return polled.denied ? 'denied' : 'over';
      intervalS = polled.intervalS ?? intervalS;
    }
    return 'over';
  }
}
