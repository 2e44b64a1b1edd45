/** Keeps the page itself in the browser, so that a screen starts while its server is away (see `assets/sw.js`). */
import { pageBuild } from '../lib/wall.svelte';

/** By then the page has loaded all that it is made of, also what comes late. */
const KEEP_AFTER_MS = 5_000;

export function keepPage(): void {
  // Plain HTTP to another machine: browsers forbid it there.
  if (!('serviceWorker' in navigator)) return;
  window.setTimeout(() => { void keep(); }, KEEP_AFTER_MS);
}

async function keep(): Promise<void> {
  try {
    await navigator.serviceWorker.register('/assets/sw.js', { scope: '/screen' });
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name)).filter(({ origin, pathname }) => origin === window.location.origin && pathname.startsWith('/assets/'));
    active?.postMessage({ build: pageBuild(), assets: [...new Set(loaded.map(({ pathname }) => pathname))] });
  } catch {
    // A browser that keeps nothing: the page needs the server at its start.
  }
}
