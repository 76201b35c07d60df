import type { DropReason, FailureCode } from './errors.ts';

/** The account of a run: `records = eventsWithFindings + dropped + failed + duplicates`. */
export interface Summary {
  readonly records: number;
  readonly findings: number;
  /** Records that made at least one finding. */
  readonly eventsWithFindings: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly failed: Readonly<Partial<Record<FailureCode, number>>>;
  readonly duplicates: number;
}

/** Counts what became of each record; each is counted once, under one outcome. */
export class Tally {
  #records = 0;
  #findings = 0;
  #events = 0;
  #duplicates = 0;
  readonly #dropped = new Map<DropReason, number>();
  readonly #failed = new Map<FailureCode, number>();

  event(findings: number): void {
    this.#records++;
    this.#events++;
    this.#findings += findings;
  }

  dropped(reason: DropReason): void {
    this.#records++;
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
  }

  failed(code: FailureCode): void {
    this.#records++;
    this.#failed.set(code, (this.#failed.get(code) ?? 0) + 1);
  }

  duplicate(): void {
    this.#records++;
    this.#duplicates++;
  }

  summary(): Summary {
    return {
      records: this.#records,
      findings: this.#findings,
      eventsWithFindings: this.#events,
      dropped: sorted(this.#dropped),
      failed: sorted(this.#failed),
      duplicates: this.#duplicates,
    };
  }
}

function sorted<K extends string>(counts: ReadonlyMap<K, number>): Partial<Record<K, number>> {
  const entries = [...counts].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
  return Object.fromEntries(entries) as Partial<Record<K, number>>;
}
