import { type DayNoise, groupText, mergeSeen, type NoiseGroupId, type NoiseSeen } from './day-noise.ts';
import type { NoiseGroup } from './noise.ts';
import { usersIn } from './user-slots.ts';

/** A group takes about a kilobyte; the stores have room for 60,000 (`StoreOptions.noiseGroupsADay` for 30 days). */
const MAX_GROUPS = 60_000;

/** Adds up what a store has kept of several days. */
export class StoredNoise {
  readonly #maxGroups: number;
  readonly #groups = new Map<string, { readonly group: NoiseGroupId; readonly count: number; readonly seen: NoiseSeen }>();
  #further = 0;
  #total = 0;
  #firstDay: string | undefined;
  #lastDay: string | undefined;

  constructor(maxGroups: number = MAX_GROUPS) {
    this.#maxGroups = maxGroups;
  }

  add(noise: DayNoise): void {
    const { day, count } = noise;
    this.#total += count;
    if (this.#firstDay === undefined || day < this.#firstDay) this.#firstDay = day;
    if (this.#lastDay === undefined || day > this.#lastDay) this.#lastDay = day;
    const key = noise.kind === 'group' ? groupText(noise.group) : '';
    const known = this.#groups.get(key);
    if (noise.kind === 'further' || (known === undefined && this.#groups.size >= this.#maxGroups)) this.#further += count;
    else if (known === undefined) this.#groups.set(key, noise);
    else this.#groups.set(key, { group: known.group, count: known.count + count, seen: mergeSeen(known.seen, noise.seen) });
  }

  /** Findings counted in all. */
  get total(): number {
    return this.#total;
  }

  /** Findings that are in no group. */
  get further(): number {
    return this.#further;
  }

  /** The first and the last day of which there is anything. */
  get days(): { readonly from: string; readonly to: string } | undefined {
    return this.#firstDay === undefined || this.#lastDay === undefined ? undefined : { from: this.#firstDay, to: this.#lastDay };
  }

  /** The groups, largest first; of equal ones in the order of their texts, because a store gives them in none. */
  groups(): readonly NoiseGroup[] {
    return [...this.#groups]
      .sort(([leftKey, left], [rightKey, right]) => right.count - left.count || (leftKey < rightKey ? -1 : 1))
      .map(([, { group, count, seen }]): NoiseGroup => {
        const { users, ...rest } = seen;
        return { ...group, count, ...rest, ...usersIn(new Set(users)), usersAreEstimated: users.length > 1 };
      });
  }
}
