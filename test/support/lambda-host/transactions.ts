import * as z from 'zod';
import { ACCOUNT, REGION } from './aws.ts';

/** Sends one call of DynamoDB to the emulator, by the name of the operation; gives status and body. */
export type CallDynamoDb = (operation: string, body: object) => Promise<{ readonly status: number; readonly body: Buffer }>;

const item = z.record(z.string(), z.unknown());
const operation = z.looseObject({ TableName: z.string(), Key: item.optional(), Item: item.optional() });
const transaction = z.looseObject({ TransactItems: z.array(z.record(z.string(), operation)).min(1) });
const described = z.object({ Table: z.object({ KeySchema: z.array(z.object({ AttributeName: z.string() })) }) });
const gotten = z.object({ Responses: z.record(z.string(), z.array(item)) });

type Operation = z.infer<typeof operation>;
interface Before {
  readonly table: string;
  readonly key: z.infer<typeof item>;
  readonly item: z.infer<typeof item> | undefined;
}

/**
 * Carries transactions out in the emulator without the copies of the whole table that it makes of its own, one for each item that names the table (moto 5.2.1,
 * `transact_write_items`), so that a transaction costs the more the more the table holds. A table that is named by its ARN, as DynamoDB allows, is not copied, and
 * is not put back either when the transaction is cancelled: that is done here, item by item. Nobody may write meanwhile.
 */
export class Transactions {
  /** Names of the keys of each table. */
  readonly #keys = new Map<string, Promise<readonly string[]>>();

  /**
   * Writes what is to be written, by `write`, which sends a body; what was cancelled has changed nothing when this resolves.
   *
   * @param call - For reading what was there before, and for putting it back.
   */
  async run<T extends { readonly status: number }>(body: Buffer, call: CallDynamoDb, write: (body: Buffer) => Promise<T>): Promise<T> {
    const { TransactItems, ...rest } = transaction.parse(JSON.parse(body.toString('utf8')));
    const before = await this.#before(TransactItems, call);
    const items = TransactItems.map((each) => mapValues(each, (one) => ({ ...one, TableName: arnOf(one.TableName) })));
    const answer = await write(Buffer.from(JSON.stringify({ ...rest, TransactItems: items })));
    if (answer.status >= 300) for (const each of before) await restore(each, call);
    return answer;
  }

  async #before(items: z.infer<typeof transaction>['TransactItems'], call: CallDynamoDb): Promise<readonly Before[]> {
    const written = items.flatMap((each) => Object.entries(each).flatMap(([kind, one]) => (kind === 'ConditionCheck' ? [] : [one])));
    const keys = await Promise.all(written.map(async (one) => ({ table: one.TableName, key: one.Key ?? (await this.#keyOf(one, call)) })));
    const all: Before[] = [];
    for (const table of new Set(keys.map((each) => each.table))) {
      const own = new Map(keys.filter((each) => each.table === table).map(({ key }) => [keyText(key, Object.keys(key)), key]));
      const answer = await call('BatchGetItem', { RequestItems: { [table]: { Keys: [...own.values()], ConsistentRead: true } } });
      const names = Object.keys([...own.values()][0] ?? {});
      const found = (gotten.parse(JSON.parse(answer.body.toString('utf8'))).Responses[table] ?? []).map(
        (one) => [keyText(one, names), one] as const,
      );
      const old = new Map(found);
      all.push(...[...own].map(([text, key]) => ({ table, key, item: old.get(text) })));
    }
    return all;
  }

  async #keyOf({ TableName, Item = {} }: Operation, call: CallDynamoDb): Promise<z.infer<typeof item>> {
    const names = this.#keys.get(TableName) ?? keysOf(TableName, call);
    this.#keys.set(TableName, names);
    return Object.fromEntries((await names).map((name) => [name, Item[name]]));
  }
}

async function keysOf(TableName: string, call: CallDynamoDb): Promise<readonly string[]> {
  const answer = await call('DescribeTable', { TableName });
  return described.parse(JSON.parse(answer.body.toString('utf8'))).Table.KeySchema.map(({ AttributeName }) => AttributeName);
}

async function restore({ table, key, item: old }: Before, call: CallDynamoDb): Promise<void> {
  if (old === undefined) await call('DeleteItem', { TableName: table, Key: key });
  else await call('PutItem', { TableName: table, Item: old });
}

function keyText(one: z.infer<typeof item>, names: readonly string[]): string {
  return JSON.stringify(names.toSorted().map((name) => one[name]));
}

function arnOf(table: string): string {
  return table.startsWith('arn:') ? table : `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}`;
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, change: (value: V) => W): Readonly<Record<string, W>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
