/** `FilterLogEvents` of CloudWatch Logs (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html, read 2026-11-21). */
import { AwsRefusal, type Body, onlyKnown, placeOfToken, tokenOf } from './refusal.ts';

/** One event of a log group. */
export interface StoredLogEvent {
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
}

/** What a log group holds. */
export type LogGroup = StoredLogEvent[];

export interface FilterOptions {
  readonly matches: (pattern: string, message: string) => boolean;
  /** Events that one page looks at. */
  readonly scannedAPage: number;
  readonly nowMs: number;
}

const MEMBERS = ['logGroupName', 'logStreamNamePrefix', 'logStreamNames', 'startTime', 'endTime', 'filterPattern', 'nextToken', 'limit'];
const MAX_PAGE_EVENTS = 10_000;
const MAX_PAGE_BYTES = 1_048_576;

/** Answers one call; oldest first, both ends of the range included. A page looks at so many events only: it may be empty and not the last. */
export function filterLogEvents(
  groups: ReadonlyMap<string, LogGroup>,
  input: Body,
  { matches, scannedAPage, nowMs }: FilterOptions,
): object {
  onlyKnown(input, MEMBERS);
  const {
    logGroupName,
    logStreamNamePrefix = '',
    logStreamNames,
    startTime = 0,
    endTime = nowMs,
    filterPattern = '',
    nextToken,
    limit,
  } = input;
  const group = groups.get(String(logGroupName));
  if (group === undefined) throw new AwsRefusal('ResourceNotFoundException', 'The specified log group does not exist.');
  if (!Number.isInteger(startTime) || !Number.isInteger(endTime) || Number(startTime) > Number(endTime)) throw invalid('the time range');
  if (typeof filterPattern !== 'string' || filterPattern.length > 1024) throw invalid('filterPattern');
  if (logStreamNames !== undefined || limit !== undefined) throw invalid('a member that is not expected here');
  const { nextToken: _, ...question } = input;
  const at = nextToken === undefined ? 0 : placeOfToken(String(nextToken), question);
  if (at === undefined) throw invalid('nextToken');
  const range = group
    .filter(({ stream }) => stream.startsWith(String(logStreamNamePrefix)))
    .filter(({ timestamp }) => timestamp >= Number(startTime) && timestamp <= Number(endTime))
    .toSorted((a, b) => a.timestamp - b.timestamp);
  const events: object[] = [];
  let bytes = 0;
  let end = at;
  for (const { stream, timestamp, message } of range.slice(at, at + scannedAPage)) {
    const size = Buffer.byteLength(message) + 26;
    if (events.length >= MAX_PAGE_EVENTS || (events.length > 0 && bytes + size > MAX_PAGE_BYTES)) break;
    end++;
    if (!matches(filterPattern, message)) continue;
    bytes += size;
    events.push({
      logStreamName: stream,
      timestamp,
      message,
      ingestionTime: timestamp + 500,
      eventId: String(timestamp).padStart(56, '3'),
    });
  }
  return { events, searchedLogStreams: [], ...(end < range.length ? { nextToken: tokenOf(question, end) } : {}) };
}

function invalid(what: string): AwsRefusal {
  return new AwsRefusal('InvalidParameterException', `invalid: ${what}`);
}
