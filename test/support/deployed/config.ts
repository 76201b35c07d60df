import { SAMPLE_CONFIG } from '../../../lib/simulate/sample-config.ts';
import { REGION } from '../lambda-host/aws.ts';

/** Where the organisation's trail writes. */
export const BUCKET = 'acme-org-trail';
/** Bearer token of those who post events and alerts. */
export const TOKEN = 'a-token-that-senders-show';
/** Clusters and the accounts they are in; the made-up EKS itself acts from the emulator's. */
export const CLUSTERS = { demo: '111122223333', staging: '999988887777' } as const;

/** Channels beside the one for all the rest: a channel takes about a message a second, and the incidents of this test are those of a week. */
export const CHANNELS: readonly string[] = ['C00WORST', 'C000DEMO', 'C0STAGING', 'C000ONES', 'C0000OWN'];

/** Text of driftwire.yaml, for addresses of Loki, of Slack's API and of Prometheus' remote write. */
export const configText = (loki: string, slack: string, prometheus: string): string => `${SAMPLE_CONFIG}
loki: { url: "${loki}" }
prometheus: { remote_write: { url: "${prometheus}" } }
slack:
  token: { ssm: /driftwire/slack-token }
  signing_secret: { ssm: /driftwire/slack-signing }
  channel: "C0DRIFT"
  api_url: "${slack}"
  incidents_per_minute: 8
  routes:
    - { match: { priority: critical }, channel: C00WORST }
    - { match: { cluster: demo }, channel: C000DEMO }
    - { match: { cluster: staging }, channel: C0STAGING }
    - { match: { account: "111111111111" }, channel: C000ONES }
    - { match: { account: "123456789012" }, channel: C0000OWN }
  actions: { allow_users: [U0ALICE] }
serve: { ingest_token: { ssm: /driftwire/ingest-token } }
aws:
  region: ${REGION}
  eks: { log_groups: [${Object.keys(CLUSTERS)
    .map((cluster) => `/aws/eks/${cluster}/cluster`)
    .join(', ')}], through: kinesis }
  cloudtrail: { bucket: ${BUCKET} }
  webhook: true
`;
