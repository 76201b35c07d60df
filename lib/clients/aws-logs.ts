/** The client of CloudWatch Logs; see `aws.ts` for when it is loaded. */
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { type AwsOptions, settingsOf } from './aws-options.ts';

/** The calls of CloudWatch Logs that Driftwire makes; each rejects with the SDK's own errors. */
export interface CloudWatchLogs {
  filterLogEvents(input: FilterLogEventsCommandInput): Promise<FilterLogEventsCommandOutput>;
  /** Lets go of connections. */
  close(): void;
}

/** Longest wait for a page, in ms: CloudWatch Logs searches before it answers. */
const ANSWER_MS = 30_000;

/** A client of CloudWatch Logs. Repeats nothing: whoever pages keeps the pace. */
export function cloudWatchLogs(options: AwsOptions = {}): CloudWatchLogs {
  const client = new CloudWatchLogsClient({ ...settingsOf({ timeoutMs: ANSWER_MS, ...options }), maxAttempts: 1 });
  return {
    filterLogEvents: (input) => client.send(new FilterLogEventsCommand(input)),
    close: () => client.destroy(),
  };
}
