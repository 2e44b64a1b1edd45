/** A server that asks for tokens, and screens in front of it: paired, commanded and taken back as people do it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BIN, Server, until } from './server.mjs';

const run = promisify(execFile);
export const MORNING = '2024-08-02T08:00:00+07:00';
/** The unit of the screens, and one that isn't theirs. */
export const UNIT = '148';
export const FOREIGN = '150';

/** Runs `opcentre` and gives what it prints. */
export async function opcentre(...args) {
  const { stdout } = await run(BIN, args);
  return stdout;
}

export class Centre {
  /** `port` over a restart stays the same, as the clock goes on. */
  static async start(data) {
    const centre = new Centre();
    centre.data = data;
    const [admin] = JSON.parse(await opcentre('token', 'create', '--data-dir', data, '--role', 'admin', '--label', 'first', '--format', 'json'));
    centre.admin = admin.token;
    await centre.serve();
    await centre.ask('PUT', '/api/v1/units', { body: await centre.server.units(), type: 'text/csv' });
    return centre;
  }

  async serve(port = 0) {
    this.server = await Server.start(['serve', '--clock-from', MORNING, '--auth-mode', 'required'], this.data, { port });
    await until('figures are ready', async () => (await (await fetch(`${this.url}/readyz`, { headers: { authorization: `Bearer ${this.admin}` } })).json()).components.figures.state === 'ok', { within: 60_000 });
  }

  /** Ends the server as a power cut would, and starts another one at the same address after `ms`. */
  async powerCut(during = async () => {}) {
    const { port } = this.server;
    await this.server.kill();
    await during();
    await this.serve(port);
  }

  get url() {
    return this.server.url;
  }

  /** Asks as somebody; the answer with its status. */
  async ask(method, path, { token = this.admin, body, type = 'application/json' } = {}) {
    const sent = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const answer = await fetch(this.url + path, { method, body: sent, headers: { authorization: `Bearer ${token}`, ...(sent === undefined ? {} : { 'content-type': type }) } });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** Sends records. */
  async post(source, records) {
    const { status, body } = await this.ask('POST', `/api/v1/events?source=${source}`, { body: records.map((record) => `${JSON.stringify(record)}\n`).join(''), type: 'application/x-ndjson' });
    if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
  }

  /** A token of a role, bound to a unit or not. */
  async token(role, unit) {
    const { body } = await this.ask('POST', '/api/v1/tokens', { body: { label: role, role, ...(unit === undefined ? {} : { unit }) } });
    return body.tokens[0].token;
  }

  async screens() {
    return (await this.ask('GET', '/api/v1/screens')).body.screens;
  }

  /** `opcentre screen ...` of this server. */
  screen(...args) {
    return opcentre('screen', ...args, '--url', this.url, '--token', this.admin);
  }

  /** Approves the code that a page shows. */
  async approve(page, wanted) {
    const code = await page.waitForSelector('[data-code]', { timeout: 20_000 }).then((node) => node.getAttribute('data-code'));
    const { status, body } = await this.ask('POST', '/api/v1/screens', { body: { code, unit: UNIT, ...wanted } });
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body.screens[0];
  }
}

/** A browser of its own, as a signage box is one, at the address that is typed into it once. */
export async function box(browser, centre, state) {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, ...(state === undefined ? {} : { storageState: state }) });
  return openBox(context, centre);
}

export async function openBox(context, centre, before = async () => {}) {
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  await before(page);
  await page.goto(`${centre.url}/screen`);
  return page;
}

/** Waits until a board is on the screen, whole and alone. */
export const showing = (page, board, within = 20_000) => page.waitForFunction((wanted) => {
  const layers = [...document.querySelectorAll('[data-layer]')];
  return layers.length === 1 && layers[0].dataset.layer === wanted && layers[0].dataset.shown === 'true' && layers[0].querySelector('[data-seq]:not([data-seq=""])') !== null;
}, board, { timeout: within, polling: 50 });
