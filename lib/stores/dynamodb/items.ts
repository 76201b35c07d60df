/**
 * How things lie in the one table (partition key `pk`, sort key `sk`, both text; `ttl` is its time-to-live attribute):
 *
 *     mark <key>        -            ttl, note                counted before
 *     total <shard>     <series>     s, v                     a part of a total; the sum over all shards is the total
 *     value <scope>     <value>                               a value of an open label that has a series of its own
 *     scope             <scope>      n                        how many of them there are
 *     document <name>   head         version, body | parts    a document, or where its parts are
 *     document <name>   part <...>   body
 *     incident <name>   -            version, body, ttl       what is known of incidents
 *     member <key>      -            note, ttl                an event that was counted in one
 *     noise <shard>     <day> <...>  g, n, f, l, u, x, ttl    what makes noise: group, number, first, last, users, what is shown
 *
 * Values and scopes of noise are forgotten with it: their scopes are named after days, and their items have a `ttl`.
 */
import type { AttributeValue, TransactWriteItem } from '../../clients/aws.ts';
import { OPEN_LABELS } from '../../core/deliver/label-budget.ts';
import { fingerprint } from '../../core/fingerprint.ts';
import type { Mark } from '../../core/ports.ts';
import { storeKey } from '../key.ts';
import { MARK_TTL_MS } from '../options.ts';

/** A whole item, or its key. */
export type Item = Record<string, AttributeValue>;

/**
 * Shards of the totals. A transaction that meets another one at the same item is cancelled, and each event counts into the few
 * series of closed labels: those are spread by chance. Part of the stored data: a smaller number would hide what the others hold.
 */
export const TOTAL_SHARDS = 8;

/** Shards of what makes noise, so that a busy day is more than one partition. Part of the stored data. */
export const NOISE_SHARDS = 8;

/** What the scopes of groups of noise begin with; no metric is named so. */
export const NOISE_SCOPE = 'noise ';

/** When the table forgets what is written now. */
export function timeToLive(nowMs: number): AttributeValue.NMember {
  return { N: String(Math.ceil((nowMs + MARK_TTL_MS) / 1_000)) };
}

/** The key of a group's noise on a day. */
export function noiseKey(shard: number, day: string, name: string): Item {
  return { pk: { S: `noise ${shard}` }, sk: { S: `${day} ${name}` } };
}

/** The key of the item that says that a mark was counted. */
export function markKey(key: string): Item {
  return { pk: { S: `mark ${storeKey(key)}` }, sk: { S: '-' } };
}

/** The key of a shard of a total. */
export function totalKey(shard: number, series: string): Item {
  return { pk: { S: totalPartition(shard) }, sk: { S: storeKey(series) } };
}

/** Partition of a shard. */
export function totalPartition(shard: number): string {
  return `total ${shard}`;
}

/** The key of a value that has its own series. */
export function valueKey(scope: string, value: string): Item {
  return { pk: { S: `value ${scope}` }, sk: { S: storeKey(value) } };
}

/** The key of the number of values of a scope. */
export function scopeKey(scope: string): Item {
  return { pk: { S: 'scope' }, sk: { S: scope } };
}

/** The key of a document or, with a part, of a piece of it. */
export function documentKey(name: string, part?: string): Item {
  return { pk: { S: `document ${name}` }, sk: { S: part ?? 'head' } };
}

/** The key of a record of incidents. */
export function incidentKey(name: string): Item {
  return { pk: { S: `incident ${name}` }, sk: { S: '-' } };
}

/** The key of the item that says that an event was counted in an incident. */
export function memberKey(key: string): Item {
  return { pk: { S: `member ${storeKey(key)}` }, sk: { S: '-' } };
}

/** A text that tells an item from all others. */
export function textOfKey({ pk, sk }: Item): string {
  return JSON.stringify([pk?.S, sk?.S]);
}

/** Makes a mark, if there is none. */
export function putMark(table: string, { key, note }: Pick<Mark, 'key' | 'note'>, nowMs: number): TransactWriteItem {
  const item = { ...markKey(key), ttl: timeToLive(nowMs), ...(note === undefined ? {} : { note: { S: note } }) };
  return { Put: { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/** Adds to a total, which begins at 0. Numbers of DynamoDB are exact to 38 digits. */
export function addToTotal(table: string, metric: string, series: string, by: number, chance: number): TransactWriteItem {
  const shard = OPEN_LABELS.has(metric)
    ? Number.parseInt(fingerprint(series).slice(-4), 16) % TOTAL_SHARDS
    : Math.floor(chance * TOTAL_SHARDS);
  return {
    Update: {
      TableName: table,
      Key: totalKey(shard, series),
      UpdateExpression: 'SET s = :s ADD v :by',
      ExpressionAttributeValues: { ':s': { S: series }, ':by': { N: String(by) } },
    },
  };
}

/** Gives a value its own series, if it has none. */
export function putValue(table: string, scope: string, value: string, nowMs: number): TransactWriteItem {
  const item = { ...valueKey(scope, value), ...(isForgotten(scope) ? { ttl: timeToLive(nowMs) } : {}) };
  return { Put: { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/** Takes room for so many values, if there is. */
export function takeRoom(table: string, scope: string, values: number, limit: number, nowMs: number): TransactWriteItem {
  const dated = isForgotten(scope);
  return {
    Update: {
      TableName: table,
      Key: scopeKey(scope),
      UpdateExpression: dated ? 'SET #ttl = :ttl ADD n :values' : 'ADD n :values',
      ...(dated ? { ExpressionAttributeNames: { '#ttl': 'ttl' } } : {}),
      ConditionExpression: 'attribute_not_exists(n) OR n <= :most',
      ExpressionAttributeValues: {
        ':values': { N: String(values) },
        ':most': { N: String(limit - values) },
        ...(dated ? { ':ttl': timeToLive(nowMs) } : {}),
      },
    },
  };
}

function isForgotten(scope: string): boolean {
  return scope.startsWith(NOISE_SCOPE);
}
