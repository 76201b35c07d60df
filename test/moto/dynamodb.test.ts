import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DynamoDb, dynamoDb } from '../../lib/clients/aws.ts';
import { SYSTEM_TIMING } from '../../lib/clients/retry.ts';
import { deliver } from '../../lib/core/deliver/deliver.ts';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import { DynamoStore } from '../../lib/stores/dynamodb.ts';
import type { StoreOptions } from '../../lib/stores/options.ts';
import { noiseIn, seenOnce } from '../contract/noise.ts';
import { sharedStoreContract } from '../contract/store.ts';
import { alike, countIn, deliveriesIn } from '../support/counted.ts';
import { awsError, type Fault, faultyDynamo, serial } from '../support/faulty-dynamo.ts';
import { expectTruth, numberedDelivery } from '../support/ledger-truth.ts';
import { callMoto, MOTO_SERVER, type Moto, makeTable, startMoto } from '../support/moto.ts';
import { runMain } from '../support/run-main.ts';
import { mark, record } from '../support/store-harness.ts';

/** The emulator may be slow, and knows no idempotency tokens: a request that is given up while it runs would be made twice. */
const ACCESS = { timeoutMs: 60_000, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const BUDGET = { chosenValues: 3, placedValues: 50, series: 500 };

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));

/** Nobody waits: what is waited for is another writer of this test, which goes on meanwhile. */
const NO_WAIT = { ...SYSTEM_TIMING, sleep: async () => undefined };

