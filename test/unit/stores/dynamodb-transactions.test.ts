import { describe, expect, test } from 'vitest';
import type { DynamoDb } from '../../../lib/clients/aws.ts';
import { DynamoStore } from '../../../lib/stores/dynamodb.ts';
import type { StoreOptions } from '../../../lib/stores/options.ts';
import { seenOnce } from '../../contract/noise.ts';
import { awsError } from '../../support/faulty-dynamo.ts';
import { mark, record } from '../../support/store-harness.ts';

type Transaction = Parameters<DynamoDb['transactWriteItems']>[0];

const NO_WAIT = { now: () => 0, sleep: async () => undefined, random: () => 0.5 };

/** A table without label values, whose transactions end as the test says: with these errors one after the other, then well. */
function storeMeeting(...given: readonly (Error | StoreOptions)[]): { readonly store: DynamoStore; readonly sent: Transaction[] } {
  const sent: Transaction[] = [];
  const left = given.filter((each) => each instanceof Error);
  const options = given.filter((each) => !(each instanceof Error));
  const unused = () => Promise.reject(new Error('not for this test'));
  const client: DynamoDb = {
    transactWriteItems: async (input) => {
      sent.push(input);
      const error = left.shift();
      if (error !== undefined) throw error;
    },
    batchGetItem: async () => ({ $metadata: {}, Responses: {} }),
    query: unused,
    getItem: unused,
    putItem: unused,
    updateItem: unused,
    deleteItem: unused,
    close: () => undefined,
  };
  return { store: new DynamoStore({ ...options[0], table: 't', client, timing: NO_WAIT }), sent };
}

function cancelled(...codes: readonly string[]): Error {
  return awsError('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
}

const tokens = (sent: readonly Transaction[]) => sent.map(({ ClientRequestToken }) => ClientRequestToken);

describe('a transaction', () => {
  test('whose answer is lost is sent again as it was, so that it is made once', async () => {
    const { store, sent } = storeMeeting(awsError('TimeoutError'), awsError('InternalServerError'));
    await store.add([record('dropped', 5)]);
    expect(sent).toHaveLength(3);
    expect(new Set(tokens(sent)).size).toBe(1);
    expect(sent[1]?.TransactItems).toEqual(sent[0]?.TransactItems);
  });

  test('that was in the way of another is a new one', async () => {
    const { store, sent } = storeMeeting(cancelled('None', 'TransactionConflict'));
    expect(await store.count([mark('a', record('finding'))])).toEqual([{ kind: 'counted' }]);
    expect(new Set(tokens(sent)).size).toBe(2);
  });

  test('is sent again without the marks that were counted before', async () => {
    const { store, sent } = storeMeeting(cancelled('ConditionalCheckFailed', 'None', 'ConditionalCheckFailed', 'None'));
    const outcomes = await store.count(['a', 'b', 'c'].map((key) => mark(key, record('finding'))));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['repeated', 'counted', 'repeated']);
    expect(sent[1]?.TransactItems?.map(({ Put, Update }) => Put?.Item?.['pk']?.S ?? Update?.ExpressionAttributeValues?.[':by']?.N)).toEqual(
      ['mark b', '1'],
    );
  });

  test('of marks that were all counted before is not sent again', async () => {
    const { store, sent } = storeMeeting(cancelled('ConditionalCheckFailed', 'None'));
    expect(await store.count([mark('a', record('finding'))])).toEqual([{ kind: 'repeated' }]);
    expect(sent).toHaveLength(1);
  });

  test('that is always in the way ends, and what is left may be handed in again', async () => {
    const { store, sent } = storeMeeting(...Array.from({ length: 100 }, () => cancelled('None', 'TransactionConflict')));
    const marks = Array.from({ length: 60 }, (_, at) => mark(`k${at}`, record('finding')));
    const outcomes = await store.count(marks);
    expect(outcomes).toHaveLength(60);
    expect(outcomes.every((outcome) => outcome.kind === 'failed' && outcome.error.retryable)).toBe(true);
    expect(sent.length).toBeLessThanOrEqual(20);
  });

  test('that DynamoDB finds fault with is not repeated', async () => {
    const { store, sent } = storeMeeting(cancelled('ValidationError', 'None'));
    expect(await store.count([mark('a', record('finding'))])).toMatchObject([{ kind: 'failed', error: { code: 'DW_STORE_UNUSABLE' } }]);
    expect(sent).toHaveLength(1);
  });

  test('that would be too large for one event is several, whose keys do not depend on what there is room for', async () => {
    const keysOf = async (noiseGroupsADay: number): Promise<readonly string[]> => {
      const { store, sent } = storeMeeting({ noiseGroupsADay });
      const noise = Array.from({ length: 101 }, (_, at) => seenOnce({ action: `action-${at}` }));
      expect(await store.count([{ ...mark('rich', record('finding')), noise }])).toEqual([{ kind: 'counted' }]);
      expect(Math.max(...sent.map(({ TransactItems = [] }) => TransactItems.length))).toBeLessThanOrEqual(100);
      return sent.flatMap(({ TransactItems = [] }) => TransactItems.flatMap(({ Put }) => Put?.Item?.['pk']?.S ?? [])).filter(isMark);
    };
    const isMark = (key: string): boolean => key.startsWith('mark ');
    const keys = await keysOf(1_000);
    expect(keys).toHaveLength(103);
    expect(new Set(keys).size).toBe(103);
    expect(keys.at(-1)).toBe('mark rich');
    expect(await keysOf(90)).toEqual(keys);
  });

  test('of too many reasons to tell any is repeated', async () => {
    const { store, sent } = storeMeeting(awsError('TransactionCanceledException', { CancellationReasons: [] }));
    expect(await store.count([mark('a', record('finding'))])).toEqual([{ kind: 'counted' }]);
    expect(sent).toHaveLength(2);
  });
});
