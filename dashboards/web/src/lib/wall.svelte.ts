/**
 * What the wall shows at this moment: the board, its tiles, the domain clock and the line. The one place where time
 * passes; panels only read. Fetching, socket and timers come from `around`, so tests bring their own.
 */
import { type Board, parseBoard, type Panel, type Place } from './board';
import { DomainClock, deviceTime, elapsed, type Liveness, type Mark, mark, type TimeSource } from './clock';
import { backoffMs, Connection, type SocketLike, type Status, webSocket } from './connection';
import type { Lang } from './format';
import { type Text, type Words, words } from './i18n';
import { ageOf, type Kept, type Keep, keepIn } from './kept';
import type { Frame, RawTiles, Snapshot, Update } from './protocol';
import { type Judged, judge, type Link } from './states';
import { freshnessTile, type Source, type TileBase } from './tiles';

export interface Around {
  readonly time: TimeSource;
  open(): SocketLike;
  /** The board's definition; `status` is the HTTP status, 0 when there was no answer. */
  board(): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Loads the page anew, after this other build of it was published. */
  reload(build: string): void;
  /** Names this page; empty when it doesn't know. */
  readonly build?: string;
  /** Where the last picture is kept over a restart of the browser. */
  readonly keep?: Keep;
  /** What else the wall's line is used for, when it is a screen's. */
  readonly device?: Device;
}

/** The screen whose wall this is, on the wall's line. */
export interface Device {
  greeting(): string | null;
  answering(version: number): string | null;
  /** Every whole frame, before the wall acts upon it. */
  frame(frame: Frame): void;
  status(status: Status): void;
}

/** A picture is kept at most this often. */
export const KEEP_MS = 10_000;

/** A tile draws at most the last value of each such interval. */
export const DRAW_MS = 250;
/** How often ages, clock and liveness are looked at; what they say is computed from instants, not from this. */
export const LOOK_MS = 500;
/** A line that is back within this time shows no bar: nothing was missed, and the board doesn't jump. */
export const BAR_AFTER_MS = 2_000;

/** One look at the clocks. */
export interface Moment {
  readonly now: number | null;
  readonly live: Liveness;
  readonly lostMs: number;
}

/** What the footer's bar says; `none` leaves the footer to the sources. */
export type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'lost'; readonly since: number | null; readonly forMs: number; readonly picture: number | null; readonly attempt: number }
  | { readonly kind: 'stalled'; readonly since: number | null; readonly forMs: number };

export class Wall {
  readonly place: Place;
  readonly lang: Lang;
  readonly words: Words;
  readonly #around: Around;
  readonly #clock: DomainClock;
  readonly #connection: Connection;

  board: Board | null = $state.raw(null);
  tiles: RawTiles = $state.raw({});
  seq: number | null = $state.raw(null);
  moment: Moment = $state.raw({ now: null, live: { kind: 'unsure' }, lostMs: 0 });
  status: Status = $state.raw({ phase: 'connecting', attempt: 0, refusal: null });
  boardMissing = $state(false);
  /** The picture is one that was kept before the page was loaded, and nothing newer has come: stale, whatever its age. */
  restored = $state(false);

  #pending: Record<string, unknown> | null = null;
  #drawn: Mark | null = null;
  #drawTimer: number | null = null;
  #boardTimer: number | null = null;
  #boardTries = 0;
  #lookTimer: number | null = null;
  #lost: { readonly at: Mark; readonly now: number | null } | null = null;
  #picture: number | null = $state.raw(null);
  #epoch: string | null = null;
  #catalogue: string | null = null;
  #boardRaw: unknown = null;
  #keptAt: Mark | null = null;
  #keepTimer: number | null = null;

