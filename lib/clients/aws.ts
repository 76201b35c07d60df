/**
 * The client of DynamoDB, and nothing else. Each service has a file of its own (`aws-*.ts`), loaded only where something is to be
 * sent to it (`await import`), because the SDK takes longer to load than most invocations last (facts: 88 ms).
 */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type AwsOptions, settingsOf } from './aws-options.ts';

export type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';

export type { AwsOptions } from './aws-options.ts';

/** The calls of DynamoDB that Driftwire makes; each rejects with the SDK's own errors. */
export interface DynamoDb {
  transactWriteItems(input: TransactWriteItemsCommandInput): Promise<unknown>;
  batchGetItem(input: BatchGetItemCommandInput): Promise<BatchGetItemCommandOutput>;
  query(input: QueryCommandInput): Promise<QueryCommandOutput>;
  getItem(input: GetItemCommandInput): Promise<GetItemCommandOutput>;
  putItem(input: PutItemCommandInput): Promise<unknown>;
  updateItem(input: UpdateItemCommandInput): Promise<unknown>;
  deleteItem(input: DeleteItemCommandInput): Promise<unknown>;
  /** Lets go of connections. */
  close(): void;
}

/** A client of DynamoDB. */
export function dynamoDb(options: AwsOptions = {}): DynamoDb {
  const client = new DynamoDBClient(settingsOf(options));
  return {
    transactWriteItems: (input) => client.send(new TransactWriteItemsCommand(input)),
    batchGetItem: (input) => client.send(new BatchGetItemCommand(input)),
    query: (input) => client.send(new QueryCommand(input)),
    getItem: (input) => client.send(new GetItemCommand(input)),
    putItem: (input) => client.send(new PutItemCommand(input)),
    updateItem: (input) => client.send(new UpdateItemCommand(input)),
    deleteItem: (input) => client.send(new DeleteItemCommand(input)),
    close: () => client.destroy(),
  };
}
