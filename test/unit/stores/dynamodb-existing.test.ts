import { expect, test } from 'vitest';
import type { DynamoDb } from '../../../lib/clients/aws.ts';
import { existing } from '../../../lib/stores/dynamodb/existing.ts';
import { markKey } from '../../../lib/stores/dynamodb/items.ts';

type Answer = Awaited<ReturnType<DynamoDb['batchGetItem']>>;
type Keys = readonly Readonly<Record<string, unknown>>[];

/** A client that answers each request for keys. */
function clientOf(answer: (keys: Keys) => Partial<Answer>): { readonly client: DynamoDb; readonly asked: number[] } {
  const asked: number[] = [];
  const client = {
    batchGetItem: async ({ RequestItems }: Parameters<DynamoDb['batchGetItem']>[0]) => {
      const keys = RequestItems?.['table']?.Keys ?? [];
      asked.push(keys.length);
      return { $metadata: {}, ...answer(keys) };
    },
  } as unknown as DynamoDb;
  return { client, asked };
}

test('what is asked for twice is asked for once, a hundred at a time', async () => {
  const { client, asked } = clientOf((keys) => ({ Responses: { table: keys.slice(0, 1) as never } }));
  const keys = Array.from({ length: 250 }, (_, at) => markKey(`k${at}`));
  expect(await existing(client, 'table', [...keys, ...keys])).toHaveLength(3);
  expect(asked).toEqual([100, 100, 50]);
});

test('what the table did not get to is asked for again', async () => {
  const { client, asked } = clientOf((keys) => ({
    Responses: { table: keys.slice(0, 2) as never },
    UnprocessedKeys: { table: { Keys: keys.slice(2) as never } },
  }));
  expect(await existing(client, 'table', ['a', 'b', 'c', 'd', 'e'].map(markKey))).toHaveLength(5);
  expect(asked).toEqual([5, 3, 1]);
});

test('a table that gives nothing of what was asked for is throttled', async () => {
  const { client } = clientOf((keys) => ({ UnprocessedKeys: { table: { Keys: keys as never } } }));
  await expect(existing(client, 'table', [markKey('a')])).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
});
