/** The client of CloudTrail; see `aws.ts` for when it is loaded. */
import {
  CloudTrailClient,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { type AwsOptions, settingsOf } from './aws-options.ts';

/** The calls of CloudTrail that Driftwire makes; each rejects with the SDK's own errors. */
export interface CloudTrail {
  lookupEvents(input: LookupEventsCommandInput): Promise<LookupEventsCommandOutput>;
  /** Lets go of connections. */
  close(): void;
}

/** Longest wait for a page, in ms: CloudTrail searches before it answers. */
const ANSWER_MS = 15_000;

/** A client of CloudTrail. Repeats nothing: two calls a second are all there is in an account, and whoever pages keeps that pace. */
export function cloudTrail(options: AwsOptions = {}): CloudTrail {
  const client = new CloudTrailClient({ ...settingsOf({ timeoutMs: ANSWER_MS, ...options }), maxAttempts: 1 });
  return {
    lookupEvents: (input) => client.send(new LookupEventsCommand(input)),
    close: () => client.destroy(),
  };
}
