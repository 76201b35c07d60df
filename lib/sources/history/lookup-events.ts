/**
 * CloudTrail's own event history of one region (`LookupEvents`): management events of the last 90 days, newest first; no data events, no
 * Insights, nothing of other regions. Two requests a second for each account and region, also those of other programs and of the console.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html (read 2026-11-21)
 */
import type { CloudTrail } from '../../clients/aws-cloudtrail.ts';
import { awsErrorName } from '../../clients/aws-failure.ts';
import type { Stretch } from '../../core/reconcile/place.ts';
import { type History, type HistoryPage, TokenLost } from './history.ts';

/** Most events of a page. */
const PAGE_EVENTS = 50;
/** A little less than two a second. */
const PACE_MS = 550;

export interface LookupHistoryOptions {
  readonly region: string;
  /** Makes the client of that region when the first page is asked for. */
  readonly open: () => Promise<CloudTrail>;
  /** Leaves out calls that only read. The one attribute that a lookup takes. */
  readonly changesOnly: boolean;
}

/** The history of one region. */
export function lookupHistory({ region, open, changesOnly }: LookupHistoryOptions): History {
  let client: Promise<CloudTrail> | undefined;
  return {
    name: `reconcile aws_cloudtrail ${region}`,
    source: 'aws_cloudtrail',
    paceMs: PACE_MS,
    page: async (asked, left, token) => {
      // one that could not be made is made anew with the next page
      client ??= open().catch((cause: unknown) => {
        client = undefined;
        throw cause;
      });
      const cloudTrail = await client;
      try {
        const answer = await cloudTrail.lookupEvents({
          // Events have whole seconds; both ends are included.
          StartTime: new Date(Math.floor(asked.fromMs / 1_000) * 1_000),
          EndTime: new Date(Math.ceil(asked.toMs / 1_000) * 1_000),
          MaxResults: PAGE_EVENTS,
          ...(changesOnly ? { LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }] } : {}),
          ...(token === undefined ? {} : { NextToken: token }),
        });
        return pageOf(answer.Events ?? [], left, answer.NextToken);
      } catch (cause) {
        if (token !== undefined && awsErrorName(cause) === 'InvalidNextTokenException') throw new TokenLost('CloudTrail', { cause });
        throw cause;
      }
    },
    close: () => void client?.then((cloudTrail) => cloudTrail.close()).catch(() => undefined),
  };
}

type Events = NonNullable<Awaited<ReturnType<CloudTrail['lookupEvents']>>['Events']>;

function pageOf(events: Events, left: Stretch, token: string | undefined): HistoryPage {
  const times = events.map(({ EventTime: time }) => time?.getTime() ?? Number.NaN).filter((ms) => !Number.isNaN(ms));
  // Newest first: what is left ends with the second of the oldest one, which the next page may go on with.
  const toMs = Math.max(left.fromMs, Math.min(left.toMs, ...times));
  const records = events.map(({ EventId, EventSource, CloudTrailEvent }) => ({ EventId, EventSource, CloudTrailEvent }));
  return {
    text: records.length === 0 ? '' : JSON.stringify({ Events: records }),
    events: records.length,
    left: { fromMs: left.fromMs, toMs },
    token: token === '' ? undefined : token,
  };
}
