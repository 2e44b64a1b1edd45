/** A small province to be put into a server, and a domain clock that runs on over its restarts. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from './server.mjs';

const DASHBOARDS = fileURLToPath(new URL('../../dashboards/', import.meta.url));

/** When a world's clock begins: a Friday morning. */
const START_MS = Date.parse('2024-08-02T08:00:00+07:00');

/** The sources that the board names for its tiles. */
export const SOURCES = ['motcua', 'cong-dvc', 'danhgia'];

/** An instant as records write it. */
export const instant = (ms) => new Date(ms).toISOString();

/** A dossier received on 22 July, finished on the 30th when `done`, due on the 31st, or on the 29th when `late`. */
export function dossier(id, { unit = '148', done = true, late = false } = {}) {
  const whole = {
    type: 'dossier', id, unit, at: '2024-07-22T09:00:00+07:00', status: 'accepted',
    received_at: '2024-07-22T09:00:00+07:00', due_at: late ? '2024-07-29' : '2024-07-31', digitised: true,
  };
  return done ? { ...whole, at: '2024-07-30T09:00:00+07:00', status: 'done', finished_at: '2024-07-30T09:00:00+07:00' } : whole;
}

export const rating = (id, score) => ({ type: 'rating', id, unit: '148', at: '2024-07-30T10:00:00+07:00', score, channel: 'web' });

export class World {
  #begun = Date.now();

  /** The domain clock as it stands now, for another start of the server. */
  get clock() {
    return instant(START_MS + Date.now() - this.#begun);
  }

  /** A server whose domain clock runs. */
  async serve(dataDir, { port = 0, args = [] } = {}) {
    const server = await Server.start(['serve', '--clock-from', this.clock, ...args], dataDir, { port });
    await server.figures();
    return server;
  }
}

/** Units, and records enough for a figure in every tile. */
export async function fill(server) {
  await server.loadUnits();
  const units = ['148', '150', '152'];
  const many = Array.from({ length: 120 }, (_, index) => dossier(`D-${index}`, { unit: units[index % 3], late: index < 2 }));
  const open = Array.from({ length: 7 }, (_, index) => dossier(`O-${index}`, { done: false }));
  await server.post('motcua', [...many, ...open]);
  await server.post('danhgia', Array.from({ length: 40 }, (_, index) => rating(`R-${index}`, index < 2 ? 2 : 5)));
  await signs(server);
}

/** A sign of life of every source. */
export async function signs(server) {
  for (const source of SOURCES) await server.post(source, []);
}

/** A folder of definitions as they are built in, with some files, by name, as `edits` make them of their text. */
export async function definitions(path, edits) {
  await mkdir(path, { recursive: true });
  for (const part of await readdir(DASHBOARDS)) {
    if (part.endsWith('.toml') || ['indices', 'forms', 'boards', 'reports'].includes(part)) await cp(join(DASHBOARDS, part), join(path, part), { recursive: true });
  }
  for (const [name, edit] of Object.entries(edits)) {
    const file = join(path, name);
    await writeFile(file, edit(await readFile(file, 'utf8')));
  }
  return path;
}
