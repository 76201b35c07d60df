import type { Priority } from '../../core/model/finding.ts';
import { type EventRow, severity } from './event-row.ts';

/** One person with the rows that are shown and the counts of all. */
export interface Person {
  readonly user: string;
  /** Hands under which this name acted; more than one is worth seeing. */
  readonly hands: readonly string[];
  readonly worst: Priority;
  readonly events: number;
  readonly findings: number;
  /** The worst, of equal ones the newest, in the order of time. */
  readonly rows: readonly EventRow[];
}

/** Bounds on what is kept for the table, so that memory does not grow with the log. */
export interface PeopleLimits {
  readonly rowsPerPerson: number;
  readonly people: number;
}

/** Names beyond the bound are shown together under this one. */
export const FURTHER_PEOPLE = '(further people)';

interface Group {
  readonly hands: Set<string>;
  worst: Priority;
  events: number;
  findings: number;
  rows: EventRow[];
}

/** Gathers rows by person, keeping counts of all and only so many rows of each. */
export class People {
  readonly #limits: PeopleLimits;
  readonly #groups = new Map<string, Group>();

  constructor(limits: PeopleLimits = { rowsPerPerson: 30, people: 200 }) {
    this.#limits = limits;
  }

  add(row: EventRow): void {
    const group = this.#groupOf(row);
    group.hands.add(row.hand);
    group.events++;
    group.findings += row.findings;
    if (severity(row.priority) < severity(group.worst)) group.worst = row.priority;
    group.rows.push(row);
    // twice the bound before sorting: the cost of a row stays small however many there are
    if (group.rows.length >= 2 * this.#limits.rowsPerPerson) group.rows = this.#kept(group.rows);
  }

  /** People with the worst priority first, of equal ones those with most events. */
  all(): readonly Person[] {
    return [...this.#groups]
      .map(([user, group]) => ({
        user,
        hands: [...group.hands].sort(),
        worst: group.worst,
        events: group.events,
        findings: group.findings,
        rows: this.#kept(group.rows).sort((left, right) => left.timeMs - right.timeMs),
      }))
      .sort(
        (left, right) => severity(left.worst) - severity(right.worst) || right.events - left.events || (left.user < right.user ? -1 : 1),
      );
  }

  #groupOf(row: EventRow): Group {
    const known = this.#groups.get(row.user);
    if (known !== undefined) return known;
    const user = this.#groups.size < this.#limits.people ? row.user : FURTHER_PEOPLE;
    const group = this.#groups.get(user) ?? { hands: new Set(), worst: row.priority, events: 0, findings: 0, rows: [] };
    this.#groups.set(user, group);
    return group;
  }

  #kept(rows: readonly EventRow[]): EventRow[] {
    const order = (left: EventRow, right: EventRow): number =>
      severity(left.priority) - severity(right.priority) || right.timeMs - left.timeMs;
    return [...rows].sort(order).slice(0, this.#limits.rowsPerPerson);
  }
}
