import type { DynamoDb } from '../../clients/aws.ts';
import type { Admission } from '../../core/deliver/label-budget.ts';
import { type Item, scopeKey, textOfKey, valueKey } from './items.ts';
import type { LabelsSeen, Standing } from './plan.ts';

/** Keys of one BatchGetItem (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html, read 2026-11-20). */
const MAX_KEYS = 100;

/** Values without room that are remembered: somebody who makes up names must not fill the memory. */
const MAX_FULL = 20_000;

/**
 * What this process knows of the labels' values. That a value was admitted, or that there was no room for it, holds for ever;
 * that there was room only until somebody else takes it.
 */
export class LabelView {
  readonly #client: DynamoDb;
  readonly #table: string;
  readonly #admitted = new Set<string>();
  readonly #full = new Set<string>();

  constructor(client: DynamoDb, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** What is known now, and what is looked up while one transaction is planned. */
  begin(): LabelsSeen & { lookUp(admissions: readonly Admission[]): Promise<void> } {
    const free = new Set<string>();
    const counts = new Map<string, number>();
    return {
      standing: (admission) => {
        const id = idOf(admission);
        if (this.#admitted.has(id)) return 'admitted';
        if (this.#full.has(id)) return 'full';
        return free.has(id) ? 'free' : undefined;
      },
      admitted: (scope) => counts.get(scope) ?? 0,
      lookUp: async (admissions) => {
        const scopes = [...new Set(admissions.map(({ scope }) => scope))];
        // The number before the values: when it says full, the values that are read after it are all there will ever be.
        const numbers = await this.#read(scopes.map(scopeKey));
        for (const scope of scopes) counts.set(scope, Number(numbers.get(textOfKey(scopeKey(scope)))?.['n']?.N ?? 0));
        const values = await this.#read(admissions.map(({ scope, value }) => valueKey(scope, value)));
        for (const admission of admissions) {
          const { scope, value, limit } = admission;
          const isAdmitted = values.has(textOfKey(valueKey(scope, value)));
          const standing: Standing = isAdmitted ? 'admitted' : (counts.get(scope) ?? 0) >= limit ? 'full' : 'free';
          if (standing === 'free') free.add(idOf(admission));
          else this.#remember(admission, standing);
        }
      },
    };
  }

  /** Notes that these were admitted. */
  admitted(admissions: readonly Admission[]): void {
    for (const admission of admissions) this.#remember(admission, 'admitted');
  }

  #remember(admission: Admission, standing: 'admitted' | 'full'): void {
    const known = standing === 'admitted' ? this.#admitted : this.#full;
    if (known === this.#full && known.size >= MAX_FULL) known.clear();
    known.add(idOf(admission));
  }

  async #read(keys: readonly Item[]): Promise<ReadonlyMap<string, Item>> {
    const found = new Map<string, Item>();
    const left = [...new Map(keys.map((key) => [textOfKey(key), key])).values()];
    while (left.length > 0) {
      const request = { [this.#table]: { Keys: left.splice(0, MAX_KEYS), ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await this.#client.batchGetItem({ RequestItems: request });
      for (const item of Responses?.[this.#table] ?? []) found.set(textOfKey(item), item);
      const unprocessed = UnprocessedKeys?.[this.#table]?.Keys ?? [];
      // All of them: the table is throttled, and whoever asked waits and asks again.
      if (unprocessed.length > 0 && (Responses?.[this.#table] ?? []).length === 0) throw new Throttled();
      left.push(...unprocessed);
    }
    return found;
  }
}

/** DynamoDB has read nothing of what it was asked for. */
class Throttled extends Error {
  override readonly name = 'ThrottlingException';
}

function idOf({ scope, value }: Admission): string {
  return JSON.stringify([scope, value]);
}
