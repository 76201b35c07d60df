/**
 * What makes noise, in the table: an item for each group and day. A group is given room as a value of an open label is: the first
 * groups of a day in which something is counted get it, the rest is counted without names.
 *
 * One item more is written for each group that a transaction meets, and no transaction is in the way of another that was not before: two
 * that meet at a group are of one rule, and have met at the total of that rule's findings already (all but the first of a group on a day, which
 * takes room, as the first of a series does).
 */
import type { AttributeValue, DynamoDb, TransactWriteItem } from '../../clients/aws.ts';
import type { Timing } from '../../clients/retry.ts';
import type { Admission } from '../../core/deliver/label-budget.ts';
import type { Priority } from '../../core/model/finding.ts';
import type { DayRange } from '../../core/ports.ts';
import { type DayNoise, dayOf, type GroupNoise, groupOf, groupText, type NoiseSeen } from '../../core/tune/day-noise.ts';
import { digestKey } from '../key.ts';
import { persistently } from './attempt.ts';
import { type Item, NOISE_SCOPE, NOISE_SHARDS, noiseKey, timeToLive } from './items.ts';

/** The question whether a group may begin; asked of the day on which it is counted, whatever day its events are of. */
export function noiseAdmission({ day, group }: GroupNoise, nowMs: number, limit: number): Admission {
  return { scope: `${NOISE_SCOPE}${dayOf(nowMs)}`, value: `${day} ${digestKey(groupText(group))}`, limit };
}

/** Adds to the noise of a day. Of several writers the one that comes last says what is shown of a group. */
export function addNoise(table: string, noise: DayNoise, nowMs: number, chance: number): TransactWriteItem {
  const ttl = timeToLive(nowMs);
  if (noise.kind === 'further') {
    // Everybody without a group meets here: spread by chance, as totals of closed labels are.
    const key = noiseKey(Math.floor(chance * NOISE_SHARDS), noise.day, 'further');
    return update(table, key, 'SET #ttl = :ttl ADD n :n', { ':n': { N: String(noise.count) }, ':ttl': ttl });
  }
  const { day, group, count, seen } = noise;
  const text = groupText(group);
  const digest = digestKey(text);
  const { users, firstMs, lastMs, ...shown } = seen;
  return update(
    table,
    noiseKey(digest.charCodeAt(0) % NOISE_SHARDS, day, digest),
    'SET g = :g, x = :x, f = if_not_exists(f, :f), l = :l, #ttl = :ttl ADD n :n, u :u',
    {
      ':g': { S: text },
      ':x': { S: JSON.stringify(shown) },
      ':f': { N: String(firstMs) },
      ':l': { N: String(lastMs) },
      ':n': { N: String(count) },
      ':u': { NS: users.map(String) },
      ':ttl': ttl,
    },
  );
}

function update(table: string, key: Item, expression: string, values: Record<string, AttributeValue>): TransactWriteItem {
  return {
    Update: {
      TableName: table,
      Key: key,
      UpdateExpression: expression,
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: values,
    },
  };
}

/** Where noise is read from. */
export interface NoiseSource {
  readonly client: DynamoDb;
  readonly table: string;
  readonly timing: Timing;
  readonly nowMs: () => number;
}

/** Hands over what is kept of these days, shard by shard, page by page. The table itself may be days late in forgetting. */
export async function readNoise(
  { client, table, timing, nowMs }: NoiseSource,
  { from, to }: DayRange,
  take: (noise: DayNoise) => void,
): Promise<void> {
  const nowSeconds = nowMs() / 1_000;
  const readShard = async (shard: number): Promise<void> => {
    const { pk = { S: '' } } = noiseKey(shard, '', '');
    let begin: Item | undefined;
    do {
      const page = await persistently(
        () =>
          client.query({
            TableName: table,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
            // A day's items lie behind its name and before that name with what sorts behind all of them.
            ExpressionAttributeValues: { ':pk': pk, ':from': { S: from ?? '0' }, ':to': { S: `${to ?? '9999-99-99'}~` } },
            ExclusiveStartKey: begin,
          }),
        timing,
      );
      for (const item of page.Items ?? []) if (Number(item['ttl']?.N) > nowSeconds) take(noiseOfItem(item));
      begin = page.LastEvaluatedKey;
    } while (begin !== undefined);
  };
  await Promise.all(Array.from({ length: NOISE_SHARDS }, (_, shard) => readShard(shard)));
}

function noiseOfItem({ sk, g, x, f, l, n, u }: Item): DayNoise {
  const day = sk?.S?.slice(0, '2026-11-21'.length) ?? '';
  const count = Number(n?.N);
  if (g?.S === undefined) return { kind: 'further', day, count };
  const shown = JSON.parse(x?.S ?? '') as { readonly priority: Priority; readonly reason: string; readonly last: NoiseSeen['last'] };
  const users = (u?.NS ?? []).map(Number).sort((left, right) => left - right);
  return { kind: 'group', day, group: groupOf(g.S), count, seen: { ...shown, users, firstMs: Number(f?.N), lastMs: Number(l?.N) } };
}
