/** A receiver's memory with Prometheus' rules about what it takes (its head, 3.14: `memSeries.appendable`). */
import type { ReceivedSeries } from './decode.ts';

/** One value that was stored. */
export interface StoredSample {
  readonly timeMs: number;
  readonly value: number;
  readonly isStale: boolean;
}

/** What the receiver takes beside what is newer than all it has of a series. */
export interface StorageOptions {
  /** Samples up to so much older than the newest of all, in ms; 0: none. */
  readonly outOfOrderMs: number;
  /** True: what can be stored of a refused request is stored (Mimir, 2.0). False: nothing of it is (1.0 of Prometheus). */
  readonly isPartial: boolean;
}

/** What is said of a sample before the out-of-order window. */
export const TOO_OLD = 'too old sample';

const HOUR_MS = 3_600_000;

/** Series and their samples. */
export class Storage {
  readonly #options: StorageOptions;
  readonly #series = new Map<string, StoredSample[]>();
  #newestMs = Number.NEGATIVE_INFINITY;

  constructor(options: StorageOptions) {
    this.#options = options;
  }

  /** Stores a request; the fault of the first sample that cannot be stored, if there is one. */
  append(series: readonly ReceivedSeries[]): { readonly fault: string | undefined; readonly written: number } {
    const accepted: { readonly id: string; readonly sample: StoredSample }[] = [];
    let fault: string | undefined;
    for (const { labels, samples } of series) {
      const id = idOf(labels);
      for (const sample of samples) {
        const found = this.#faultOf(id, sample);
        if (found === undefined) accepted.push({ id, sample });
        else fault ??= `${found}: ${id}`;
      }
    }
    if (fault !== undefined && !this.#options.isPartial) return { fault, written: 0 };
    for (const { id, sample } of accepted) this.#store(id, sample);
    return { fault, written: accepted.length };
  }

  /** Every series with its samples in order of time. */
  get series(): ReadonlyMap<string, readonly StoredSample[]> {
    return this.#series;
  }

  /** The value of each series of a metric at a moment, as an instant query with a lookback of five minutes sees it. */
  at(metric: string, timeMs: number): ReadonlyMap<string, number> {
    const values = new Map<string, number>();
    for (const [id, samples] of this.#series) {
      if (!id.startsWith(`${metric}{`)) continue;
      const last = samples.findLast((sample) => sample.timeMs <= timeMs);
      if (last !== undefined && !last.isStale && last.timeMs > timeMs - 300_000) values.set(id, last.value);
    }
    return values;
  }

  #faultOf(id: string, { timeMs, value }: StoredSample): string | undefined {
    const newest = this.#series.get(id)?.at(-1);
    if (timeMs < this.#newestMs - HOUR_MS) return this.#options.outOfOrderMs === 0 ? 'out of bounds' : TOO_OLD;
    if (newest === undefined || timeMs > newest.timeMs) return undefined;
    if (timeMs === newest.timeMs) return Object.is(newest.value, value) ? undefined : 'duplicate sample for timestamp';
    if (this.#options.outOfOrderMs === 0) return 'out of order sample';
    return timeMs >= this.#newestMs - this.#options.outOfOrderMs ? undefined : TOO_OLD;
  }

  #store(id: string, sample: StoredSample): void {
    const samples = this.#series.get(id) ?? [];
    this.#series.set(id, samples);
    const at = samples.findIndex(({ timeMs }) => timeMs >= sample.timeMs);
    // the first value at a time stands
    if (at < 0) samples.push(sample);
    else if (samples[at]?.timeMs !== sample.timeMs) samples.splice(at, 0, sample);
    this.#newestMs = Math.max(this.#newestMs, sample.timeMs);
  }
}

/** `name{a="b"}`. */
export function idOf(labels: ReceivedSeries['labels']): string {
  const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
  return `${name}{${labels
    .filter(([label]) => label !== '__name__')
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`;
}
