import { describe, expect, test } from 'vitest';
import type { AttributeValue, DynamoDb } from '../../../lib/clients/aws.ts';
import { DynamoIncidents } from '../../../lib/stores/dynamodb/incidents.ts';
import { memberKey } from '../../../lib/stores/dynamodb/items.ts';
import { awsError } from '../../support/faulty-dynamo.ts';

type Item = Record<string, AttributeValue>;

/** A client of which a test gives the calls it means. */
function clientWith(calls: Partial<DynamoDb>): DynamoDb {
  const unexpected = async (): Promise<never> => {
    throw new Error('not expected');
  };
  return {
    transactWriteItems: unexpected,
    batchGetItem: unexpected,
    query: unexpected,
    getItem: unexpected,
    putItem: unexpected,
    updateItem: unexpected,
    deleteItem: unexpected,
    close: () => undefined,
    ...calls,
  };
}
const incidents = (calls: Partial<DynamoDb>) => new DynamoIncidents(clientWith(calls), 'table', () => Date.UTC(2026, 10, 20));
const body = new Uint8Array([1]);
const failing = (error: Error) => async (): Promise<never> => {
  throw error;
};
const head = (writer: string) => async () => ({ Item: { writer: { S: writer } }, $metadata: {} });
const cancelled = (...codes: readonly string[]) =>
  awsError('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

describe('replacing a record of incidents', () => {
  test('that was replaced by this very write, whose answer was lost, has succeeded', async () => {
    const lost = failing(awsError('ConditionalCheckFailedException'));
    const how = { members: [], writer: 'me' };
    expect(await incidents({ putItem: lost, getItem: head('me') }).replace('x', body, 1, how)).toBe(true);
    expect(await incidents({ putItem: lost, getItem: head('other') }).replace('x', body, 1, how)).toBe(false);
    const members = [{ key: 'k', note: 'n' }];
    const conflict = failing(cancelled('ConditionalCheckFailed', 'None'));
    expect(await incidents({ transactWriteItems: conflict, getItem: head('me') }).replace('x', body, 0, { members, writer: 'me' })).toBe(
      true,
    );
  });

  test('in the way of another transaction is tried again by who asked', async () => {
    const how = { members: [{ key: 'k', note: 'n' }], writer: 'me' };
    const busy = failing(cancelled('ConditionalCheckFailed', 'TransactionConflict'));
    await expect(incidents({ transactWriteItems: busy }).replace('x', body, 1, how)).rejects.toThrow('TransactionCanceled');
    const broken = failing(awsError('AccessDeniedException'));
    await expect(incidents({ putItem: broken }).replace('x', body, 1, { ...how, members: [] })).rejects.toThrow('AccessDenied');
  });

  test('keeps it and its events for 30 days', async () => {
    const ttls: (string | undefined)[] = [];
    const store = incidents({
      transactWriteItems: async ({ TransactItems = [] }) => ttls.push(...TransactItems.map(({ Put }) => Put?.Item?.['ttl']?.N)),
    });
    await store.replace('x', body, 0, { members: [{ key: 'k', note: 'n' }], writer: 'me' });
    expect(ttls).toEqual([0, 1].map(() => String(Date.UTC(2026, 11, 20) / 1_000)));
  });
});

describe('reading which events were counted', () => {
  const item = (key: string): Item => ({ ...memberKey(key), note: { S: `note of ${key}` } });

  test('goes on with what the table has left out', async () => {
    const asked: number[] = [];
    const store = incidents({
      batchGetItem: async ({ RequestItems }) => {
        const keys = RequestItems?.['table']?.Keys ?? [];
        asked.push(keys.length);
        const [first, ...rest] = keys;
        const unprocessed = asked.length === 1 ? { table: { Keys: rest } } : {};
        const given = asked.length === 1 ? [first] : keys;
        return { Responses: { table: given.map((key) => ({ ...key, note: { S: 'n' } })) }, UnprocessedKeys: unprocessed, $metadata: {} };
      },
    });
    expect((await store.members(['a', 'b', 'c', 'a'])).size).toBe(3);
    expect(asked).toEqual([3, 2]);
  });

  test('of a table that reads nothing at all is tried again by who asked', async () => {
    const store = incidents({
      batchGetItem: async ({ RequestItems }) => ({ Responses: {}, UnprocessedKeys: RequestItems ?? {}, $metadata: {} }),
    });
    await expect(store.members(['a'])).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  });

  test('gives the note of each', async () => {
    const store = incidents({ batchGetItem: async () => ({ Responses: { table: [item('a')] }, $metadata: {} }) });
    expect([...(await store.members(['a', 'b']))]).toEqual([['a', 'note of a']]);
  });
});
