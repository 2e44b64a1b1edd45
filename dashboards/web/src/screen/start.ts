/** The browser around a screen, and its page. */
import { mount } from 'svelte';
import { deviceTime } from '../lib/clock';
import { keepIn } from '../lib/kept';
import { still } from '../lib/motion';
import { browserAround, pageBuild, reloadWhenServed, Wall } from '../lib/wall.svelte';
import { type Identity, parseIdentity, serverApi } from './api';
import { FADE_MS } from './fade';
import { keepPage } from './offline';
import ScreenPage from './Screen.svelte';
import { Screen, type Around } from './screen.svelte';

/** Cleared with everything else of the page's when a screen is taken back. */
const IDENTITY = 'opcentre.screen';
const DONE = 'opcentre.command';

/** Storage that may be full or forbidden: what can't be kept isn't. */
function quietly<T>(use: () => T, otherwise: T): T {
  try {
    return use();
  } catch {
    return otherwise;
  }
}

/** As it was written, in the shape of the server's own words. */
function readIdentity(): Identity | null {
  return quietly(() => {
    const raw = JSON.parse(window.localStorage.getItem(IDENTITY) ?? 'null') as { own?: unknown; timezone?: string } | null;
    return raw === null ? null : parseIdentity(raw.own, raw.timezone ?? '');
  }, null);
}

function browser(): Around {
  return {
    time: deviceTime,
    api: serverApi,
    keep: keepIn(window.localStorage),
    build: pageBuild(),
    wall: (place, device) => new Wall(place, browserAround(place, device)),
    size: () => ({ width: Math.round(window.innerWidth * window.devicePixelRatio), height: Math.round(window.innerHeight * window.devicePixelRatio) }),
    identity: {
      read: readIdentity,
      write: (identity) => { quietly(() => { window.localStorage.setItem(IDENTITY, JSON.stringify({ own: identity.raw, timezone: identity.timezone })); }, undefined); },
    },
    done: {
      read: () => quietly(() => window.sessionStorage.getItem(DONE), null),
      write: (command) => { quietly(() => { window.sessionStorage.setItem(DONE, command); }, undefined); },
    },
    reload: () => { void reloadWhenServed(`command ${String(Date.now())}`); },
    fadeMs: () => (still() ? 0 : FADE_MS),
  };
}

export function startScreen(target: HTMLElement): void {
  const screen = new Screen(browser());
  void screen.start();
  keepPage();
  mount(ScreenPage, { target, props: { screen } });
}