  constructor(place: Place, around: Around) {
    this.place = place;
    this.lang = place.lang;
    this.words = words[place.lang];
    this.#around = around;
    this.#clock = new DomainClock(around.time);
    this.#connection = new Connection(
      place.board,
      place.unit,
      {
        open: () => around.open(),
        setTimer: (run, ms) => window.setTimeout(run, ms),
        clearTimer: (id) => { window.clearTimeout(id); },
        random: Math.random,
      },
      {
        frame: (frame) => { around.device?.frame(frame); this.#frame(frame); },
        status: (status) => { this.#status(status); around.device?.status(status); },
        tiles: (tiles, frame) => { this.#take(tiles, frame); },
        greeting: () => around.device?.greeting() ?? null,
        answering: (version) => around.device?.answering(version) ?? null,
      },
    );
    const kept = around.keep?.read(place.board, place.unit) ?? null;
    if (kept !== null) this.#restore(kept);
  }

  start(): void {
    void this.#fetchBoard();
    this.#connection.start();
    this.#lookTimer = window.setInterval(() => { this.look(); }, LOOK_MS);
  }

  stop(): void {
    this.#connection.stop();
    if (this.#keepTimer !== null) this.#keep();
    for (const timer of [this.#drawTimer, this.#boardTimer, this.#keepTimer]) if (timer !== null) window.clearTimeout(timer);
    if (this.#lookTimer !== null) window.clearInterval(this.#lookTimer);
  }

  /** Says something on the wall's line. */
  say(frame: string): void {
    this.#connection.send(frame);
  }

  /** Whether everything that is shown came from the server: the board, its figures, and a line that stands. */
  get whole(): boolean {
    return this.board !== null && !this.restored && this.seq !== null && this.status.phase === 'open' && this.moment.live.kind !== 'unsure';
  }

  offline(): void {
    this.#connection.offline();
  }

  online(): void {
    this.#connection.online();
  }

  /** Reads the clocks; also called at once when the page becomes visible or the machine wakes. */
  look(): void {
    const lostMs = this.#lost === null ? 0 : elapsed(this.#around.time, this.#lost.at);
    this.moment = { now: this.#clock.now(), live: this.#clock.liveness(), lostMs };
  }

  text(text: Text): string {
    return text[this.lang];
  }

  get timezone(): string {
    return this.board?.timezone ?? 'Asia/Ho_Chi_Minh';
  }

  get link(): Link {
    if (this.restored) return 'stalled';
    if (this.moment.live.kind === 'stalled') return 'stalled';
    if (this.status.phase === 'lost') return 'down';
    return this.moment.live.kind === 'unsure' ? 'unsure' : 'up';
  }

  get trouble(): Trouble {
    const { live, lostMs } = this.moment;
    if (this.boardMissing || this.status.refusal !== null) return { kind: 'refused' };
    if (this.status.phase === 'lost' && lostMs >= BAR_AFTER_MS) {
      const since = this.#lost?.now ?? null;
      return { kind: 'lost', since, forMs: lostMs, picture: this.#picture, attempt: this.status.attempt };
    }
    return live.kind === 'stalled' ? live : { kind: 'none' };
  }

  /** The sources' contacts, from the board's freshness panel. */
  get sources(): readonly Source[] {
    const panel = this.board?.panels.find((one) => one.kind === 'freshness');
    return panel === undefined ? [] : freshnessTile(this.tiles[panel.id]);
  }

  sourceName(id: string | null): string | null {
    const known = this.sources.find((one) => one.id === id);
    return known === undefined ? id : this.text(known.name);
  }

  judge(panel: Panel, tile: TileBase, hasValue: boolean): Judged {
    const feed = { sourceAt: tile.sourceAt, staleAfterS: tile.staleAfterS ?? panel.staleAfterS, hasValue };
    return judge(feed, this.moment.now, this.link);
  }

  judgeSource(source: Source): Judged {
    const feed = { sourceAt: source.sourceAt, staleAfterS: source.staleAfterS, hasValue: source.sourceAt !== null };
    return judge(feed, this.moment.now, this.link);
  }

  #frame(frame: Frame): void {
    if (frame.op === 'hello') {
      this.#clock.hello(frame);
      const { build } = this.#around;
      if (build !== undefined && build !== '' && frame.build !== '' && frame.build !== build) this.#around.reload(frame.build);
      // Another start of the server may bring another page or another board.
      if (this.#epoch !== null && this.#epoch !== frame.epoch) void this.#fetchBoard();
      this.#epoch = frame.epoch;
    } else if (frame.op === 'ping') {
      this.#clock.ping(frame);
      if (this.#catalogue !== null && frame.catalogue !== null && this.#catalogue !== frame.catalogue) void this.#fetchBoard();
      this.#catalogue = frame.catalogue ?? this.#catalogue;
      this.look();
    } else if (frame.op === 'snapshot' && frame.asOf !== null) {
      this.#clock.seed(frame.asOf);
    }
  }

  #status(status: Status): void {
    if (status.phase === 'lost') this.#lost ??= { at: mark(this.#around.time), now: this.#clock.now() };
    else if (status.phase === 'open') this.#lost = null;
    // The unit has become known: now the board has its name.
    if (this.status.refusal !== null && status.refusal === null) void this.#fetchBoard();
    this.status = status;
    this.look();
  }

  #take(tiles: RawTiles, frame: Snapshot | Update): void {
    if (frame.op === 'snapshot') this.#pending = { ...tiles };
    else this.#pending = { ...(this.#pending ?? this.tiles), ...tiles };
    this.seq = frame.seq;
    this.restored = false;
    this.#picture = this.#clock.now() ?? frame.asOf;
    const wait = this.#drawn === null ? 0 : DRAW_MS - elapsed(this.#around.time, this.#drawn);
    if (wait <= 0) this.#draw();
    else this.#drawTimer ??= window.setTimeout(() => { this.#draw(); }, wait);
  }

  #draw(): void {
    if (this.#drawTimer !== null) window.clearTimeout(this.#drawTimer);
    this.#drawTimer = null;
    if (this.#pending === null) return;
    // A tile that says the same keeps its identity, so that nothing of it is drawn again.
    const next: Record<string, unknown> = {};
    for (const [id, tile] of Object.entries(this.#pending)) {
      const old = this.tiles[id];
      next[id] = old !== undefined && JSON.stringify(old) === JSON.stringify(tile) ? old : tile;
    }
    this.#pending = null;
    this.#drawn = mark(this.#around.time);
    this.tiles = next;
    this.look();
    this.#keepSoon();
  }

  /** Shows what was kept: the last picture, as old as it is, until the server says something newer. */
  #restore(kept: Kept): void {
    const board = parseBoard(kept.board);
    if (board === null) return;
    const { time } = this.#around;
    const ageMs = ageOf(kept, time.wall());
    this.restored = true;
    this.board = board;
    this.#boardRaw = kept.board;
    this.tiles = kept.tiles;
    this.seq = kept.seq;
    this.#picture = kept.picture;
    if (kept.picture !== null) this.#clock.seed(kept.picture + ageMs);
    this.#lost = { at: { mono: time.mono() - ageMs, wall: time.wall() - ageMs }, now: kept.picture };
    this.status = { phase: 'lost', attempt: 1, refusal: null };
    this.look();
  }

  #keepSoon(): void {
    if (this.#around.keep === undefined || this.#keepTimer !== null) return;
    const wait = this.#keptAt === null ? 0 : KEEP_MS - elapsed(this.#around.time, this.#keptAt);
    this.#keepTimer = window.setTimeout(() => { this.#keep(); }, Math.max(0, wait));
  }

  #keep(): void {
    if (this.#keepTimer !== null) window.clearTimeout(this.#keepTimer);
    this.#keepTimer = null;
    if (this.restored || this.#boardRaw === null) return;
    this.#keptAt = mark(this.#around.time);
    const { board, unit } = this.place;
    const picture = { board: this.#boardRaw, tiles: this.tiles, seq: this.seq, picture: this.#picture, saved: this.#around.time.wall() };
    this.#around.keep?.write(board, unit, picture);
  }

  async #fetchBoard(): Promise<void> {
    if (this.#boardTimer !== null) window.clearTimeout(this.#boardTimer);
    this.#boardTimer = null;
    const { status, body } = await this.#around.board();
    const board = status === 200 ? parseBoard(body) : null;
    if (board !== null) {
      // A kept board is of an older page; which page this is its own name says.
      if (this.board !== null && !this.restored && this.board.build !== board.build) this.#around.reload(board.build);
      this.#boardRaw = body;
      this.#boardTries = 0;
      this.boardMissing = false;
      if (JSON.stringify(board) !== JSON.stringify(this.board)) this.board = board;
      return;
    }
    // A board once drawn stays: a server in trouble takes nothing off the wall.
    if (this.board === null) this.boardMissing = status >= 400 && status < 500;
    this.#boardTries += 1;
    this.#boardTimer = window.setTimeout(() => { void this.#fetchBoard(); }, backoffMs(this.#boardTries, Math.random()));
  }
}

/** Names this page: the server writes it into the page. */
export function pageBuild(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? '';
}

/** The browser around the wall. */
export function browserAround(place: Place, device?: Device): Around {
  const query = place.unit === '' ? '' : `?unit=${encodeURIComponent(place.unit)}`;
  return {
    time: deviceTime,
    open: () => socketTo('/api/v1/live'),
    board: () => fetchJson(`/api/v1/boards/${encodeURIComponent(place.board)}${query}`),
    reload: (build) => { void reloadWhenServed(build); },
    build: pageBuild(),
    keep: keepIn(window.localStorage),
    ...(device === undefined ? {} : { device }),
  };
}

function socketTo(path: string): SocketLike {
  return webSocket(window.location.origin.replace(/^http/, 'ws') + path);
}

/** A request that hasn't answered by then counts as none. */
const FETCH_MS_MAX = 10_000;

async function fetchJson(path: string): Promise<{ status: number; body: unknown }> {
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(FETCH_MS_MAX), headers: { accept: 'application/json' } });
    return { status: answer.status, body: answer.ok ? await answer.json() : null };
  } catch {
    return { status: 0, body: null };
  }
}

/** Which build this page was loaded anew for, and when: a server that goes on saying so isn't obeyed again at once. */
const RELOADED = 'opcentre.reloaded';
const RELOAD_MS_MIN = 600_000;

/** A reload while the server is away would leave the wall blank, so the page is asked for first. */
export async function reloadWhenServed(build: string): Promise<void> {
  const last = window.sessionStorage.getItem(RELOADED)?.split(' ');
  if (last?.[0] === build && Math.abs(Date.now() - Number(last[1])) < RELOAD_MS_MIN) return;
  try {
    const answer = await fetch(window.location.href, { cache: 'no-store', signal: AbortSignal.timeout(FETCH_MS_MAX) });
    if (!answer.ok) return;
    window.sessionStorage.setItem(RELOADED, `${build} ${String(Date.now())}`);
    window.location.reload();
  } catch {
    // The old page goes on; the next start of the server asks again.
  }
}
