/**
 * Keeps the machine from darkening its screen, where the browser lets a page do so (over TLS, or on the machine
 * itself). A lock ends whenever the page is hidden, so it is asked for again.
 */
export function stayAwake(): void {
  if (!('wakeLock' in navigator)) return;
  const ask = (): void => {
    if (document.visibilityState === 'visible') navigator.wakeLock.request('screen').catch(() => undefined);
  };
  document.addEventListener('visibilitychange', ask);
  ask();
}
