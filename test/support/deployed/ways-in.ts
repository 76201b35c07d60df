/** The ways into a deployment, as AWS takes them: each also tells the expectation what went in. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Json } from '../../../lib/core/model/audit-event.ts';
import type { SimulatedEvent } from '../../../lib/simulate/model.ts';
import { ACCOUNT, callKinesis, REGION } from '../lambda-host/aws.ts';
import { compileEventPattern } from '../patterns/eventbridge-pattern.ts';
import { BUCKET } from './config.ts';
import type { MadeUpDay } from './made-up-day.ts';
import type { DeployedWorld } from './world.ts';

/** A record, with what decides how it is sent. */
export interface Sendable {
  readonly text: string;
  readonly timeMs: number;
}

/** Lines that one call hands to a log group; what a subscription makes of them is one payload. */
const LINES_A_PAYLOAD = 1_000;

/** Ways into one deployment. */
export class WaysIn {
  readonly #world: DeployedWorld;
  /** What has been sent and is in the histories of its sources. */
  readonly brought: { readonly aws: SimulatedEvent[]; readonly kubernetes: SimulatedEvent[] } = { aws: [], kubernetes: [] };

  constructor(world: DeployedWorld) {
    this.#world = world;
  }

  /** Says that the histories of CloudTrail and of the log groups have these. */
  remember({ aws, kubernetes }: Pick<MadeUpDay, 'aws' | 'kubernetes'>): void {
    this.brought.aws.push(...aws);
    this.brought.kubernetes.push(...kubernetes);
  }

  /** Puts events on the bus as CloudTrail does; gives how many the rules' patterns matched. */
  async events(records: readonly Sendable[]): Promise<number> {
    const { host, events, expectation } = this.#world;
    const patterns = host.stack.patterns.map(compileEventPattern);
    let matched = 0;
    for (let from = 0; from < records.length; from += 10) {
      const Entries = records.slice(from, from + 10).map(eventEntry);
      for (const entry of Entries) {
        const { Source, DetailType, Detail } = entry;
        const event = { source: Source, 'detail-type': DetailType, detail: JSON.parse(Detail) as Json };
        if (patterns.some(({ matches }) => matches(event))) matched++;
        await expectation.add(eventText(entry), { isRewritten: true });
      }
      const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries }));
      expect(FailedEntryCount).toBe(0);
    }
    return matched;
  }

  /** Puts an object of the trail, and the notice of it on the bus as S3 does; gives how many records that were. */
  async object(name: string, records: readonly Pick<Sendable, 'text'>[]): Promise<number> {
    const { s3, events, expectation } = this.#world;
    const Key = `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/2026/11/21/${ACCOUNT}_CloudTrail_${REGION}_20261121T0000Z_${name.padEnd(16, '0')}.json.gz`;
    const text = `{"Records":[${records.map((record) => record.text).join(',')}]}`;
    const body = gzipSync(text);
    await expectation.add(text, { isLate: true });
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: body }));
    const detail = { version: '0', bucket: { name: BUCKET }, object: { key: Key, size: body.length }, reason: 'PutObject' };
    await events.send(
      new PutEventsCommand({ Entries: [{ Source: 'aws.s3', DetailType: 'Object Created', Detail: JSON.stringify(detail) }] }),
    );
    return records.length;
  }

  /** Writes lines into a cluster's log group; gives how many its subscriptions sent on. */
  async log(cluster: string, records: readonly Sendable[], owner: string): Promise<number> {
    const { host, expectation } = this.#world;
    const group = `/aws/eks/${cluster}/cluster`;
    let sent = 0;
    for (let from = 0; from < records.length; from += LINES_A_PAYLOAD) {
      const some = records.slice(from, from + LINES_A_PAYLOAD);
      await expectation.add(payloadText(group, owner, some));
      const lines = some.map(({ text, timeMs }) => ({ timestamp: timeMs, message: text }));
      sent += await host.log(group, AUDIT_STREAM, lines, owner);
    }
    return sent;
  }

  /** Puts a payload into the stream as a subscription that is not the deployment's own would. */
  async payload(text: string): Promise<number> {
    const { host, expectation, deployment } = this.#world;
    const { records } = await expectation.add(text);
    await callKinesis(deployment.address, 'PutRecord', {
      StreamName: host.stack.streamMappings[0]?.streamName,
      Data: gzipSync(text).toString('base64'),
      PartitionKey: randomUUID(),
    });
    return records;
  }
}

const AUDIT_STREAM = 'kube-apiserver-audit-0123456789abcdef';

/** The payload of a subscription before it is compressed. */
export function payloadText(logGroup: string, owner: string, records: readonly Sendable[]): string {
  return JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner,
    logGroup,
    logStream: AUDIT_STREAM,
    subscriptionFilters: ['everything'],
    logEvents: records.map(({ text, timeMs }, at) => ({ id: String(at).padStart(56, '0'), timestamp: timeMs, message: text })),
  });
}

interface EventEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Time: Date;
}

function eventEntry({ text, timeMs }: Sendable): EventEntry {
  const { eventSource = '', eventType } = JSON.parse(text) as { readonly eventSource?: string; readonly eventType?: string };
  return {
    Source: `aws.${eventSource.split('.')[0]}`,
    DetailType: eventType === 'AwsConsoleSignIn' ? 'AWS Console Sign In via CloudTrail' : 'AWS API Call via CloudTrail',
    Detail: text,
    Time: new Date(timeMs),
  };
}

/** An event as it comes off the bus. */
function eventText({ Source, DetailType, Detail, Time }: EventEntry): string {
  const head = {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: ACCOUNT,
    time: Time.toISOString(),
    region: REGION,
    resources: [],
  };
  return `${JSON.stringify(head).slice(0, -1)},"detail":${Detail}}`;
}
