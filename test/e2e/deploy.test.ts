/**
 * `cdk deploy` to the emulator, and what was deployed at work: real payloads go in at EventBridge, S3 and a log group, and come out as exactly
 * the right entries, totals and messages, with a sink that is down, functions that are killed, repeats, disorder and poison.
 */
import { gzipSync } from 'node:zlib';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoDb } from '../../lib/clients/aws.ts';
import type { Json } from '../../lib/core/model/audit-event.ts';
import type { Total } from '../../lib/core/ports.ts';
import { DEFAULT_SIMULATION, type SimulatedEvent } from '../../lib/simulate/model.ts';
import { SAMPLE_CONFIG } from '../../lib/simulate/sample-config.ts';
import { simulate } from '../../lib/simulate/simulate.ts';
import { DynamoStore } from '../../lib/stores/dynamodb.ts';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { FakeSlack } from '../support/fake-slack/server.ts';
import { ACCOUNT, CREDENTIALS, callKinesis, clientOptions, REGION } from '../support/lambda-host/aws.ts';
import { Deployment, type Said, TARGET } from '../support/lambda-host/deployment.ts';
import { LambdaHost } from '../support/lambda-host/lambda-host.ts';
import { OneAtATime } from '../support/lambda-host/one-at-a-time.ts';
import { MOTO_SERVER } from '../support/moto.ts';
import { compileEventPattern } from '../support/patterns/eventbridge-pattern.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';

const BUCKET = 'acme-org-trail';
const POISON = '{"not": "an event", "at';
const HOUR_MS = 3_600_000;
const HALF_HOUR_MS = HOUR_MS / 2;
const LOG_GROUPS = ['demo', 'staging'] as const;
/** Accounts of the clusters; the made-up EKS itself acts from the emulator's. */
const OWNERS = { demo: '111122223333', staging: '999988887777' } as const;

const isPossible = hasPrometheus() && MOTO_SERVER !== undefined;

const config = (loki: string, slack: string, prometheus: string): string => `${SAMPLE_CONFIG}
loki: { url: "${loki}" }
prometheus: { remote_write: { url: "${prometheus}" } }
slack: { token: { ssm: /driftwire/slack-token }, channel: "C0DRIFT", api_url: "${slack}" }
aws:
  region: ${REGION}
  eks: { log_groups: [${LOG_GROUPS.map((cluster) => `/aws/eks/${cluster}/cluster`).join(', ')}], through: kinesis }
  cloudtrail: { bucket: ${BUCKET} }
`;

