import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { place } from './lib/board';
import { stayAwake } from './lib/wake';
import { browserAround, Wall } from './lib/wall.svelte';

/** The page shows without its fonts rather than wait longer than this for them. */
const FONTS_MS_MAX = 3_000;

async function fonts(): Promise<void> {
  const words = [500, 600, 700].map((weight) => document.fonts.load(`${String(weight)} 20px "Be Vietnam Pro"`, 'Aế'));
  const figures = [600, 700].map((weight) => document.fonts.load(`${String(weight)} 20px "Archivo Figures"`, '0'));
  const wanted = [...words, ...figures, document.fonts.load('500 20px "Archivo Percent"', '%')];
  const limit = new Promise((resolve) => setTimeout(resolve, FONTS_MS_MAX));
  await Promise.race([Promise.allSettled(wanted), limit]);
}

/** The address that is typed once into the box behind a screen. */
const SCREEN = '/screen';

async function start(): Promise<void> {
  const target = document.getElementById('wall');
  stayAwake();
  if (window.location.pathname === SCREEN) {
    const [{ startScreen }] = await Promise.all([import('./screen/start'), fonts()]);
    if (target !== null) startScreen(target);
    return;
  }
  const where = place(new URL(window.location.href));
  document.documentElement.lang = where.lang;
  document.documentElement.dataset['theme'] = where.theme;
  const wall = new Wall(where, browserAround(where));
  wall.start();
  // Lines are measured to fit, so the page is drawn with the fonts it will keep.
  await fonts();
  if (target !== null) mount(App, { target, props: { wall } });
}

void start();
