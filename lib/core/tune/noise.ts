import type { Finding, OutputValue, Priority } from '../model/finding.ts';
import type { EventSource } from '../model/raw-record.ts';

/** One finding as far as its noise is concerned. */
export interface Sighting {
  /** Empty for what was dropped without a rule. */
  readonly rule: string;
  readonly priority: Priority | undefined;
  readonly source: EventSource;
  /** `drift.principal`. */
  readonly principal: string;
  /** `drift.action`. */
  readonly action: string;
  /** The person, as people know them. */
  readonly user: string;
  /** `drift.reason`. */
  readonly reason: string;
  /** ms since 1970. */
  readonly timeMs: number;
  /** Event id. */
  readonly id: string;
  readonly message: string;
  readonly fields: Finding['output_fields'];
}

/** All findings of one rule about one action of one principal. */
export interface NoiseGroup extends Pick<Sighting, 'rule' | 'priority' | 'source' | 'principal' | 'action' | 'reason'> {
  readonly count: number;
  /** How many different people; at least so many when `usersAreMore`. */
  readonly users: number;
  readonly usersAreMore: boolean;
  /** The number of people is an estimate. */
  readonly usersAreEstimated: boolean;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The newest finding; a store keeps no fields. */
  readonly last: { readonly id: string; readonly message: string; readonly fields?: Readonly<Record<string, OutputValue>> };
}

/** Bounds, so that memory does not grow with the log. */
export interface NoiseLimits {
  readonly groups: number;
  readonly usersPerGroup: number;
}

/** A group takes well under 2 kB, so these bounds are some tens of megabytes. */
const LIMITS: NoiseLimits = { groups: 20_000, usersPerGroup: 1_000 };

interface Group {
  first: Sighting;
  last: Sighting;
  count: number;
  readonly users: Set<string>;
  usersAreMore: boolean;
}

/** Counts findings by rule, principal and action. */
export class NoiseTally {
  readonly #limits: NoiseLimits;
  readonly #groups = new Map<string, Group>();
  #further = 0;
  #total = 0;

  constructor(limits: NoiseLimits = LIMITS) {
    this.#limits = limits;
  }

  add(sighting: Sighting): void {
    this.#total++;
    const key = JSON.stringify([sighting.rule, sighting.source, sighting.principal, sighting.action]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= this.#limits.groups) {
        this.#further++;
        return;
      }
      group = { first: sighting, last: sighting, count: 0, users: new Set(), usersAreMore: false };
      this.#groups.set(key, group);
    }
    group.count++;
    // logs are not always in the order of time
    if (sighting.timeMs < group.first.timeMs) group.first = sighting;
    if (sighting.timeMs >= group.last.timeMs) group.last = sighting;
    if (group.users.size < this.#limits.usersPerGroup) group.users.add(sighting.user);
    else if (!group.users.has(sighting.user)) group.usersAreMore = true;
  }

  /** Findings counted in all. */
  get total(): number {
    return this.#total;
  }

  /** Findings of groups beyond the bound, which are in no group. */
  get further(): number {
    return this.#further;
  }

  /** The groups, largest first; of equal ones the one seen first in the log. */
  groups(): readonly NoiseGroup[] {
    return [...this.#groups.values()]
      .map(({ first, last, count, users, usersAreMore }): NoiseGroup => {
        const { rule, priority, source, principal, action, reason, id, message, fields } = last;
        return {
          ...{ rule, priority, source, principal, action, reason },
          ...{ count, users: users.size, usersAreMore, usersAreEstimated: false },
          ...{ firstMs: first.timeMs, lastMs: last.timeMs, last: { id, message, fields } },
        };
      })
      .sort((left, right) => right.count - left.count);
  }
}
