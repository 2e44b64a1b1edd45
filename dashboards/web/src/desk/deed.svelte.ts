/** What an operator asks the server to do about one row of a list: one thing at a time, and why it was refused. */
import { Refused, tell } from './api';
import type { DeskWords } from './words';

export class Deed {
  /** The row that it is about, while the server is asked. */
  asking = $state<number | null>(null);
  refusal = $state<string | null>(null);

  /** Asks, and then has the list read again. */
  async ask(row: number, path: string, words: DeskWords, again: () => Promise<void>): Promise<void> {
    this.asking = row;
    this.refusal = null;
    try {
      await tell<unknown>('POST', path);
    } catch (error) {
      this.refusal = error instanceof Refused && error.code !== 'lost' ? words.refused(error.code, error.message) : words.lost;
    }
    await again();
    this.asking = null;
  }
}
