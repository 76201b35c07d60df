/** Records of incidents, each in one item, and the events that were counted in them, one item each; they change in one transaction. */
import type { DynamoDb, TransactWriteItem } from '../../clients/aws.ts';
import type { IncidentMember, Versioned } from '../../core/ports.ts';
import { MARK_TTL_MS } from '../options.ts';
import { cancellation, isConditionFailure, isPassingReason } from './attempt.ts';
import { existing } from './existing.ts';
import { type Item, incidentKey, memberKey, textOfKey } from './items.ts';

/** Reads and replaces the records of incidents. */
export class DynamoIncidents {
  readonly #client: DynamoDb;
  readonly #table: string;
  readonly #nowMs: () => number;

  constructor(client: DynamoDb, table: string, nowMs: () => number) {
    this.#client = client;
    this.#table = table;
    this.#nowMs = nowMs;
  }

  async record(name: string): Promise<Versioned | undefined> {
    const head = await this.#head(name);
    return head === undefined ? undefined : { version: Number(head['version']?.N), body: head['body']?.B ?? new Uint8Array() };
  }

  /** @param writer - Tells this replacement from all others; the same when it is tried again. */
  async replace(
    name: string,
    body: Uint8Array,
    version: number,
    { members, writer }: { readonly members: readonly IncidentMember[]; readonly writer: string },
  ): Promise<boolean> {
    const ttl = { N: String(Math.ceil((this.#nowMs() + MARK_TTL_MS) / 1_000)) };
    const content = { version: { N: String(version + 1) }, body: { B: body }, writer: { S: writer }, ttl };
    const head = {
      TableName: this.#table,
      Item: { ...incidentKey(name), ...content },
      ...(version === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': { N: String(version) } } }),
    };
    try {
      if (members.length === 0) await this.#client.putItem(head);
      else await this.#client.transactWriteItems({ TransactItems: [{ Put: head }, ...members.map((member) => this.#join(member, ttl))] });
      return true;
    } catch (error) {
      if (!isLost(error)) throw error;
      // It may be this very write that is in the way: its answer was lost and it was sent again.
      return (await this.#head(name))?.['writer']?.S === writer;
    }
  }

  async members(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const byItem = new Map(keys.map((key) => [textOfKey(memberKey(key)), key]));
    const items = await existing(this.#client, this.#table, keys.map(memberKey));
    return new Map(items.map((item) => [byItem.get(textOfKey(item)) ?? '', item['note']?.S ?? '']));
  }

  async #head(name: string): Promise<Item | undefined> {
    const { Item: head } = await this.#client.getItem({ TableName: this.#table, Key: incidentKey(name), ConsistentRead: true });
    return head;
  }

  #join({ key, note }: IncidentMember, ttl: { readonly N: string }): TransactWriteItem {
    const Item = { ...memberKey(key), note: { S: note }, ttl };
    return { Put: { TableName: this.#table, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  }
}

/** True when a condition did not hold, whatever else stood in the way: another attempt would meet it again. */
function isLost(error: unknown): boolean {
  const reasons = cancellation(error);
  if (reasons === undefined) return isConditionFailure(error);
  return reasons.includes('ConditionalCheckFailed') && !reasons.some(isPassingReason);
}
