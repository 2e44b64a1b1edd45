import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The page is served under `/wall/{board}` with its assets under `/assets/`, by a server that forbids inline
// scripts and foreign addresses; so nothing is inlined and no polyfill is injected.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  base: '/',
  // Tests mount components in jsdom, so they need the browser build of Svelte.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    target: 'chrome109',
    outDir: 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
  },
}));
