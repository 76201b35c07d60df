/**
 * Documents in a table whose items end at 400 KB: a small one lies in its head, a large one in parts that the head names. The
 * parts are written before the head and belong to one version, so a reader never sees half of one.
 */
import type { DynamoDb } from '../../clients/aws.ts';
import { DriftwireError } from '../../core/errors.ts';
import type { Versioned } from '../../core/ports.ts';
import { isConditionFailure } from './attempt.ts';
import { documentKey, type Item } from './items.ts';

/** Bytes of a part, below an item's 400 KB with its names (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, read 2026-11-20). */
const PART_BYTES = 350_000;

/** Largest document, in bytes: what one reader holds and one writer sends in seconds. */
const MAX_BYTES = 16_000_000;

/** How often a reader begins anew because the document was replaced under it. */
const MAX_READS = 5;

/** Reads and replaces documents. */
export class DynamoDocuments {
  readonly #client: DynamoDb;
  readonly #table: string;

  constructor(client: DynamoDb, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(name: string): Promise<Versioned | undefined> {
    for (let attempt = 0; attempt < MAX_READS; attempt++) {
      const { Item: head } = await this.#client.getItem({ TableName: this.#table, Key: documentKey(name), ConsistentRead: true });
      if (head === undefined) return undefined;
      const version = Number(head['version']?.N);
      const own = head['body']?.B;
      if (own !== undefined) return { version, body: own };
      const body = await this.#parts(name, head['parts']?.S ?? '', Number(head['count']?.N));
      if (body !== undefined) return { version, body };
    }
    throw new DriftwireError('DW_STORE_UNAVAILABLE', `the document ${name} is replaced faster than it can be read`, { retryable: true });
  }

  /** @param writer - Tells this replacement from all others; the same when it is tried again. */
  async replace(name: string, body: Uint8Array, version: number, writer: string): Promise<boolean> {
    if (body.length > MAX_BYTES) {
      throw new DriftwireError('DW_INTERNAL', `the document ${name} has ${body.length} bytes; at most ${MAX_BYTES} can be kept`);
    }
    const next = version + 1;
    const parts = partsName(next, writer);
    const count = body.length > PART_BYTES ? Math.ceil(body.length / PART_BYTES) : 0;
    for (let at = 0; at < count; at++) {
      const piece = body.subarray(at * PART_BYTES, (at + 1) * PART_BYTES);
      await this.#client.putItem({ TableName: this.#table, Item: { ...documentKey(name, partName(parts, at)), body: { B: piece } } });
    }
    const content: Item = count === 0 ? { body: { B: body } } : { parts: { S: parts }, count: { N: String(count) } };
    const isReplaced = await this.#replaceHead(name, { ...content, version: { N: String(next) }, writer: { S: writer } }, version);
    await (isReplaced ? this.#dropOthers(name, next, parts) : this.#dropOwn(name, parts, count));
    return isReplaced;
  }

  async #replaceHead(name: string, content: Item, version: number): Promise<boolean> {
    const condition =
      version === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': { N: String(version) } } };
    try {
      await this.#client.putItem({ TableName: this.#table, Item: { ...documentKey(name), ...content }, ...condition });
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      // It may be this very write that is in the way: its answer was lost and the client has sent it again.
      const { Item: head } = await this.#client.getItem({ TableName: this.#table, Key: documentKey(name), ConsistentRead: true });
      return head?.['writer']?.S === content['writer']?.S;
    }
  }

  /** Undefined when a part is gone: the document has been replaced meanwhile. */
  async #parts(name: string, parts: string, count: number): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < count; at++) {
      const key = documentKey(name, partName(parts, at));
      const { Item: part } = await this.#client.getItem({ TableName: this.#table, Key: key, ConsistentRead: true });
      const piece = part?.['body']?.B;
      if (piece === undefined) return undefined;
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  /**
   * What a replacement leaves behind: everything of its version and those before, but what it has written itself. Parts of a later
   * version may belong to a writer that has read this one and is not done yet.
   */
  async #dropOthers(name: string, version: number, own: string): Promise<void> {
    const { pk = { S: '' } } = documentKey(name);
    let begin: Item | undefined;
    do {
      const { Items, LastEvaluatedKey } = await this.#client.query({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :begin AND :end',
        ProjectionExpression: 'pk, sk',
        ExpressionAttributeValues: { ':pk': pk, ':begin': { S: 'part ' }, ':end': { S: partsName(version, '~') } },
        ConsistentRead: true,
        ExclusiveStartKey: begin,
      });
      const left = (Items ?? []).filter(({ sk }) => sk?.S?.startsWith(own) === false);
      for (const key of left) await this.#client.deleteItem({ TableName: this.#table, Key: key });
      begin = LastEvaluatedKey;
    } while (begin !== undefined);
  }

  /** What a writer that came too late has written for nothing. */
  async #dropOwn(name: string, parts: string, count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      await this.#client.deleteItem({ TableName: this.#table, Key: documentKey(name, partName(parts, at)) });
    }
  }
}

/** Sorts by version. */
function partsName(version: number, writer: string): string {
  return `part ${String(version).padStart(16, '0')} ${writer}`;
}

function partName(parts: string, at: number): string {
  return `${parts} ${String(at).padStart(3, '0')}`;
}
