import { functionEnvironment } from '../config/env.ts';
import type { SharedStore } from '../core/ports.ts';
import { told } from './function-parts.ts';

/** The ledger and what is kept beside it. Loads the SDK. @throws {DriftwireError} when the function was not told the table's name. */
export async function openStore(): Promise<SharedStore> {
  const table = told(functionEnvironment().table, 'DRIFTWIRE_TABLE');
  const [{ dynamoDb }, { DynamoStore }] = await Promise.all([import('../clients/aws.ts'), import('../stores/dynamodb.ts')]);
  return new DynamoStore({ table, client: dynamoDb() });
}
