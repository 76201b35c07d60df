/**
 * The store that the functions on AWS share: one DynamoDB table (`dynamodb/items.ts`). Marks and totals change together in
 * transactions; what two writers want at once is decided by the conditions of those, and the loser looks again.
 */
import { randomUUID } from 'node:crypto';
import type { DynamoDb } from '../clients/aws.ts';
import { SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import { seriesKey, seriesOf } from '../core/deliver/series-key.ts';
import { DriftwireError } from '../core/errors.ts';
import type { CountOutcome, DayRange, IncidentMember, Increment, Mark, SharedStore, Total, Versioned } from '../core/ports.ts';
import type { DayNoise } from '../core/tune/day-noise.ts';
import { dynamoError, isConditionFailure, persistently } from './dynamodb/attempt.ts';
import { DynamoDocuments } from './dynamodb/documents.ts';
import { existing } from './dynamodb/existing.ts';
import { DynamoIncidents } from './dynamodb/incidents.ts';
import { markKey, TOTAL_SHARDS, textOfKey, totalKey, totalPartition } from './dynamodb/items.ts';
import { LabelView } from './dynamodb/label-view.ts';
import { readNoise } from './dynamodb/noise.ts';
import { Transactions } from './dynamodb/transactions.ts';
import { checkIncrements, checkLevels, checkMembers } from './misuse.ts';
import { type StoreOptions, storeSettings } from './options.ts';

/** Options of a store in DynamoDB. */
export interface DynamoStoreOptions extends Omit<StoreOptions, 'spoolLimitBytes'> {
  readonly table: string;
  readonly client: DynamoDb;
  /** Clock of waits, and chance. */
  readonly timing?: Timing;
}

/** A store in a DynamoDB table. */
export class DynamoStore implements SharedStore {
  readonly #client: DynamoDb;
  readonly #table: string;
  readonly #timing: Timing;
  readonly #nowMs: () => number;
  readonly #transactions: Transactions;
  readonly #documents: DynamoDocuments;
  readonly #incidents: DynamoIncidents;
  #isClosed = false;

  constructor({ table, client, timing = SYSTEM_TIMING, ...options }: DynamoStoreOptions) {
    this.#client = client;
    this.#table = table;
    this.#timing = timing;
    const { budget, nowMs, noiseGroupsADay } = storeSettings(options);
    this.#nowMs = nowMs;
    this.#transactions = new Transactions({
      client,
      table,
      timing,
      budget,
      noiseGroupsADay,
      nowMs,
      labels: new LabelView(client, table),
      newToken: randomUUID,
    });
    this.#documents = new DynamoDocuments(client, table);
    this.#incidents = new DynamoIncidents(client, table, nowMs);
  }

  async count(marks: readonly Mark[]): Promise<readonly CountOutcome[]> {
    checkIncrements(marks.flatMap(({ increments }) => increments));
    if (this.#isClosed) return marks.map(() => ({ kind: 'failed', error: closed() }));
    const first = new Map(marks.map((mark) => [mark.key, mark] as const).toReversed());
    const outcomes = await this.#transactions.count([...first.values()].toReversed());
    // Of several marks of one key in a call the first is the one that counts.
    const met = new Set<string>();
    return marks.map(({ key }) => {
      const outcome = outcomes.get(key) ?? { kind: 'failed', error: new DriftwireError('DW_INTERNAL', 'a mark was not counted') };
      const isAgain = met.has(key) && outcome.kind === 'counted';
      met.add(key);
      return isAgain ? { kind: 'repeated' } : outcome;
    });
  }

  async marked(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const items = await this.#call(() => persistently(() => existing(this.#client, this.#table, keys.map(markKey)), this.#timing));
    const found = new Set(items.map(textOfKey));
    return new Set(keys.filter((key) => found.has(textOfKey(markKey(key)))));
  }

  async notes(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const items = await this.#call(() => persistently(() => existing(this.#client, this.#table, keys.map(markKey)), this.#timing));
    const notes = new Map(items.map((item) => [textOfKey(item), item['note']?.S]));
    return new Map(
      keys.flatMap((key) => {
        const note = notes.get(textOfKey(markKey(key)));
        return note === undefined ? [] : [[key, note] as const];
      }),
    );
  }

  async add(increments: readonly Increment[]): Promise<void> {
    checkIncrements(increments);
    await this.#call(() => this.#transactions.add(increments));
  }

  async raise(levels: readonly Total[]): Promise<void> {
    checkLevels(levels);
    for (const level of levels) await this.#call(() => persistently(() => this.#raise(level), this.#timing));
  }

  /** Not of one moment: each total is one that held while it was read. */
  async totals(): Promise<readonly Total[]> {
    const shards = await this.#call(() => Promise.all(Array.from({ length: TOTAL_SHARDS }, (_, shard) => this.#shard(shard))));
    const sums = new Map<string, number>();
    for (const [series, value] of shards.flat()) sums.set(series, (sums.get(series) ?? 0) + value);
    return [...sums].map(([series, value]) => ({ ...seriesOf(series), value }));
  }

  async noise(days: DayRange, take: (noise: DayNoise) => void): Promise<void> {
    const source = { client: this.#client, table: this.#table, timing: this.#timing, nowMs: this.#nowMs };
    await this.#call(() => readNoise(source, days, take));
  }

  async document(name: string): Promise<Versioned | undefined> {
    return this.#call(() => persistently(() => this.#documents.read(name), this.#timing));
  }

  async replaceDocument(name: string, body: Uint8Array, version: number): Promise<boolean> {
    const writer = randomUUID();
    return this.#call(() => persistently(() => this.#documents.replace(name, body, version, writer), this.#timing));
  }

  async incidentRecord(name: string): Promise<Versioned | undefined> {
    return this.#call(() => persistently(() => this.#incidents.record(name), this.#timing));
  }

  async replaceIncidentRecord(name: string, body: Uint8Array, version: number, members: readonly IncidentMember[]): Promise<boolean> {
    checkMembers(members);
    const writer = randomUUID();
    return this.#call(() => persistently(() => this.#incidents.replace(name, body, version, { members, writer }), this.#timing));
  }

  async incidentMembers(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#call(() => persistently(() => this.#incidents.members(keys), this.#timing));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#client.close();
  }

  async #shard(shard: number): Promise<readonly (readonly [string, number])[]> {
    const found: (readonly [string, number])[] = [];
    let begin: Awaited<ReturnType<DynamoDb['query']>>['LastEvaluatedKey'];
    do {
      const page = await persistently(
        () =>
          this.#client.query({
            TableName: this.#table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: totalPartition(shard) } },
            ConsistentRead: true,
            ExclusiveStartKey: begin,
          }),
        this.#timing,
      );
      found.push(...(page.Items ?? []).map((item) => [item['s']?.S ?? '', Number(item['v']?.N)] as const));
      begin = page.LastEvaluatedKey;
    } while (begin !== undefined);
    return found;
  }

  /** In one shard only: the shards of a total are summed. */
  async #raise({ value, ...series }: Total): Promise<void> {
    const key = seriesKey(series);
    try {
      await this.#client.updateItem({
        TableName: this.#table,
        Key: totalKey(0, key),
        UpdateExpression: 'SET v = :v, s = :s',
        ConditionExpression: 'attribute_not_exists(v) OR v < :v',
        ExpressionAttributeValues: { ':v': { N: String(value) }, ':s': { S: key } },
      });
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw closed();
    try {
      return await work();
    } catch (cause) {
      throw dynamoError(cause, this.#table);
    }
  }
}

function closed(): DriftwireError {
  return new DriftwireError('DW_STORE_UNUSABLE', 'the store is closed');
}
