import type { DropReason } from '../../lib/core/errors.ts';
import type { CallerClassifier, CallerQuestion, Prefilter } from '../../lib/core/model/facts.ts';
import type { Decoded, EventSource, RawRecord } from '../../lib/core/model/raw-record.ts';
import type { ReadLimits, Receiver } from '../../lib/core/ports.ts';
import type { ReadContext, Reader } from '../../lib/sources/reader.ts';

/** What a receiver was told about one item. */
export type Told =
  | { readonly told: 'item'; readonly item: Decoded }
  | { readonly told: 'skip'; readonly source: EventSource; readonly reason: DropReason };

export type Open = (name: string, receiver: Receiver, limits: ReadLimits, context?: ReadContext) => Reader;

/** Reads the pieces and gives all that the receiver was told, in order. */
export function readAll(
  open: Open,
  pieces: readonly Uint8Array[],
  limits: ReadLimits,
  prefilter?: Prefilter,
  context?: ReadContext,
): Told[] {
  const told: Told[] = [];
  const receiver: Receiver = {
    take: (item) => told.push({ told: 'item', item }),
    skipped: (source, reason) => told.push({ told: 'skip', source, reason }),
    prefilter,
  };
  const reader = open('input', receiver, limits, context);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return told;
}

/** Cuts bytes at the given places. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

const SYSTEM = /"username":"system:(?:node|serviceaccount):/;

const BY_AUTOSCALING: CallerClassifier = { classOf: (text) => (text.includes('"invokedBy":"autoscaling.amazonaws.com"') ? 3 : undefined) };
const MACHINES: CallerClassifier = { classOf: (text) => (SYSTEM.test(text) ? 1 : 0) };

/** A prefilter as simple as can be that uses every fact, so that a wrong fact shows. */
export const SIMPLE_PREFILTER: Prefilter = {
  cloudtrail: (facts) => {
    const { eventTime, eventType, eventSource, eventName, readOnly, errorCode } = facts;
    if (!/^\d{4}-.*Z$/.test(eventTime) || eventSource === 'grafana.amazonaws.com') return undefined;
    if (readOnly === true) return 'read';
    if (eventName.startsWith('Noise')) return 'noise';
    if (errorCode !== undefined) return 'attempt';
    if (eventType === 'AwsServiceEvent') return 'service';
    return { callers: BY_AUTOSCALING, skipFor: () => 'service' };
  },
  kubernetes: (facts, cluster, account) => {
    const { stage, stageTimestamp, verb, resource, subresource, namespace, code } = facts;
    if (!/^\d{4}-.*Z$/.test(stageTimestamp)) return undefined;
    if (cluster === 'other' || account === '999999999999') return 'ignored';
    if (subresource === 'exec' || resource === undefined) return undefined;
    if (/^(?:get|list|watch)$/.test(verb)) return 'read';
    if (stage === 'RequestReceived') return 'stage';
    if (code !== undefined && code >= 400) return 'attempt';
    if (namespace === 'quiet') return 'noise';
    return { callers: MACHINES, skipFor: (callerClass) => (callerClass === 1 ? 'service' : undefined) };
  },
};

/** What comes of the prefilter's answer for a record with this caller. */
export function settled(answer: ReturnType<Prefilter['cloudtrail']>, caller: unknown): DropReason | undefined {
  if (typeof answer !== 'object') return answer;
  return caller === undefined ? undefined : settledFor(answer, JSON.stringify(caller));
}

/** What comes of a question for the caller of this verbatim text. */
export function settledFor({ callers, skipFor }: CallerQuestion, text: string): DropReason | undefined {
  const callerClass = callers.classOf(text);
  return callerClass === undefined ? undefined : skipFor(callerClass);
}

/** What the prefilter says about a record when its facts are read with `JSON.parse`. */
export function answerFor(prefilter: Prefilter, { text, source, envelope }: RawRecord): DropReason | undefined {
  const record = JSON.parse(text);
  const orAbsent = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
  if (source === 'aws_cloudtrail') {
    const { eventTime, eventType, eventSource, eventName, readOnly } = record;
    const errorCode = orAbsent(record.errorCode);
    return settled(prefilter.cloudtrail({ eventTime, eventType, eventSource, eventName, readOnly, errorCode }), record.userIdentity);
  }
  const facts = {
    stage: record.stage,
    stageTimestamp: record.stageTimestamp,
    verb: record.verb,
    resource: orAbsent(record.objectRef?.resource),
    subresource: orAbsent(record.objectRef?.subresource),
    namespace: orAbsent(record.objectRef?.namespace),
    code: record.responseStatus?.code,
  };
  return settled(prefilter.kubernetes(facts, envelope.cluster, envelope.account), record.user);
}
