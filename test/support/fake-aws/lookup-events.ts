/** `LookupEvents` of CloudTrail (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html, read 2026-11-21). */
import { AwsRefusal, type Body, onlyKnown, placeOfToken, tokenOf } from './refusal.ts';

/** One event in CloudTrail's history. */
export interface TrailEvent {
  readonly eventId: string;
  readonly timeMs: number;
  readonly readOnly: boolean;
  /** The record's JSON text. */
  readonly record: string;
  /** When the history has it; default: at once. */
  readonly visibleMs?: number;
}

const MEMBERS = ['LookupAttributes', 'StartTime', 'EndTime', 'MaxResults', 'NextToken', 'EventCategory'];
const DAYS_90_MS = 90 * 86_400_000;

/** Answers one call; newest first, times in whole seconds, both ends of the range included. */
export function lookupEvents(all: readonly TrailEvent[], input: Body, nowMs: number): object {
  onlyKnown(input, MEMBERS);
  const { StartTime, EndTime, MaxResults = 50, NextToken, LookupAttributes = [] } = input;
  const from = typeof StartTime === 'number' ? StartTime : 0;
  const to = typeof EndTime === 'number' ? EndTime : nowMs / 1_000;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from > to)
    throw new AwsRefusal('InvalidTimeRangeException', 'Invalid time range');
  if (!Number.isInteger(MaxResults) || Number(MaxResults) < 1 || Number(MaxResults) > 50) {
    throw new AwsRefusal('InvalidMaxResultsException', 'A max results value of up to 50 is required');
  }
  const isWanted = attributeTest(LookupAttributes);
  const { NextToken: _, ...question } = input;
  const at = NextToken === undefined ? 0 : placeOfToken(String(NextToken), question);
  if (at === undefined) throw new AwsRefusal('InvalidNextTokenException', 'Invalid token');
  const found = all
    .filter(({ timeMs, visibleMs = 0 }) => visibleMs <= nowMs && nowMs - timeMs <= DAYS_90_MS)
    .filter(({ timeMs }) => Math.floor(timeMs / 1_000) >= from && Math.floor(timeMs / 1_000) <= to)
    .filter(isWanted)
    .toSorted((a, b) => b.timeMs - a.timeMs);
  const end = at + Number(MaxResults);
  return {
    Events: found.slice(at, end).map(({ eventId, timeMs, readOnly, record }) => ({
      EventId: eventId,
      EventName: 'AnEvent',
      ReadOnly: String(readOnly),
      EventTime: Math.floor(timeMs / 1_000),
      EventSource: 'ec2.amazonaws.com',
      Resources: [],
      CloudTrailEvent: record,
    })),
    ...(end < found.length ? { NextToken: tokenOf(question, end) } : {}),
  };
}

function attributeTest(attributes: unknown): (event: TrailEvent) => boolean {
  if (!Array.isArray(attributes) || attributes.length > 1) {
    throw new AwsRefusal('InvalidLookupAttributesException', 'A lookup with more than one attribute is not supported');
  }
  const [attribute] = attributes as readonly { readonly AttributeKey?: unknown; readonly AttributeValue?: unknown }[];
  if (attribute === undefined) return () => true;
  const { AttributeKey: key, AttributeValue: value } = attribute;
  if (key === 'ReadOnly' && (value === 'true' || value === 'false')) return ({ readOnly }) => String(readOnly) === value;
  throw new AwsRefusal('InvalidLookupAttributesException', `Invalid lookup attribute ${String(key)}`);
}
