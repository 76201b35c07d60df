import { PRIORITIES, type Priority } from '../../core/model/finding.ts';
import type { EventFindings } from '../scan/printer.ts';
import { resourceKind, severity } from '../table/event-row.ts';
import { NameCounts, TimeCounts } from './counts.ts';
import { type KeptEvent, keptEvent } from './kept-event.ts';
import { reportEvent } from './report-event.ts';

/** Bounds of one report: more of it and no browser opens it on a phone. */
export interface ReportLimits {
  /** Events with a row of their own. */
  readonly events: number;
  /** Text of all raw records, in UTF-16 units. */
  readonly rawChars: number;
}

const DEFAULT_LIMITS: ReportLimits = { events: 10_000, rawChars: 12_000_000 };

/** How far above its bounds the book may grow before it is cut down. */
const SLACK = 1.25;

/** Gathers what the report shows: counts of everything, and the worst and newest events. */
export class ReportBook {
  readonly people: NameCounts = new NameCounts();
  readonly kinds: NameCounts = new NameCounts();
  readonly times: TimeCounts = new TimeCounts();
  readonly priorities = new Map<Priority, number>();
  readonly #limits: ReportLimits;
  #events: KeptEvent[] = [];
  #rawChars = 0;
  #count = 0;

  constructor(limits: ReportLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  add(findings: EventFindings): void {
    const event = keptEvent(reportEvent(findings));
    this.#count++;
    this.people.add(event.user);
    this.kinds.add(resourceKind(findings[0].finding));
    this.times.add(event.timeMs);
    this.priorities.set(event.priority, (this.priorities.get(event.priority) ?? 0) + 1);
    this.#events.push(event);
    this.#rawChars += event.rawChars;
    // sorted only well above the bound, so that the cost of an event stays small
    if (this.#events.length >= SLACK * this.#limits.events || this.#rawChars >= SLACK * this.#limits.rawChars) this.#shrink();
  }

  /** Events of the whole run, also those without a row. */
  get count(): number {
    return this.#count;
  }

  /** Counts by priority, worst first, without zeros. */
  byPriority(): readonly (readonly [Priority, number])[] {
    return PRIORITIES.flatMap((priority) => {
      const count = this.priorities.get(priority);
      return count === undefined ? [] : [[priority, count] as const];
    });
  }

  /** The events shown, newest first. */
  events(): readonly KeptEvent[] {
    this.#shrink();
    return [...this.#events].sort((left, right) => right.timeMs - left.timeMs);
  }

  /** Keeps the worst and newest events, and the records of as many of them as fit. */
  #shrink(): void {
    const worstFirst = (left: KeptEvent, right: KeptEvent): number =>
      severity(left.priority) - severity(right.priority) || right.timeMs - left.timeMs;
    this.#events = this.#events.sort(worstFirst).slice(0, this.#limits.events);
    this.#rawChars = 0;
    for (const event of this.#events) {
      const length = event.raw === undefined ? 0 : event.rawChars;
      if (this.#rawChars + length > this.#limits.rawChars) event.raw = undefined;
      else this.#rawChars += length;
    }
  }
}
