import { describe, expect, test } from 'vitest';
import type { DynamoDb } from '../../../lib/clients/aws.ts';
import { type Item, scopeKey, textOfKey, valueKey } from '../../../lib/stores/dynamodb/items.ts';
import { LabelView } from '../../../lib/stores/dynamodb/label-view.ts';

const user = (value: string) => ({ scope: 'm user', value, limit: 2 });

/** A table that gives at most so many items an answer, and notes what it was asked. */
function table(items: readonly Item[], atOnce = 100): Pick<DynamoDb, 'batchGetItem'> & { readonly asked: Item[][] } {
  const held = new Map(items.map((item) => [textOfKey(item), item]));
  const asked: Item[][] = [];
  return {
    asked,
    batchGetItem: async ({ RequestItems }) => {
      const keys: Item[] = RequestItems?.['t']?.Keys ?? [];
      asked.push(keys);
      const found = keys
        .slice(0, atOnce)
        .map((key) => held.get(textOfKey(key)))
        .filter((item) => item !== undefined);
      const left = keys.slice(atOnce);
      return {
        $metadata: {},
        Responses: { t: found },
        ...(left.length === 0 ? {} : { UnprocessedKeys: { t: { Keys: left } } }),
      };
    },
  };
}

function viewOf(client: Pick<DynamoDb, 'batchGetItem'>): LabelView {
  const unused = () => Promise.reject(new Error('not for reading'));
  return new LabelView(
    {
      ...client,
      transactWriteItems: unused,
      query: unused,
      getItem: unused,
      putItem: unused,
      updateItem: unused,
      deleteItem: unused,
      close: () => undefined,
    },
    't',
  );
}

describe('what is known of labels', () => {
  test('for ever: who has a series, and who came when there was no room', async () => {
    const client = table([{ ...scopeKey('m user'), n: { N: '2' } }, valueKey('m user', 'alice')]);
    const view = viewOf(client);
    const first = view.begin();
    expect(first.standing(user('alice'))).toBeUndefined();
    await first.lookUp([user('alice'), user('carol')]);
    expect([first.standing(user('alice')), first.standing(user('carol')), first.admitted('m user')]).toEqual(['admitted', 'full', 2]);
    expect([view.begin().standing(user('alice')), view.begin().standing(user('carol'))]).toEqual(['admitted', 'full']);
    // The number first: a value that is read after a full number is final.
    expect(client.asked.map((keys) => keys.map(({ pk }) => pk?.S))).toEqual([['scope'], ['value m user', 'value m user']]);
  });

  test('for one plan: that there was room', async () => {
    const view = viewOf(table([{ ...scopeKey('m user'), n: { N: '1' } }]));
    const first = view.begin();
    await first.lookUp([user('bob')]);
    expect(first.standing(user('bob'))).toBe('free');
    expect(view.begin().standing(user('bob'))).toBeUndefined();
    view.admitted([user('bob')]);
    expect(view.begin().standing(user('bob'))).toBe('admitted');
    expect(view.begin().admitted('m user')).toBe(0);
  });

  test('is asked in as many answers as the table gives', async () => {
    const values = Array.from({ length: 230 }, (_, at) => valueKey('m user', `user ${at}`));
    const client = table(values, 70);
    const view = viewOf(client);
    const seen = view.begin();
    await seen.lookUp(values.map((_, at) => ({ ...user(`user ${at}`), limit: 500 })));
    expect(values.every((_, at) => seen.standing(user(`user ${at}`)) === 'admitted')).toBe(true);
    expect(client.asked.every((keys) => keys.length <= 100)).toBe(true);
  });

  test('a table that reads nothing of what it is asked is throttled', async () => {
    const seen = viewOf(table([], 0)).begin();
    await expect(seen.lookUp([user('alice')])).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
