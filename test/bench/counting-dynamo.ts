/** A client of DynamoDB that counts what AWS would bill (Developer Guide, "Read and write request units", read 2026-11). */
import type { AttributeValue, DynamoDb } from '../../lib/clients/aws.ts';

/** What was billed. */
export interface Billed {
  transactions: number;
  /** Items of transactions and single ones. */
  items: number;
  writeUnits: number;
  readUnits: number;
}

/** Nothing yet. */
export function nothingBilled(): Billed {
  return { transactions: 0, items: 0, writeUnits: 0, readUnits: 0 };
}

const KIB = 1_024;
/** A unit writes 1 KiB, and in a transaction half of that; a unit reads 4 KiB, all of ours being consistent. */
const READ_BYTES = 4 * KIB;

/** Counts what a client is asked for. Updates are taken for items of at most 1 KiB, as all of ours are. */
export function countingDynamo(client: DynamoDb, billed: Billed): DynamoDb {
  const read = (bytes: number): number => Math.max(1, Math.ceil(bytes / READ_BYTES));
  const wrote = (units: number): void => {
    billed.items++;
    billed.writeUnits += units;
  };
  return {
    ...client,
    transactWriteItems: (input) => {
      billed.transactions++;
      for (const { Put } of input.TransactItems ?? []) wrote(2 * writeUnits(Put?.Item));
      return client.transactWriteItems(input);
    },
    updateItem: (input) => {
      wrote(1);
      return client.updateItem(input);
    },
    putItem: (input) => {
      wrote(writeUnits(input.Item));
      return client.putItem(input);
    },
    deleteItem: (input) => {
      wrote(1);
      return client.deleteItem(input);
    },
    batchGetItem: (input) => {
      billed.readUnits += Object.values(input.RequestItems ?? {}).reduce((sum, { Keys: keys = [] }) => sum + keys.length, 0);
      return client.batchGetItem(input);
    },
    getItem: async (input) => {
      const answer = await client.getItem(input);
      billed.readUnits += read(bytesOf(answer.Item));
      return answer;
    },
    query: async (input) => {
      const answer = await client.query(input);
      billed.readUnits += read((answer.Items ?? []).reduce((sum, item) => sum + bytesOf(item), 0));
      return answer;
    },
  };
}

function writeUnits(item: Record<string, AttributeValue> | undefined): number {
  return Math.max(1, Math.ceil(bytesOf(item) / KIB));
}

/** Names and values; binary ones as they are, others by their text. */
function bytesOf(item: Record<string, AttributeValue> | undefined): number {
  return Object.entries(item ?? {}).reduce((sum, [name, { B: binary, ...other }]) => {
    return sum + name.length + (binary?.length ?? Object.values(other).join().length);
  }, 0);
}
