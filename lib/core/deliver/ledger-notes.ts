import type { Delivery } from '../model/delivery.ts';
import type { Ledger, MarkNotes, Marks, SinkNotes } from '../ports.ts';

/** What notes are kept in. */
export type NoteStore = Pick<Ledger, 'count'> & Marks & MarkNotes;

/** What one place notes about events, as marks that count nothing. */
export class LedgerNotes implements Omit<SinkNotes, 'isOpen'> {
  readonly #place: string;
  readonly #store: NoteStore;

  constructor(place: string, store: NoteStore) {
    this.#place = place;
    this.#store = store;
  }

  /** The mark of an event that was moved. */
  movedKey({ key }: Delivery): string {
    return `${this.#place} moved ${key}`;
  }

  /** The mark of an event that the place has. */
  hasKey({ key }: Delivery): string {
    return `${this.#place} has ${key}`;
  }

  /** The mark of an event of which nobody knows whether the place has it. */
  openKey({ key }: Delivery): string {
    return `${this.#place} open ${key}`;
  }

  /** The mark of an event that the place refused for good, in the copy that came first. */
  refusedKey({ key }: Delivery): string {
    return `${this.#place} refused ${key}`;
  }

  async openSince(deliveries: readonly Delivery[], nowMs: number): Promise<readonly number[]> {
    const marks = deliveries.map((delivery) => ({ key: this.openKey(delivery), increments: [], note: String(nowMs) }));
    await this.#count(marks);
    const notes = await this.#store.notes(marks.map(({ key }) => key));
    return marks.map(({ key, note }) => Number(notes.get(key) ?? note));
  }

  async move(deliveries: readonly Delivery[]): Promise<void> {
    await this.#count(deliveries.map((delivery) => ({ key: this.movedKey(delivery), increments: [] })));
  }

  /** Notes that the place has these. */
  async has(deliveries: readonly Delivery[]): Promise<void> {
    await this.#count(deliveries.map((delivery) => ({ key: this.hasKey(delivery), increments: [] })));
  }

  /** Notes that the place has refused these for good. */
  async refused(deliveries: readonly Delivery[]): Promise<void> {
    await this.#count(deliveries.map((delivery) => ({ key: this.refusedKey(delivery), increments: [] })));
  }

  async #count(marks: Parameters<Ledger['count']>[0]): Promise<void> {
    for (const outcome of await this.#store.count(marks)) if (outcome.kind === 'failed') throw outcome.error;
  }
}
