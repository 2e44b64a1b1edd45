// with-demo.mjs PROGRAM COMMAND...: runs `PROGRAM demo` on a free port and an empty folder, waits until it is ready,
// runs the command with its address in OPCENTRE_URL, stops it, and ends as the command ended.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

// A debug build on two busy cores takes its time to make up two and a half years.
const READY_MS_MAX = 300_000;
const STOP_MS_MAX = 30_000;

const [program, command, ...args] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'opcentre-demo-'));
const demo = spawn(program, ['demo', '--listen', '127.0.0.1:0', '--data-dir', folder], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise((resolve) => demo.once('exit', (code, signal) => resolve(code ?? signal)));

async function address() {
  for await (const line of createInterface({ input: demo.stdout })) {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
    if (found !== null) return found[0];
  }
  throw new Error(`the demonstration ended (${await ended}) without naming its address`);
}

async function ready(url) {
  const deadline = Date.now() + READY_MS_MAX;
  let last = 'no answer';
  while (Date.now() < deadline && demo.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    last = answer === null ? last : `${answer.status} ${(await answer.text()).slice(0, 300)}`;
    await wait(250);
  }
  throw new Error(`the demonstration at ${url} wasn't ready: ${last}`);
}

let code = 1;
try {
  const url = await address();
  demo.stdout.resume();
  await ready(url);
  const run = spawn(command, args, { stdio: 'inherit', env: { ...process.env, OPCENTRE_URL: url } });
  code = await new Promise((resolve, reject) => {
    run.once('error', reject);
    run.once('exit', (exit) => resolve(exit ?? 1));
  });
} catch (error) {
  console.error(error.message);
} finally {
  demo.kill('SIGTERM');
  const stopped = await Promise.race([ended, wait(STOP_MS_MAX, 'late', { ref: false })]);
  if (stopped === 'late') {
    console.error(`the demonstration didn't stop in ${STOP_MS_MAX} ms`);
    demo.kill('SIGKILL');
    code ||= 1;
  }
  await rm(folder, { recursive: true, force: true });
}
process.exit(code);
