/**
 * What a log group of a cluster has kept (`FilterLogEvents`), through the same filter pattern that its subscription has. Pages come oldest
 * first; a page may be empty and still have another one behind it, because the service searches for a while and then says how far it has come.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html (read 2026-11-21)
 */
import { awsErrorName } from '../../clients/aws-failure.ts';
import type { CloudWatchLogs } from '../../clients/aws-logs.ts';
import type { Stretch } from '../../core/reconcile/place.ts';
import { type History, type HistoryPage, TokenLost } from './history.ts';

/** Five requests a second for each account and region in most regions (CloudWatch Logs quotas, read 2026-11), less room for others. */
const PACE_MS = 300;

/** The audit log's streams; the group has the API server's, the scheduler's and other programs' lines too (EKS User Guide). */
const STREAM_PREFIX = 'kube-apiserver-audit';

export interface LogHistoryOptions {
  readonly logGroup: string;
  /** The account that the group is in, as a subscription tells it. */
  readonly owner: string;
  /** Of the subscription; empty: everything. */
  readonly filterPattern: string;
  /** Tells the question from another one about the same group. */
  readonly part?: string;
  /** Makes the client when the first page is asked for. */
  readonly open: () => Promise<CloudWatchLogs>;
}

/** What a log group has kept. */
export function logHistory({ logGroup, owner, filterPattern, part, open }: LogHistoryOptions): History {
  let client: Promise<CloudWatchLogs> | undefined;
  return {
    name: `reconcile k8s_audit ${logGroup}${part === undefined ? '' : ` ${part}`}`,
    source: 'k8s_audit',
    paceMs: PACE_MS,
    page: async (asked, left, token) => {
      // one that could not be made is made anew with the next page
      client ??= open().catch((cause: unknown) => {
        client = undefined;
        throw cause;
      });
      const logs = await client;
      try {
        const answer = await logs.filterLogEvents({
          logGroupName: logGroup,
          logStreamNamePrefix: STREAM_PREFIX,
          startTime: asked.fromMs,
          endTime: asked.toMs,
          ...(filterPattern === '' ? {} : { filterPattern }),
          ...(token === undefined ? {} : { nextToken: token }),
        });
        return pageOf(answer.events ?? [], { logGroup, owner }, left, answer.nextToken);
      } catch (cause) {
        // The service has no error of its own for this; without a token the same parameters were taken before.
        if (token !== undefined && awsErrorName(cause) === 'InvalidParameterException') throw new TokenLost('CloudWatch Logs', { cause });
        throw cause;
      }
    },
    close: () => void client?.then((logs) => logs.close()).catch(() => undefined),
  };
}

type Events = NonNullable<Awaited<ReturnType<CloudWatchLogs['filterLogEvents']>>['events']>;

function pageOf(
  events: Events,
  group: Pick<LogHistoryOptions, 'logGroup' | 'owner'>,
  left: Stretch,
  token: string | undefined,
): HistoryPage {
  const newestMs = Math.max(left.fromMs, ...events.map(({ timestamp }) => timestamp ?? 0));
  return {
    text: events.length === 0 ? '' : subscriptionText(events, group),
    events: events.length,
    left: { fromMs: Math.min(newestMs, left.toMs), toMs: left.toMs },
    token: token === '' ? undefined : token,
  };
}

/** As a subscription sends them, so that readers take account and cluster from the same places. */
function subscriptionText(events: Events, { logGroup, owner }: Pick<LogHistoryOptions, 'logGroup' | 'owner'>): string {
  return JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner,
    logGroup,
    logStream: STREAM_PREFIX,
    subscriptionFilters: [],
    logEvents: events.map(({ eventId, timestamp, message }) => ({ id: eventId, timestamp, message })),
  });
}
