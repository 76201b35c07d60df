/** One counted thing. */
export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** Distinct names that are counted apart; a log may hold any number of them. */
const MAX_NAMES = 50_000;

/** Counts by name, with bounded memory: names that are new when it is full count as others. */
export class NameCounts {
  readonly #counts = new Map<string, number>();
  #others = 0;

  add(name: string): void {
    const count = this.#counts.get(name);
    if (count === undefined && this.#counts.size >= MAX_NAMES) this.#others++;
    else this.#counts.set(name, (count ?? 0) + 1);
  }

  /** How many distinct names there are; a lower bound when it was full. */
  get size(): number {
    return this.#counts.size + (this.#others > 0 ? 1 : 0);
  }

  /** The most frequent names, of equal ones in alphabetical order. */
  top(limit: number): readonly Counted[] {
    return [...this.#counts]
      .map(([name, count]) => ({ name, count }))
      .sort((left, right) => right.count - left.count || (left.name < right.name ? -1 : 1))
      .slice(0, limit);
  }
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Widths a bar may have, in ms: an hour, a day, a week, then coarser. */
const STEPS_MS = [HOUR_MS, DAY_MS, 7 * DAY_MS, 28 * DAY_MS, 364 * DAY_MS] as const;
/** Hours with events that are counted apart. */
const MAX_HOURS = 20_000;
/** More bars than this are no picture any more. */
const MAX_BARS = 24 * 14;

/** One bar of the trend. */
export interface Bar {
  /** Beginning, ms since 1970. */
  readonly fromMs: number;
  readonly count: number;
}

/** The trend as bars of equal width without gaps. */
export interface Trend {
  readonly stepMs: number;
  readonly bars: readonly Bar[];
}

/** Counts events by time: by the hour for two weeks, coarser for longer logs. */
export class TimeCounts {
  readonly #hours = new Map<number, number>();
  /** Events that found no room; their hours cannot be told apart any more. */
  #others = 0;

  add(timeMs: number): void {
    const hour = Math.floor(timeMs / HOUR_MS);
    const count = this.#hours.get(hour);
    if (count === undefined && this.#hours.size >= MAX_HOURS) this.#others++;
    else this.#hours.set(hour, (count ?? 0) + 1);
  }

  /** Events that are not in the trend. */
  get missing(): number {
    return this.#others;
  }

  /** The bars; `offsetMs` is the offset of the time zone, so that a day begins at its midnight. */
  trend(offsetMs: number): Trend | undefined {
    const hours = [...this.#hours.keys()];
    if (hours.length === 0) return undefined;
    const first = hours.reduce((least, hour) => Math.min(least, hour)) * HOUR_MS;
    const last = hours.reduce((most, hour) => Math.max(most, hour)) * HOUR_MS;
    const barsOf = (stepMs: number): number => index(last, stepMs, offsetMs) - index(first, stepMs, offsetMs) + 1;
    const stepMs = STEPS_MS.find((step) => barsOf(step) <= MAX_BARS) ?? Math.ceil((last - first + DAY_MS) / MAX_BARS);
    const start = index(first, stepMs, offsetMs);
    const counts = new Array<number>(barsOf(stepMs)).fill(0);
    for (const [hour, count] of this.#hours) {
      const at = index(hour * HOUR_MS, stepMs, offsetMs) - start;
      counts[at] = (counts[at] ?? 0) + count;
    }
    return { stepMs, bars: counts.map((count, at) => ({ fromMs: (start + at) * stepMs - shift(stepMs, offsetMs), count })) };
  }
}

function shift(stepMs: number, offsetMs: number): number {
  return stepMs === HOUR_MS ? 0 : offsetMs;
}

function index(timeMs: number, stepMs: number, offsetMs: number): number {
  return Math.floor((timeMs + shift(stepMs, offsetMs)) / stepMs);
}
