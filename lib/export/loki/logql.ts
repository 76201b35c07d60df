/** Selectors and counts over what Driftwire writes to Loki (labels and structured metadata as the contract names them, §7). */

import { labelsOf, METRIC } from '../metrics.ts';

/** Where an entry's audit event came from. */
export type LokiSource = 'k8s_audit' | 'aws_cloudtrail';

/** Rules whose findings carry the tag `drift`: an entry counts as a manual change when one of them is among its `rules`. */
const DRIFT_RULES: Readonly<Record<LokiSource, readonly string[]>> = {
  k8s_audit: ['Manual Kubernetes change', 'Interactive session in a pod'],
  aws_cloudtrail: ['Manual AWS change', 'Interactive session on a host'],
};

/** The stream selector of a source. */
export function stream(source: LokiSource, matchers: readonly string[] = []): string {
  return `{${['service_name="driftwire"', `source="${source}"`, ...matchers].join(', ')}}`;
}

/** Entries of one source about manual changes and sessions: one entry for each event. Fields are structured metadata, so no parser is needed. */
export function manualChanges(source: LokiSource, matchers: readonly string[] = []): string {
  return `${stream(source, matchers)} | rules=~"(.*,)?(${DRIFT_RULES[source].join('|')})(,.*)?"`;
}

/** What the counters have as labels, as an entry has it: structured metadata, but for the cluster and the account, which are stream labels. */
export const LOKI_FIELDS: Readonly<Record<LokiSource, readonly string[]>> = {
  k8s_audit: labelsOf(METRIC.kubernetesChanges),
  aws_cloudtrail: labelsOf(METRIC.awsChanges),
};
