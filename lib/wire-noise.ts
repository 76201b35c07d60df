/** Opens a store for somebody who only wants to know what makes noise. Nothing is loaded but what that store needs. */
import type { Noise } from './core/ports.ts';

/** Where a store is: the folder of an embedded one, or a table of DynamoDB (in the region that the environment names, if none is given). */
export type StorePlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'table'; readonly table: string; readonly region?: string | undefined };

/** @throws {DriftwireError} `DW_STORE_UNUSABLE` when there is no store, or one that this version cannot read. */
export async function openNoise(place: StorePlace): Promise<Noise & { close(): void }> {
  if (place.kind === 'folder') {
    const { SqliteReader } = await import('./stores/sqlite/read-only.ts');
    return new SqliteReader(place.folder);
  }
  const [{ dynamoDb }, { DynamoStore }] = await Promise.all([import('./clients/aws.ts'), import('./stores/dynamodb.ts')]);
  const { table, region } = place;
  const store = new DynamoStore({ table, client: dynamoDb(region === undefined ? {} : { region }) });
  return { noise: (days, take) => store.noise(days, take), close: () => void store.close() };
}
