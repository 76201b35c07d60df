import type { ObjectName, S3 } from '../../lib/clients/aws-s3.ts';
import type { LogLevel } from '../../lib/core/model/log.ts';
import type { Detector } from '../../lib/core/pipeline.ts';
import { HeldCounts } from '../../lib/lambda/counts.ts';
import { Queue } from '../../lib/lambda/queue.ts';
import { type QueueMessage, readMessage } from '../../lib/lambda/queue-message.ts';
import { detectorOf } from './detector.ts';
import { FakeSqs } from './fake-sqs.ts';
import { type ManualTiming, manualTiming } from './timing.ts';

/** What a log was told. */
export interface ToldLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** The parts of a reading function over fakes: the clock stands at 20 November 2026, 09:20 UTC. */
export function readingParts(name: string, over: { readonly detector?: Detector; readonly hasAside?: boolean } = {}) {
  const timing: ManualTiming = manualTiming({ startMs: Date.UTC(2026, 10, 20, 9, 20, 0) });
  const findingsSqs = new FakeSqs();
  const asideSqs = new FakeSqs();
  const told: ToldLine[] = [];
  const queue = (sqs: FakeSqs) => new Queue({ url: 'https://sqs.eu-west-1.amazonaws.com/1/q', open: async () => sqs, timing });
  const parts = {
    name,
    detector: over.detector ?? detectorOf(),
    findings: queue(findingsSqs),
    aside: over.hasAside === false ? undefined : queue(asideSqs),
    counts: new HeldCounts(),
    timing,
    log: (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => {
      told.push({ level, message, fields });
    },
  };
  return { parts, timing, findingsSqs, asideSqs, told, limits: { deadlineMs: timing.now() + 30_000 } };
}

/** The messages in a queue, read. */
export function messagesIn({ kept }: FakeSqs): readonly QueueMessage[] {
  return kept.map(({ body }) => {
    const message = readMessage(body);
    if (message === undefined) throw new Error(`not a message: ${body.slice(0, 200)}`);
    return message;
  });
}

/** Ids of the events whose findings are in a queue, in their order. */
export function eventsIn(sqs: FakeSqs): readonly string[] {
  return messagesIn(sqs).flatMap((message) => (message.kind === 'delivery' ? [message.delivery.findings[0].finding.id] : []));
}

/** What a queue's counts add up to: `metric source label` to the number. */
export function countsIn(sqs: FakeSqs): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const message of messagesIn(sqs)) {
    if (message.kind !== 'counts') continue;
    for (const { metric, labels, by } of message.increments) {
      const key = `${metric.replace('driftwire_', '').replace('_total', '')} ${Object.values(labels).join(' ')}`;
      sums[key] = (sums[key] ?? 0) + by;
    }
  }
  return sums;
}

/** An S3 that holds what a test puts there. */
export class FakeS3 implements S3 {
  readonly objects = new Map<string, Uint8Array | (() => AsyncIterable<Uint8Array>)>();
  readonly fetched: string[] = [];

  async object({ bucket, key }: ObjectName): Promise<AsyncIterable<Uint8Array>> {
    const name = `${bucket}/${key}`;
    this.fetched.push(name);
    const found = this.objects.get(name);
    if (found === undefined) throw Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
    return typeof found === 'function' ? found() : pieces(found);
  }

  close(): void {
    // It holds nothing.
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384);
}
