/**
 * The clients of AWS, and nothing else: which service, how long to wait, how often to try. Loaded only where something is to be
 * sent to AWS (`await import`), because the SDK takes longer to load than most invocations last (facts: 88 ms).
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

export type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';

/** Where and how to reach AWS; without anything the environment says it, as in a Lambda function. */
export interface AwsOptions {
  readonly region?: string;
  /** Another address of the service (tests, private endpoints). */
  readonly endpoint?: string;
  /** Longest wait for an answer, in ms. */
  readonly timeoutMs?: number;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Longest time for a connection and for an answer, in ms: DynamoDB answers in tens, and a caller has its own limit. */
const CONNECTION_MS = 2_000;
const ANSWER_MS = 5_000;

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
export function dynamoDb({ timeoutMs = ANSWER_MS, ...options }: AwsOptions = {}): DynamoDb {
  // Without the last of these a request that takes too long is only warned about.
  const requestHandler = { connectionTimeout: CONNECTION_MS, requestTimeout: timeoutMs, throwOnRequestTimeout: true };
  const client = new DynamoDBClient({ ...options, requestHandler });
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
