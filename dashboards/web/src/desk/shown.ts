/** Instants as the desk prints them. The server writes them in its own zone, so nothing is converted here. Pure. */

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/;

/** `2024-08-02T08:00:00.000+07:00` as `02/08/2024 08:00`; nothing as `–`. */
export function moment(rfc3339: unknown): string {
  const parts = typeof rfc3339 === 'string' ? INSTANT.exec(rfc3339) : null;
  return parts === null ? '–' : `${parts[3] ?? ''}/${parts[2] ?? ''}/${parts[1] ?? ''} ${parts[4] ?? ''}`;
}

/** Any value of a register or of what follows from it, as text; instants as above. */
export function value(of: unknown): string {
  if (of === null || of === undefined) return '–';
  if (typeof of === 'string') return INSTANT.test(of) ? moment(of) : of;
  if (Array.isArray(of)) return of.length === 0 ? '–' : of.map(value).join('; ');
  if (typeof of === 'object') {
    const { from, to } = of as { from?: unknown; to?: unknown };
    return from === undefined ? JSON.stringify(of) : `${moment(from)} → ${to === null ? '…' : moment(to)}`;
  }
  return String(of as number | boolean);
}
