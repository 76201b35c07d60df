import type { DynamoDb } from '../../clients/aws.ts';
import { type Item, textOfKey } from './items.ts';

/** Keys of one BatchGetItem (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html, read 2026-11-20). */
const MAX_KEYS = 100;

/**
 * Those of the items that are there, in no particular order; a key may be named twice.
 *
 * @throws what a throttled table throws when it gave nothing of what was asked for: whoever asked waits and asks again.
 */
export async function existing(client: DynamoDb, table: string, keys: readonly Item[]): Promise<readonly Item[]> {
  // A request that names a key twice is refused.
  const left = [...new Map(keys.map((key) => [textOfKey(key), key])).values()];
  const found: Item[] = [];
  while (left.length > 0) {
    const { Responses, UnprocessedKeys } = await client.batchGetItem({
      RequestItems: { [table]: { Keys: left.splice(0, MAX_KEYS), ConsistentRead: true } },
    });
    const items = Responses?.[table] ?? [];
    found.push(...items);
    const unprocessed = UnprocessedKeys?.[table]?.Keys ?? [];
    if (unprocessed.length > 0 && items.length === 0) throw new Throttled();
    left.push(...unprocessed);
  }
  return found;
}

/** The table is throttled. */
class Throttled extends Error {
  override readonly name = 'ProvisionedThroughputExceededException';
}
