import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoDb } from '../../lib/clients/aws.ts';
import { DynamoStore } from '../../lib/stores/dynamodb.ts';
import type { StoreOptions } from '../../lib/stores/options.ts';
import { sharedStoreContract } from '../contract/store.ts';
import { faultyDynamo, serial } from '../support/faulty-dynamo.ts';
import { callMoto, MOTO_SERVER, type Moto, startMoto } from '../support/moto.ts';

describe.skipIf(MOTO_SERVER === undefined)('DynamoDB', () => {
  let moto: Moto;
  let tables = 0;
  const line = serial();
  const tableOf = new WeakMap<object, string>();

  beforeAll(async () => {
    moto = await startMoto(MOTO_SERVER ?? '');
  });
  afterAll(() => moto.stop());

  function storeIn(table: string, options: StoreOptions = {}): DynamoStore {
    const client = faultyDynamo(
      dynamoDb({ endpoint: moto.endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }),
      line,
    );
    const store = new DynamoStore({ ...options, table, client });
    tableOf.set(store, table);
    return store;
  }

  async function newTable(): Promise<string> {
    const table = `driftwire-${++tables}`;
    await callMoto(moto, 'DynamoDB_20120810.CreateTable', {
      TableName: table,
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    });
    return table;
  }

  sharedStoreContract('the store in DynamoDB', {
    open: async (options) => storeIn(await newTable(), options),
    share: async (store, options) => storeIn(tableOf.get(store) ?? '', options),
  });
});
