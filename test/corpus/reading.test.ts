import { describe, expect, test } from 'vitest';
import type { Decoded } from '../../lib/core/model/raw-record.ts';
import { inputsOf } from '../../lib/sources/inputs.ts';
import { DEFAULT_LIMITS } from '../../lib/sources/limits.ts';
import { readInput } from '../../lib/sources/read-input.ts';
import { collector } from '../support/reading.ts';
import { sharedPath } from '../support/shared.ts';

const samples = sharedPath('samples');

/** How many items of which file are no audit records to a person either: descriptions, truth tables, envelopes with made-up bodies, other clouds. */
const NO_RECORDS: Readonly<Record<string, number>> = {
  'MANIFEST.json': 80,
  'aws-powertools__powertools-lambda-python/kinesisFirehosePutEvent.json': 2,
  'aws-powertools__powertools-lambda-python/kinesisFirehoseSQSEvent.json': 1,
  'aws-powertools__powertools-lambda-python/kinesisStreamEvent.json': 2,
  'aws-powertools__powertools-lambda-python/kinesisStreamEventOneRecord.json': 1,
  'aws-powertools__powertools-lambda-python/snsSqsFifoEvent.json': 1,
  'aws-powertools__powertools-lambda-python/sqsEvent.json': 2,
  'aws-powertools__powertools-lambda-typescript/kinesis_firehose-put.json': 2,
  'aws-powertools__powertools-lambda-typescript/kinesis_firehose-sqs-invalid.json': 1,
  'aws-powertools__powertools-lambda-typescript/kinesis_firehose-sqs.json': 1,
  'aws-powertools__powertools-lambda-typescript/kinesis_stream.json': 2,
  'aws-powertools__powertools-lambda-typescript/sqs_base.json': 2,
  'aws__aws-lambda-dotnet/Libraries_test_EventsTests.Shared_kinesis-event.json': 2,
  'aws__aws-lambda-dotnet/Libraries_test_EventsTests.Shared_kinesis-firehose-event.json': 1,
  'aws__aws-lambda-dotnet/Libraries_test_EventsTests.Shared_sns-event.json': 1,
  'aws__aws-lambda-dotnet/Libraries_test_EventsTests.Shared_sqs-event.json': 1,
  'aws__aws-lambda-go/kinesis-event.json': 2,
  'aws__aws-lambda-go/kinesis-firehose-event.json': 2,
  'aws__aws-lambda-go/sns-event.json': 1,
  'awslabs__aws-lambda-rust-runtime/lambda-events_src_fixtures_example-kinesis-event.json': 2,
  'awslabs__aws-lambda-rust-runtime/lambda-events_src_fixtures_example-kinesis-firehose-event.json': 2,
  'awslabs__aws-lambda-rust-runtime/lambda-events_src_fixtures_example-sns-event-pascal-case.json': 1,
  'awslabs__aws-lambda-rust-runtime/lambda-events_src_fixtures_example-sqs-event-obj.json': 1,
  'boogy__cloudtrail-rs/crates_core_tests_fixtures_sqs-batch-partial-garbage.json': 1,
  'falcosecurity__falco/k8s-audit-traces.give.jsonl': 1,
  'kubernetes-cluster/README.md': 1,
  'kubernetes-cluster/identities.json': 1,
  'kubernetes-cluster/policy.yaml': 1,
  'kubernetes-cluster/subscription/index.json': 1,
  'kubernetes-cluster/summary.json': 1,
  'kubernetes-cluster/truth.jsonl': 5108,
  // Policies about trails, and audit logs of Google's cloud.
  'panther-labs__panther-analysis/cloudtrail-tests.give.jsonl': 9,
  'panther-labs__panther-analysis/k8s-tests.give.jsonl': 10,
};

describe.skipIf(samples === undefined)('reading every shared sample', () => {
  test('gives no failure that a person would call readable', { timeout: 60_000 }, async () => {
    let files = 0;
    const total = { record: 0, dropped: 0, failed: 0, falco: 0 };
    const unexpected: string[] = [];
    for await (const input of inputsOf(`${samples}`, () => [])) {
      files++;
      const receiver = collector();
      if (input.kind === 'input') await readInput(input.name, input.open(), receiver, DEFAULT_LIMITS);
      const name = input.name.slice(`${samples}/`.length);
      for (const item of receiver.items) total[item.kind]++;
      const failures = receiver.items.filter((item): item is Decoded & { kind: 'failed' } => item.kind === 'failed');
      if (receiver.items.length === 0) unexpected.push(`${name}: nothing was read`);
      if (failures.length !== (NO_RECORDS[name] ?? 0)) unexpected.push(`${name}: ${failures.length} failures, first: ${failures[0]?.hint}`);
    }
    expect(unexpected).toEqual([]);
    expect(files).toBeGreaterThan(100);
    expect(total.record).toBeGreaterThan(13_000);
  });

  test('gives the labelled cluster whole: every event of the log, of the webhook batches and of the subscription', async () => {
    const counts: Record<string, number> = {};
    for (const name of ['audit.log.jsonl.gz', 'webhook-batches.jsonl.gz', 'subscription']) {
      for await (const input of inputsOf(`${samples}/kubernetes-cluster/${name}`, () => [])) {
        const receiver = collector();
        if (input.kind === 'input') await readInput(input.name, input.open(), receiver, DEFAULT_LIMITS);
        counts[name] = (counts[name] ?? 0) + receiver.items.filter(({ kind }) => kind === 'record').length;
      }
    }
    expect(counts).toEqual({ 'audit.log.jsonl.gz': 5181, 'webhook-batches.jsonl.gz': 5322, subscription: 1440 + 120 + 3 });
  });
});