describe.skipIf(!isPossible)('what `cdk deploy` makes', () => {
  const loki = new FakeLoki();
  const slack = new FakeSlack({ rates: false, channels: [{ id: 'C0PROD', name: 'prod-drift' }] });
  let prometheus: Prometheus;
  let deployment: Deployment;
  let differences: Promise<Said>;
  let host: LambdaHost;
  let oneAtATime: OneAtATime;
  let events: EventBridgeClient;
  let s3: S3Client;
  let sqs: SQSClient;
  /** Everything that was sent so far and should be told, by its id. */
  const expected = new Map<string, SimulatedEvent>();
  const sent = new Map<string, readonly unknown[]>();
  /** What went in as it happened, and in objects of the trail. */
  const [byEvent, byObject] = [new Set<string>(), new Set<string>()];

  beforeAll(async () => {
    const [lokiUrl] = await Promise.all([loki.start(), slack.start()]);
    prometheus = await startPrometheus();
    deployment = await Deployment.start(MOTO_SERVER ?? '', {
      config: config(lokiUrl, slack.apiUrl, prometheus.writeUrl),
      bucket: BUCKET,
      parameters: { '/driftwire/slack-token': slack.token },
    });
    const bootstrapped = await deployment.bootstrap(TARGET);
    expect(bootstrapped.status, bootstrapped.text).toBe(0);
    const deployed = await deployment.cdk('deploy', '--require-approval', 'never');
    expect(deployed.status, deployed.text).toBe(0);
    const options = clientOptions(deployment.address);
    events = new EventBridgeClient(options);
    s3 = new S3Client({ ...options, forcePathStyle: true });
    sqs = new SQSClient(options);
    // seconds for minutes: often enough for this test, and not so often that a message has come too often before a sink is back
    oneAtATime = new OneAtATime(deployment.address);
    host = new LambdaHost(await deployment.read(), deployment.address, { comeAgainSeconds: 6, dynamoDbEndpoint: await oneAtATime.start() });
    await host.start();
    // it is compared while it works
    differences = deployment.cdk('diff', '--fail');
  }, 240_000);

  afterAll(async () => {
    for (const client of [events, s3, sqs]) client?.destroy();
    await host?.stop();
    await oneAtATime?.stop();
    await Promise.all([loki.stop(), slack.stop(), prometheus?.stop(), deployment?.stop()]);
  }, 60_000);

  test('hands messages over one by one and loses none', () => {
    const { queueMappings, streamMappings, queues, functions } = host.stack;
    expect(functions.map(({ name }) => name).sort()).toEqual(['alert', 'cloudtrail', 'deliver', 'eks-audit', 'metrics', 'reconcile']);
    expect(queueMappings).toHaveLength(4);
    for (const { reportsItemFailures, batchSize, windowSeconds, queueArn, functionArn } of queueMappings) {
      expect(reportsItemFailures).toBe(true);
      if (batchSize > 10) expect(windowSeconds).toBeGreaterThan(0);
      const queue = queues.find(({ arn }) => arn === queueArn);
      const timeoutSeconds = functions.find(({ arn }) => arn === functionArn)?.timeoutSeconds ?? Number.NaN;
      // Lambda Developer Guide, "Configuring scalability for SQS event source mappings": six times the function's timeout, and the window
      expect(queue?.visibilitySeconds).toBeGreaterThanOrEqual(6 * timeoutSeconds + windowSeconds);
      expect(queue?.redrive).toEqual({ targetArn: host.queue('aside/dead-letters').arn, maxReceiveCount: expect.any(Number) });
      expect(queue?.redrive?.maxReceiveCount).toBeGreaterThanOrEqual(5);
    }
    expect(streamMappings).toEqual([
      expect.objectContaining({ reportsItemFailures: true, bisects: true, retries: 10, onFailureArn: host.queue('aside/undelivered').arn }),
    ]);
    for (const [name, queue] of [
      ['metrics', 'totals/missed-minutes'],
      ['reconcile', 'aside/undelivered'],
    ] as const) {
      expect(host.function(name).deployed.onFailureArn, name).toBe(host.queue(queue).arn);
    }
  });

  test('tells exactly what was done by hand, once', { timeout: 180_000 }, async () => {
    const { aws, kubernetes } = day('quiet');
    const [now, later] = halves(aws);
    await host.probe();
    const matched = await putEvents(now);
    await putObject('quiet', later);
    const logged = await log(kubernetes);
    await host.settled(120_000);
    remember([...aws, ...kubernetes]);
    expectEntries();
    const totals = await ledger();
    expect(sumOf(totals, 'driftwire_records_total', { source: 'aws_cloudtrail' })).toBe(matched + later.length);
    expect(sumOf(totals, 'driftwire_records_total', { source: 'k8s_audit' })).toBe(logged);
    expectFindings(totals);
    expect(sumOf(totals, 'driftwire_failed_total', {})).toBe(0);
    await expectNothingAside();
  });

  test('loses nothing and tells nothing twice when sinks are down, functions die and everything comes again', {
    timeout: 240_000,
  }, async () => {
    const { aws, kubernetes } = day('stormy');
    const down = { kind: 'status', status: 503 } as const;
    loki.fail(down, down, { kind: 'answer_lost' }, { kind: 'stored_status', status: 502 }, { kind: 'reset' });
    slack.fail({ kind: 'status', status: 503 }, { kind: 'answer_lost' }, { kind: 'rate_limited', retryAfterSeconds: 1 });
    const killed = ['cloudtrail', 'eks-audit', 'deliver', 'alert'].map((name) => host.function(name));
    for (const one of killed) {
      // once as it begins, which every machine is slow enough for, and once in the middle
      one.killNext(10);
      one.killNext(120);
    }
    const [now, later] = halves(aws);
    // each of them twice, by the same way and by the other, the last first
    await putEvents([...now, ...aws].toReversed());
    await putObject('stormy', [...later, ...later]);
    await log([...kubernetes].toReversed());
    await log(kubernetes);
    await poison();
    await host.settled(180_000);
    remember([...aws, ...kubernetes]);
    expectEntries();
    expectFindings(await ledger());
    for (const one of killed) expect(one.killed, one.deployed.name).toBeGreaterThan(0);
    await expectPoisonAside();
  });

  test('writes totals to Prometheus and messages to Slack', { timeout: 60_000 }, async () => {
    expect(await host.tick('metrics')).toMatchObject({ ok: true });
    const totals = await ledger();
    const sum = async (expression: string): Promise<number> =>
      [...(await prometheus.query(`sum(${expression})`, Date.now())).values()][0] ?? 0;
    const ids = (source: string): number => [...expected.values()].filter((record) => record.source === source).length;
    for (const source of ['aws_cloudtrail', 'k8s_audit']) {
      expect(await sum(`driftwire_records_total{source="${source}",outcome="finding"}`), source).toBe(ids(source));
    }
    for (const metric of ['driftwire_findings_total', 'driftwire_records_total', 'driftwire_dropped_total', 'driftwire_failed_total']) {
      expect(await sum(metric), metric).toBe(sumOf(totals, metric, {}));
    }
    const manual = [...expected.values()].filter(({ truth }) => truth?.manual === true);
    expect(await sum('kubernetes_audit_manual_changes_total')).toBe(manual.filter(({ source }) => source === 'k8s_audit').length);
    expect(await sum('aws_cloudtrail_manual_changes_total')).toBe(manual.filter(({ source }) => source === 'aws_cloudtrail').length);
    expect(slack.findings()).toEqual([]);
    const said = JSON.stringify(slack.visible());
    const users = new Set(manual.map(({ truth }) => truth?.user ?? ''));
    expect([...users].filter((user) => !said.includes(user))).toEqual([]);
  });

  test('is deployed as it is, and can be removed', { timeout: 120_000 }, async () => {
    const diff = await differences;
    expect(diff.status, diff.text).toBe(0);
    expect(diff.text).toContain('There were no differences');
    await host.stop();
    const destroyed = await deployment.cdkAgain('destroy', '--force');
    expect(destroyed.status, destroyed.text).toBe(0);
  });

  /** What nobody can read, at each way in. */
  async function poison(): Promise<void> {
    await sqs.send(new SendMessageCommand({ QueueUrl: host.queue('intake/events').url, MessageBody: POISON }));
    await callKinesis(deployment.address, 'PutRecord', {
      StreamName: host.stack.streamMappings[0]?.streamName,
      Data: Buffer.from(POISON).toString('base64'),
      PartitionKey: 'poison',
    });
  }

  async function expectPoisonAside(): Promise<void> {
    expect((await host.messagesIn(host.queue('aside/dead-letters').url)).map(({ Body }) => Body)).toEqual([]);
    const aside = await host.messagesIn(host.queue('aside/undelivered').url);
    expect(
      aside.map(({ MessageAttributes }) => [MessageAttributes?.['function']?.StringValue, MessageAttributes?.['code']?.StringValue]).sort(),
    ).toEqual([
      ['cloudtrail', 'bad_json'],
      ['eks-audit', 'bad_json'],
    ]);
  }

  async function ledger(): Promise<readonly Total[]> {
    const table = host.function('deliver').deployed.environment['DRIFTWIRE_TABLE'] ?? '';
    const client = dynamoDb({ endpoint: deployment.address, region: REGION, credentials: CREDENTIALS });
    try {
      return await new DynamoStore({ table, client }).totals();
    } finally {
      client.close();
    }
  }

  /** A made-up day, told as if it had happened in the last half hour: what is older is late, and goes to other streams. */
  function day(seed: string): { readonly aws: readonly SimulatedEvent[]; readonly kubernetes: readonly SimulatedEvent[] } {
    const nowMs = Date.now();
    const all = [...simulate({ ...DEFAULT_SIMULATION, seed, scale: 0.1 })].map((event) => {
      const share = (event.timeMs - DEFAULT_SIMULATION.startMs) / (24 * HOUR_MS);
      return movedTo(event, nowMs - HALF_HOUR_MS + Math.floor((share * (HALF_HOUR_MS - 60_000)) / 1000) * 1000);
    });
    const aws = all.filter(({ source }) => source === 'aws_cloudtrail');
    const kubernetes = all.filter(({ source }) => source === 'k8s_audit');
    for (const records of [aws, kubernetes]) expect(records.filter(isTold).length).toBeGreaterThan(10);
    return { aws, kubernetes };
  }

  /** Puts events on the bus as CloudTrail does; gives how many the rule's pattern matched. */
  async function putEvents(records: readonly SimulatedEvent[]): Promise<number> {
    const patterns = host.stack.patterns.map(compileEventPattern);
    const isMatched = (entry: { readonly Source: string; readonly DetailType: string; readonly Detail: string } | undefined): boolean =>
      entry !== undefined &&
      patterns.some(({ matches }) =>
        matches({ source: entry.Source, 'detail-type': entry.DetailType, detail: JSON.parse(entry.Detail) as Json }),
      );
    for (const { id } of records) byEvent.add(id);
    let matched = 0;
    for (let from = 0; from < records.length; from += 10) {
      const Entries = records.slice(from, from + 10).map(({ text, timeMs }) => {
        const { eventSource = '', eventType } = JSON.parse(text) as { readonly eventSource?: string; readonly eventType?: string };
        return {
          Source: `aws.${eventSource.split('.')[0]}`,
          DetailType: eventType === 'AwsConsoleSignIn' ? 'AWS Console Sign In via CloudTrail' : 'AWS API Call via CloudTrail',
          Detail: text,
          Time: new Date(timeMs),
        };
      });
      matched += records.slice(from, from + 10).filter((_, index) => isMatched(Entries[index])).length;
      const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries }));
      expect(FailedEntryCount).toBe(0);
    }
    return matched;
  }

  /** Puts an object of the trail, and the notice of it on the bus as S3 does. */
  async function putObject(name: string, records: readonly SimulatedEvent[]): Promise<void> {
    for (const { id } of records) byObject.add(id);
    const Key = `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/2026/11/21/${ACCOUNT}_CloudTrail_${REGION}_20261121T0000Z_${name.padEnd(16, '0')}.json.gz`;
    await s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key, Body: gzipSync(`{"Records":[${records.map(({ text }) => text).join(',')}]}`) }),
    );
    const detail = { version: '0', bucket: { name: BUCKET }, object: { key: Key, size: 1 }, reason: 'PutObject' };
    await events.send(
      new PutEventsCommand({ Entries: [{ Source: 'aws.s3', DetailType: 'Object Created', Detail: JSON.stringify(detail) }] }),
    );
  }

  /** Writes audit events into the log groups of their clusters; gives how many the subscriptions sent on. */
  async function log(records: readonly SimulatedEvent[]): Promise<number> {
    let sent = 0;
    for (const { id } of records) byEvent.add(id);
    for (const cluster of LOG_GROUPS) {
      const lines = records
        .filter((record) => record.cluster === cluster)
        .map(({ text, timeMs }) => ({ timestamp: timeMs, message: text }));
      for (let from = 0; from < lines.length; from += 25) {
        sent += await host.log(
          `/aws/eks/${cluster}/cluster`,
          'kube-apiserver-audit-0123456789abcdef',
          lines.slice(from, from + 25),
          OWNERS[cluster],
        );
      }
    }
    return sent;
  }

  function remember(records: readonly SimulatedEvent[]): void {
    for (const record of records) {
      // the stages of a request have one id
      sent.set(record.id, [...(sent.get(record.id) ?? []), JSON.parse(record.text) as unknown]);
      if (isTold(record)) expected.set(record.id, record);
    }
  }

  /**
   * Each event that should be told is one entry, and the entry is its record. What an object of the trail brought stands in streams of its own
   * (contract, Loki), so that of both ways there are two, in two streams.
   */
  function expectEntries(): void {
    const idOf = (record: Record<string, unknown>): string => String(record['eventID'] ?? record['auditID']);
    const entries = loki
      .stored()
      .flatMap(({ stream, entries }) =>
        entries.map(({ line }) => ({ isLate: stream.includes('ingest="backfill"'), record: JSON.parse(line) as Record<string, unknown> })),
      );
    for (const isLate of [false, true]) {
      const ids = entries.filter((entry) => entry.isLate === isLate).map(({ record }) => idOf(record));
      const wanted = [...expected.values()].filter(({ id }) => (isLate ? byObject : byEvent).has(id)).map(({ id }) => id);
      expect(ids.sort(), isLate ? 'from objects' : 'as it happened').toEqual(wanted.sort());
    }
    for (const { record } of entries) expect(sent.get(idOf(record))).toContainEqual(record);
  }

  function expectFindings(totals: readonly Total[]): void {
    const rules = [...expected.values()].flatMap(({ truth }) => truth?.rules ?? []);
    for (const rule of new Set(rules)) {
      expect(sumOf(totals, 'driftwire_findings_total', { rule }), rule).toBe(rules.filter((each) => each === rule).length);
    }
    expect(sumOf(totals, 'driftwire_findings_total', {})).toBe(rules.length);
  }

  async function expectNothingAside(): Promise<void> {
    for (const path of ['aside/dead-letters', 'aside/undelivered']) {
      expect(
        (await host.messagesIn(host.queue(path).url)).map(({ Body }) => Body),
        path,
      ).toEqual([]);
    }
  }
});

function isTold({ truth }: SimulatedEvent): boolean {
  return (truth?.rules.length ?? 0) > 0;
}

/** The same event at another time. */
function movedTo(event: SimulatedEvent, timeMs: number): SimulatedEvent {
  const record = JSON.parse(event.text) as Record<string, unknown>;
  const time = new Date(timeMs).toISOString();
  const times =
    event.source === 'aws_cloudtrail'
      ? { eventTime: time.replace(/\.\d+Z$/, 'Z') }
      : { requestReceivedTimestamp: time, stageTimestamp: time };
  return { ...event, timeMs, text: JSON.stringify({ ...record, ...times }) };
}

/** Every other one of a list. */
function halves<T>(items: readonly T[]): readonly [readonly T[], readonly T[]] {
  return [items.filter((_, index) => index % 2 === 0), items.filter((_, index) => index % 2 === 1)];
}

function sumOf(totals: readonly Total[], metric: string, labels: Readonly<Record<string, string>>): number {
  return totals
    .filter((total) => total.metric === metric && Object.entries(labels).every(([name, value]) => total.labels[name] === value))
    .reduce((sum, { value }) => sum + Number(value), 0);
}
