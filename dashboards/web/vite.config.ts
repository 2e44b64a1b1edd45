import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Two pages, the wall under `/wall/{board}` and the desk under `/ops/...`, with their assets under `/assets/`, served by
// a server that forbids inline scripts and foreign addresses; so nothing is inlined and no polyfill is injected.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  base: '/',
  // Tests mount components in jsdom, so they need the browser build of Svelte.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    target: 'chrome109',
    outDir: 'dist',
    rolldownOptions: { input: ['index.html', 'ops.html'] },
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
