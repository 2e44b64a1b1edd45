/** What an operator tells a screen to do, as the server passes it on. Pure. */
import { isRecord, number_, text_ } from '../lib/protocol';

export type Order =
  | { readonly do: 'identify' }
  | { readonly do: 'reload' }
  | { readonly do: 'go'; readonly board: string }
  | { readonly do: 'blank' }
  | { readonly do: 'message'; readonly text: string }
  | { readonly do: 'resume' };

export interface Command {
  readonly id: string;
  readonly order: Order;
  /** For how much longer it holds. */
  readonly leftMs: number;
}

export function parseCommand(raw: unknown): Command | null {
  if (!isRecord(raw)) return null;
  const id = text_(raw['id']);
  const leftMs = number_(raw['left_ms']);
  const order = parseOrder(raw);
  return id === null || leftMs === null || order === null ? null : { id, order, leftMs };
}

function parseOrder(raw: Readonly<Record<string, unknown>>): Order | null {
  const board = text_(raw['board']);
  const text = text_(raw['text']);
  switch (raw['do']) {
    case 'identify':
    case 'reload':
    case 'blank':
    case 'resume':
      return { do: raw['do'] };
    case 'go':
      return board === null ? null : { do: 'go', board };
    case 'message':
      return text === null ? null : { do: 'message', text };
    default:
      return null;
  }
}