describe.skipIf(MOTO_SERVER === undefined)('DynamoDB', () => {
  let moto: Moto;
  let tables = 0;
  const line = serial();
  const tableOf = new WeakMap<object, string>();

  beforeAll(async () => {
    moto = await startMoto(MOTO_SERVER ?? '');
  });
  afterAll(() => moto.stop());
  afterEach(() => vi.unstubAllEnvs());

  function rawClient(): DynamoDb {
    return dynamoDb({ ...ACCESS, endpoint: moto.endpoint });
  }

  function storeIn(
    table: string,
    options: StoreOptions = {},
    fault: (call: string) => Fault = () => undefined,
    timing = SYSTEM_TIMING,
  ): DynamoStore {
    const client = faultyDynamo(rawClient(), line, fault);
    const store = new DynamoStore({ ...options, table, client, timing });
    tableOf.set(store, table);
    return store;
  }

  async function newTable(): Promise<string> {
    const table = `driftwire-${++tables}`;
    await makeTable(moto, table);
    return table;
  }

  sharedStoreContract('the store in DynamoDB', {
    open: async (options) => storeIn(await newTable(), options),
    share: async (store, options) => storeIn(tableOf.get(store) ?? '', options),
  });

  test('a missing table says what to do', async () => {
    const store = storeIn('not-there');
    expect(await store.count([mark('a', record('finding'))])).toMatchObject([
      { kind: 'failed', error: { code: 'DW_STORE_UNUSABLE', message: expect.stringContaining('deploy the stack') } },
    ]);
    await expect(store.totals()).rejects.toMatchObject({ code: 'DW_STORE_UNUSABLE', retryable: false });
  });

  test('an address where nobody listens may answer later', { timeout: 60_000 }, async () => {
    const client = dynamoDb({ ...ACCESS, endpoint: 'http://127.0.0.1:9' });
    const timing = { ...SYSTEM_TIMING, sleep: async () => undefined };
    const store = new DynamoStore({ table: 'any', client, timing });
    expect(await store.count([mark('a', record('finding'))])).toMatchObject([
      { kind: 'failed', error: { code: 'DW_STORE_UNAVAILABLE', retryable: true } },
    ]);
  });

  test('a mark is forgotten by the table 30 days after it was made', async () => {
    const table = await newTable();
    const nowMs = Date.parse('2026-11-21T08:00:00.500Z');
    await storeIn(table, { nowMs: () => nowMs }).count([mark('aws_cloudtrail 1', record('finding'))]);
    const { Item } = await rawClient().getItem({ TableName: table, Key: { pk: { S: 'mark aws_cloudtrail 1' }, sk: { S: '-' } } });
    expect(Item?.['ttl']).toEqual({ N: String(Date.parse('2026-12-21T08:00:01Z') / 1_000) });
  });

  test('what makes noise is ranked as it is in the log, by the command', { timeout: 120_000 }, async () => {
    const table = await newTable();
    const config = join(SAMPLES, 'driftwire.yaml');
    const logs = join(SAMPLES, 'logs');
    // in the order of time, as they come: first and last are those that were counted first and last
    const deliveries = (await deliveriesIn(logs, config)).toSorted((left, right) => left.findings[0].timeMs - right.findings[0].timeMs);
    const day = deliveries[0]?.findings[0].finding.time.slice(0, 10);
    await countIn(storeIn(table), deliveries);
    vi.stubEnv('AWS_ENDPOINT_URL', moto.endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    const printed = async (...args: readonly string[]) => {
      const { status, out, err } = await runMain('tune', '--config', config, ...args, '--format', 'json');
      expect([status, err]).toEqual([0, '']);
      return JSON.parse(out);
    };
    const [log, stored] = [await printed(logs), await printed('--table', table, '--region', 'eu-west-1')];
    expect(log.groups.length).toBeGreaterThan(40);
    expect(alike(stored.groups)).toEqual(alike(log.groups));
    expect(stored.summary).toEqual({
      days: { from: day, to: day },
      silenced_findings: 0,
      findings: log.summary.findings,
      further_findings: 0,
    });
    const missing = await runMain('tune', '--table', 'not-there', '--region', 'eu-west-1', '--config', config);
    expect([missing.status, missing.out]).toEqual([2, '']);
    expect(missing.err).toContain('deploy the stack that makes it, or check its name and region');
  });

  test('what makes noise is read over as many pages as it takes', { timeout: 60_000 }, async () => {
    const table = await newTable();
    const client = rawClient();
    const pages: (number | undefined)[] = [];
    const paged: DynamoDb = {
      ...client,
      query: async (input) => {
        const page = await client.query({ ...input, Limit: 2 });
        pages.push(page.Items?.length);
        return page;
      },
    };
    const store = new DynamoStore({ table, client: paged });
    const noise = Array.from({ length: 40 }, (_, at) => seenOnce({ action: `action-${at}` }));
    await store.count(noise.map((each, at) => ({ ...mark(`k${at}`), noise: [each] })));
    expect(await noiseIn(store)).toHaveLength(40);
    expect(pages.length).toBeGreaterThan(20);
  });

  test('what makes noise is forgotten by the table, with the room it took', async () => {
    const table = await newTable();
    const nowMs = Date.parse('2026-11-21T08:00:00.500Z');
    await storeIn(table, { nowMs: () => nowMs }).count([{ ...mark('a'), noise: [seenOnce({ day: '2025-01-01' })] }]);
    const items = (await callMoto(moto, 'DynamoDB_20120810.Scan', { TableName: table })) as {
      readonly Items: readonly Record<string, object>[];
    };
    expect(items.Items).toHaveLength(4);
    expect(items.Items.map(({ ttl }) => ttl)).toEqual(Array(4).fill({ N: String(Date.parse('2026-12-21T08:00:01Z') / 1_000) }));
  });

  test('what a large document leaves behind is cleared away', async () => {
    const table = await newTable();
    const store = storeIn(table);
    const large = new Uint8Array(400_000);
    expect(await store.replaceDocument('backlog', large, 0)).toBe(true);
    expect(await store.replaceDocument('backlog', large, 1)).toBe(true);
    expect(await store.replaceDocument('backlog', large, 1)).toBe(false);
    expect(await store.replaceDocument('backlog', large, 9)).toBe(false);
    const parts = async () =>
      (
        await rawClient().query({
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'document backlog' } },
        })
      ).Items ?? [];
    expect(await parts()).toHaveLength(3);
    expect((await store.document('backlog'))?.body).toHaveLength(400_000);
    expect(await store.replaceDocument('backlog', new Uint8Array(3), 2)).toBe(true);
    expect(await parts()).toHaveLength(1);
    await expect(store.replaceDocument('backlog', new Uint8Array(16_000_001), 3)).rejects.toThrow('at most 16000000');
  });

  test('a replacement whose answer was lost knows itself again', async () => {
    const table = await newTable();
    let losses = 1;
    const store = storeIn(table, {}, (call) =>
      call === 'putItem' && losses-- > 0 ? { kind: 'lost', error: awsError('TimeoutError') } : undefined,
    );
    expect(await store.replaceDocument('lease', new Uint8Array(1), 0)).toBe(true);
    expect(await store.document('lease')).toMatchObject({ version: 1 });
  });

  test('totals are exact under conflicts, throttling, lost answers and writers that die', { timeout: 300_000 }, async () => {
    const faults = fc.constantFrom<Fault>(
      undefined,
      undefined,
      undefined,
      undefined,
      { kind: 'refused', error: awsError('TransactionCanceledException', { CancellationReasons: [{ Code: 'TransactionConflict' }] }) },
      { kind: 'refused', error: awsError('ProvisionedThroughputExceededException') },
      { kind: 'lost', error: awsError('TimeoutError') },
      { kind: 'lost', error: awsError('InternalServerError') },
      // Nobody tries again: the process is gone, before or after what it did.
      { kind: 'refused', error: awsError('Killed') },
      { kind: 'lost', error: awsError('Killed') },
    );
    const batches = fc.array(fc.array(fc.nat(23), { minLength: 1, maxLength: 10 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(batches, { minLength: 1, maxLength: 3 }), fc.infiniteStream(faults), async (rounds, stream) => {
        const table = await newTable();
        const fault = (call: string): Fault => (call === 'transactWriteItems' ? stream.next().value : undefined);
        const writers = [0, 1, 2, 3].map(() => storeIn(table, { budget: BUDGET }, fault, NO_WAIT));
        const handedIn = new Set<number>();
        for (const round of rounds) {
          await Promise.all(
            round.map((numbers, at) => {
              for (const number of numbers) handedIn.add(number);
              return deliver(
                numbers.map(numberedDelivery),
                writers.slice(at, at + 1).map((writer) => new LedgerSink(writer)),
              );
            }),
          );
        }
        const last = storeIn(table, { budget: BUDGET });
        const reports = await deliver([...handedIn].map(numberedDelivery), [new LedgerSink(last)]);
        expect(reports.every(({ status }) => status === 'done')).toBe(true);
        await expectTruth(last, handedIn, { users: BUDGET.chosenValues });
      }),
      { numRuns: 8 },
    );
  });
});
