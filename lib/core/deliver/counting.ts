import type { Delivery } from '../model/delivery.ts';
import type { CountOutcome, Ledger, Mark } from '../ports.ts';
import { copyOf } from './copy-of.ts';
import { marksOf } from './ledger.ts';

/** What the ledger said of each delivery: of its event's mark, unless another of its marks could not be counted. */
export type Counted = ReadonlyMap<Delivery, CountOutcome>;

/** How sure it is that a copy comes again until every sink has it. */
export interface CountingOptions {
  /**
   * `kept`: it lies in a queue or a spool. `loose`: somebody reads a file and may not do so again. Left out where no place asks which copy
   * came first: what was counted without Loki may be brought to it later.
   */
  readonly holds?: 'kept' | 'loose' | undefined;
}

/** Counts deliveries, once each however many sinks must know what came of it, and notes with the mark which copy of the event was first. */
export class Counting {
  readonly #ledger: Pick<Ledger, 'count'>;
  readonly #holds: CountingOptions['holds'];
  readonly #known = new WeakMap<Delivery, Promise<Counted>>();

  constructor(ledger: Pick<Ledger, 'count'>, { holds }: CountingOptions = {}) {
    this.#ledger = ledger;
    this.#holds = holds;
  }

  /** What the mark of a delivery's event is given: it is this copy that comes first. Undefined where that is not noted. */
  noteOf(delivery: Delivery): string | undefined {
    return this.#holds === undefined ? undefined : `${this.#holds} ${copyOf(delivery)}`;
  }

  /** Counts what has not been counted; what failed is counted anew the next time. Rejects as the ledger does. */
  async of(deliveries: readonly Delivery[]): Promise<Counted> {
    const begun = new Set<Promise<Counted>>();
    const fresh = new Set<Delivery>();
    for (const delivery of deliveries) {
      const known = this.#known.get(delivery);
      if (known === undefined) fresh.add(delivery);
      else begun.add(known);
    }
    if (fresh.size > 0) begun.add(this.#begin([...fresh]));
    const counted = await Promise.all(begun);
    return new Map(counted.flatMap((each) => [...each]));
  }

  #begin(deliveries: readonly Delivery[]): Promise<Counted> {
    const counted = this.#count(deliveries);
    const forget = (isFailed: (delivery: Delivery) => boolean): void => {
      for (const delivery of deliveries) if (isFailed(delivery)) this.#known.delete(delivery);
    };
    for (const delivery of deliveries) this.#known.set(delivery, counted);
    counted.then(
      (outcomes) => forget((delivery) => outcomes.get(delivery)?.kind === 'failed'),
      () => forget(() => true),
    );
    return counted;
  }

  async #count(deliveries: readonly Delivery[]): Promise<Counted> {
    const each = deliveries.map((delivery) => ({ delivery, marks: this.#marksOf(delivery) }));
    const outcomes = await this.#ledger.count(each.flatMap(({ marks }) => marks));
    let begin = 0;
    return new Map(
      each.map(({ delivery, marks }) => {
        const own = outcomes.slice(begin, begin + marks.length);
        begin += marks.length;
        return [delivery, outcomeOf(own)] as const;
      }),
    );
  }

  #marksOf(delivery: Delivery): readonly Mark[] {
    const note = this.noteOf(delivery);
    return marksOf(delivery).map((mark) => (mark.key === delivery.key ? { ...mark, note } : mark));
  }
}

function outcomeOf(outcomes: readonly CountOutcome[]): CountOutcome {
  const failed = outcomes.find(({ kind }) => kind === 'failed');
  if (failed !== undefined) return failed;
  return { kind: outcomes[0]?.kind === 'repeated' ? 'repeated' : 'counted' };
}
