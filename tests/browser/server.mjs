/**
 * The real program as a child process: started on a free port with a folder of its own, fed over HTTP as any source
 * would, and ended by its process id. `OPCENTRE_BIN` names it; without, the debug build of this checkout.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const BIN = process.env.OPCENTRE_BIN ?? fileURLToPath(new URL('../../target/debug/opcentre', import.meta.url));
const UNITS = new URL('../../dashboards/units/hoa-binh.csv', import.meta.url);

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;

/** Asks again and again until the answer isn't false, null or undefined; says what it waited for when it never is. */
export async function until(what, ask, { within = 30_000, every = 50 } = {}) {
  const deadline = Date.now() + within;
  let last = null;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== false && answer !== null && answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${within} ms: ${what}`, { cause: last });
    await pause(every);
  }
}

/** A folder of the system's for temporary files. */
export const folder = () => mkdtemp(join(tmpdir(), 'opcentre-browser-'));
export const discard = (path) => rm(path, { recursive: true, force: true });

/** One run of the program. It says on standard output where it listens. */
export class Server {
  #child;
  #ended;
  #lines = [];

  /** `args` begin with the command: `['serve', '--now', ...]`. Port 0 chooses a free one. */
  static async start(args, dataDir, { port = 0, within = START_MS_MAX } = {}) {
    const server = new Server();
    const all = [...args, '--listen', `127.0.0.1:${port}`, '--data-dir', dataDir];
    const child = spawn(BIN, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    server.#child = child;
    // A test run that ends in the middle leaves nothing behind.
    const end = () => { child.kill('SIGKILL'); };
    process.once('exit', end);
    child.once('exit', () => { process.off('exit', end); });
    server.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => { resolve(code ?? signal); });
      child.once('error', (error) => { resolve(error.message); });
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      server.#lines.push(line);
      if (server.#lines.length > 60) server.#lines.shift();
    });
    server.said = [];
    createInterface({ input: child.stdout }).on('line', (line) => { server.said.push(line); });
    const address = () => server.said.map((line) => /http:\/\/[^\s/]+/.exec(line)?.[0]).find((found) => found !== undefined);
    const named = until('the program says where it listens', address, { within });
    const early = server.#ended.then((how) => { throw new Error(`${BIN} ended (${how}): ${server.#lines.join('\n')}`); });
    early.catch(() => {});
    try {
      server.url = await Promise.race([named, early]);
    } catch (error) {
      await server.kill();
      throw error;
    }
    server.port = Number(new URL(server.url).port);
    return server;
  }

  get pid() {
    return this.#child.pid;
  }

  /** Waits until figures are answered. */
  figures() {
    return until('figures are ready', async () => (await this.components()).figures?.state === 'ok', { within: START_MS_MAX });
  }

  /** The parts of `/readyz`, whether it is ready or not. */
  async components() {
    const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    return (await answer.json()).components;
  }

  async json(path) {
    const answer = await fetch(this.url + path, { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  kpis(unit, window = 'year') {
    return this.json(`/api/v1/units/${unit}/kpis?window=${window}`);
  }

  /** Sends records of one source; an empty list is its sign of life. */
  async post(source, records) {
    const body = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    const headers = { 'content-type': 'application/x-ndjson' };
    const answer = await fetch(`${this.url}/api/v1/events?source=${source}`, { method: 'POST', headers, body });
    const said = await answer.json();
    if (!answer.ok || said.rejected !== 0) throw new Error(`refused: ${answer.status} ${JSON.stringify(said)}`);
    return said;
  }

  /** The list of units, as it is loaded. */
  units() {
    return readFile(UNITS);
  }

  async loadUnits() {
    const headers = { 'content-type': 'text/csv' };
    const answer = await fetch(`${this.url}/api/v1/units`, { method: 'PUT', headers, body: await this.units() });
    if (!answer.ok) throw new Error(`units refused: ${answer.status} ${await answer.text()}`);
  }

  /** Its child processes: the embedded ClickHouse. */
  async children() {
    // A child belongs to the thread that started it.
    const threads = await readdir(`/proc/${this.pid}/task`);
    const lists = threads.map((thread) => readFile(`/proc/${this.pid}/task/${thread}/children`, 'utf8').catch(() => ''));
    return (await Promise.all(lists)).flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  }

  /** Kills the embedded ClickHouse, as a crash would; how many processes that were. */
  async killEngine() {
    const engines = await this.children();
    for (const pid of engines) process.kill(pid, 'SIGKILL');
    return engines.length;
  }

  /** Ends it at once, as a power cut would. */
  async kill() {
    this.#child.kill('SIGKILL');
    return this.#ended;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const late = new AbortController();
    const how = await Promise.race([this.#ended, pause(STOP_MS_MAX, 'late', { signal: late.signal, ref: false })]);
    late.abort();
    if (how !== 'late') return;
    await this.kill();
    throw new Error(`${BIN} didn't stop within ${STOP_MS_MAX} ms`);
  }
}
