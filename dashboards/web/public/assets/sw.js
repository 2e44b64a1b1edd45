/*
 * Lets the page of a screen start while the server is away: after a power cut the box behind a screen may be up before
 * the server, and would else show the browser's own error page for good. It keeps exactly what the page is made of, the
 * page itself and its assets, and no figure. The page comes from the server whenever that answers.
 *
 * Browsers run it only over TLS or on the machine itself.
 */
const STORE = 'opcentre-page';
const PAGE = '/screen';
/** A server that takes longer is away. */
const PAGE_MS_MAX = 8_000;
/** More than a page is made of. */
const ASSETS_MAX = 100;

self.addEventListener('install', (event) => { event.waitUntil(self.skipWaiting()); });
self.addEventListener('activate', (event) => { event.waitUntil(self.clients.claim()); });

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === PAGE) event.respondWith(page(request));
  else if (pathname.startsWith('/assets/')) event.respondWith(asset(request));
});

async function page(request) {
  const kept = () => caches.open(STORE).then((store) => store.match(PAGE));
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_MS_MAX) });
    // A gateway in front of a server that is away answers in its place.
    return answer.status < 500 ? answer : ((await kept()) ?? answer);
  } catch (error) {
    const known = await kept();
    if (known === undefined) throw error;
    return known;
  }
}

async function asset(request) {
  const store = await caches.open(STORE);
  return (await store.match(request)) ?? fetch(request);
}

/** A page that runs says which it is and what it is made of; that is kept in the place of what was. */
self.addEventListener('message', (event) => {
  const { build, assets } = event.data;
  if (typeof build === 'string' && build !== '' && Array.isArray(assets) && assets.length <= ASSETS_MAX) event.waitUntil(keep(build, assets));
});

async function keep(build, assets) {
  const answer = await fetch(PAGE, { cache: 'no-store' });
  const text = await answer.clone().text();
  // Another page than the one whose assets these are would not start from them.
  if (!answer.ok || !text.includes(`name="build" content="${build}"`)) return;
  const store = await caches.open(STORE);
  await store.addAll(assets.filter((path) => path.startsWith('/assets/')));
  await store.put(PAGE, answer);
  const wanted = new Set([PAGE, ...assets]);
  for (const request of await store.keys()) if (!wanted.has(new URL(request.url).pathname)) await store.delete(request);
}
