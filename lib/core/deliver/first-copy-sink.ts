/**
 * A place that gets of each event the copy that was counted first, and no other (ADR 9). Copies of one event by several ways differ in their text
 * or come late, so the place itself cannot tell that they are one; a repeat of the same copy it can.
 *
 * The mark of the event says which copy was first, so that asking costs nothing where an event comes once. A first copy that lies in a queue
 * or a spool stays there until it is delivered: others are left out at once, unless the place has refused it for good. Of one that somebody
 * read from a file, it must be known that it was delivered: until then others take its place, in the stream that it has.
 */
import type { Delivery } from '../model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../model/delivery-result.ts';
import type { DeliverOptions, Sink, SinkNotes } from '../ports.ts';
import type { Counting } from './counting.ts';
import { deliverTo } from './deliver.ts';
import { ledgerFailure } from './ledger-failure.ts';
import { LedgerNotes, type NoteStore } from './ledger-notes.ts';
import { pairs } from './pairs.ts';

/** When the store is asked again, in ms. */
const AGAIN_MS = 1_000;

const DELIVERED: DeliveryResult = { kind: 'delivered' };

/** What becomes of one delivery. */
interface Step {
  /** What the place is handed; undefined: nothing. */
  readonly sent: Delivery | undefined;
  /** What is told when nothing is sent. */
  readonly result: DeliveryResult;
  /** That the place has it is to be noted, because no queue answers for it. */
  readonly isLoose: boolean;
  /** The place has found no answer before to whether it has it. */
  readonly isOpen: boolean;
}

/** One place behind the ledger. */
export class FirstCopySink implements Sink {
  readonly name: string;
  readonly #sink: Sink;
  readonly #counting: Counting;
  readonly #store: NoteStore;
  readonly #notes: LedgerNotes;

  constructor(sink: Sink, counting: Counting, store: NoteStore) {
    this.name = sink.name;
    this.#sink = sink;
    this.#counting = counting;
    this.#store = store;
    this.#notes = new LedgerNotes(sink.name, store);
  }

  async deliver(deliveries: readonly Delivery[], options: DeliverOptions = {}): Promise<readonly DeliveryResult[]> {
    try {
      const steps = await this.#steps(deliveries);
      const results = await this.#send(steps, options);
      return steps.map((step) => results.get(step) ?? step.result);
    } catch (cause) {
      return deliveries.map(() => unasked(cause));
    }
  }

  check(options?: DeliverOptions): Promise<SinkCheck> {
    return this.#sink.check(options);
  }

  close(): void {
    this.#sink.close();
  }

  async #steps(deliveries: readonly Delivery[]): Promise<readonly Step[]> {
    const counted = await this.#counting.of(deliveries);
    const repeats = deliveries.filter((delivery) => counted.get(delivery)?.kind === 'repeated');
    const notes = repeats.length === 0 ? new Map<string, string>() : await this.#store.notes(repeats.map(({ key }) => key));
    const asked = repeats.flatMap((delivery) => this.#marksOf(delivery, notes.get(delivery.key)));
    const marked = asked.length === 0 ? new Set<string>() : await this.#store.marked(asked);
    return deliveries.map((delivery) => {
      const outcome = counted.get(delivery);
      if (outcome?.kind === 'failed') return told(ledgerFailure(outcome.error));
      const note = outcome?.kind === 'repeated' ? notes.get(delivery.key) : undefined;
      return this.#step(delivery, note, marked);
    });
  }

  #step(delivery: Delivery, note: string | undefined, marked: ReadonlySet<string>): Step {
    const own = this.#counting.noteOf(delivery);
    const has = marked.has(this.#notes.hasKey(delivery));
    // a mark without a note is of a version that kept none: what comes after it is sent, as that version did
    if (note === undefined || note === own) {
      if (has) return told(DELIVERED);
      const isMoved = marked.has(this.#notes.movedKey(delivery));
      const isOpen = marked.has(this.#notes.openKey(delivery));
      return { sent: isMoved ? late(delivery) : delivery, result: DELIVERED, isLoose: isLooseNote(own), isOpen };
    }
    const isKept = !isLooseNote(note) && !marked.has(this.#notes.refusedKey(delivery));
    if (isKept || has) return told(DELIVERED);
    return { sent: late(delivery), result: DELIVERED, isLoose: true, isOpen: false };
  }

  /** What decides about a repeat beside the note of its mark. */
  #marksOf(delivery: Delivery, note: string | undefined): readonly string[] {
    const [has, refused] = [this.#notes.hasKey(delivery), this.#notes.refusedKey(delivery)];
    const own = this.#counting.noteOf(delivery);
    if (note !== undefined && note !== own) return isLooseNote(note) ? [has] : [has, refused];
    // scanned again, it is pushed again: into a Loki that has lost it, for instance
    const ofOwn = isLooseNote(own) ? [] : [has];
    // what comes late as it is was never in doubt
    return delivery.ingest === undefined ? [...ofOwn, this.#notes.movedKey(delivery), this.#notes.openKey(delivery)] : ofOwn;
  }

  /** What the place makes of the steps that send something. */
  async #send(all: readonly Step[], options: DeliverOptions): Promise<ReadonlyMap<Step, DeliveryResult>> {
    const sent = all.flatMap((step) => step.sent ?? []);
    const steps = all.filter((step) => step.sent !== undefined);
    const open = new Set(pairs(sent, steps).flatMap(([delivery, { isOpen }]) => (isOpen ? [delivery] : [])));
    const notes: SinkNotes = {
      isOpen: (delivery) => open.has(delivery),
      openSince: (deliveries, nowMs) => this.#notes.openSince(deliveries, nowMs),
      move: (deliveries) => this.#notes.move(deliveries),
    };
    const results = await deliverTo(this.#sink, sent, { ...options, notes });
    const answered = pairs(steps, results);
    const outcomes = pairs(sent, answered);
    const has = outcomes.flatMap(([delivery, [{ isLoose }, { kind }]]) => (isLoose && kind === 'delivered' ? [delivery] : []));
    if (has.length > 0) await this.#notes.has(has);
    // nobody will bring this copy again: from now on another may take its place
    const refused = outcomes.flatMap(([delivery, [, result]]) => (result.kind === 'refused' && result.permanent ? [delivery] : []));
    if (refused.length > 0) await this.#notes.refused(refused);
    return new Map(answered);
  }
}

function told(result: DeliveryResult): Step {
  return { sent: undefined, result, isLoose: false, isOpen: false };
}

function late(delivery: Delivery): Delivery {
  return { ...delivery, ingest: 'backfill' };
}

function isLooseNote(note: string | undefined): boolean {
  return note?.startsWith('loose ') === true;
}

function unasked(cause: unknown): DeliveryResult {
  return { kind: 'later', reason: 'unavailable', message: `which copy of it came first is not known: ${String(cause)}`, afterMs: AGAIN_MS };
}
