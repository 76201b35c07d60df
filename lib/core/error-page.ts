import { DROP_REASONS, FAILURE_CODES } from './errors.ts';

/** What each reason for dropping a record means, for people. */
export const DROP_MEANINGS: Readonly<Record<(typeof DROP_REASONS)[number], string>> = {
  read: 'reads only',
  service: 'AWS itself or the Kubernetes control plane acted',
  pipeline: 'a declared pipeline acted',
  workload: 'software acted with a credential that no person holds, or that was declared under `workloads:`',
  noise: 'an entry of the noise tables (docs/verdicts.md)',
  attempt: 'the call failed or was denied, and no rule asks for it',
  dry_run: 'only asked what would happen',
  data: 'a data-plane event, and no rule asks for it',
  sign_in: 'a sign-in, and no rule asks for it',
  stage: 'a stage of a Kubernetes request whose other stage is the one that is reported',
  ignored: 'an `ignore:` entry of the configuration expects it',
  no_rule: 'a manual change, but no loaded rule matches it',
  outside_window: 'before `--since` or not before `--until`',
  notification: 'an S3 notice: it names an object and holds no record',
  test_notice: 'a test message of S3 or the confirmation of an SNS subscription',
  control_message: 'CloudWatch Logs checks whether the destination of a subscription answers',
  other_log: 'a line of another component in a control plane log group (klog, authenticator)',
  digest: 'a CloudTrail digest file',
  insight: 'a CloudTrail insight record',
  network_activity: 'a CloudTrail network-activity record',
  aggregated: 'a CloudTrail summary of five minutes of data events',
  config: 'an AWS Config object',
  forged: 'an EventBridge event whose source does not begin with `aws.`: anybody may put such an event on a bus',
  other_event: 'an EventBridge event that holds no CloudTrail record',
  text_line: 'a line that is no JSON, between JSON lines',
};

/** What each failure means, and what to do. */
export const FAILURE_MEANINGS: Readonly<Record<(typeof FAILURE_CODES)[number], readonly [string, string]>> = {
  bad_json: [
    'the text is not JSON, or cut beyond recovery',
    'look at the file at the line named; a log that was rotated while it was copied ends like that',
  ],
  unknown_format: [
    'JSON that no reader knows',
    'the hint names what was seen; see "What is read" in the README, and open an issue with a sanitised sample',
  ],
  too_large: ['a single record is larger than any real one', 'look whether the file is an audit log at all'],
  too_deep: ['a record is nested deeper than any real one', 'as above'],
  bad_envelope: ['the payload of an envelope cannot be unpacked', 'fetch the message again from the queue or stream'],
  bad_gzip: ['a gzip file is damaged or cut; what came before the damage was read', 'fetch the file again'],
  bomb: [
    'the input inflates far beyond what audit logs do; what came before the bound was read',
    'do not open it elsewhere; find out who wrote it',
  ],
  no_event_type: ['a CloudTrail record lacks eventType', 'it did not come from CloudTrail as it is'],
  bad_time: [
    'the time of a record is missing or is not RFC 3339',
    'it did not come from the vendor as it is; audit events before Kubernetes 1.8 have none',
  ],
  not_an_event: ['a record is no JSON object', 'look at the file at the place named'],
  unreadable: ['the file could not be opened or read', 'check path and rights'],
  rule_error: ['a rule failed at run time; the other rules went on', 'the message names the rule; mend its condition or switch it off'],
};

/** The documentation page of all counted codes (`docs/errors.md`). */
export function errorPage(): string {
  const drops = DROP_REASONS.map((reason) => `| \`${reason}\` | ${DROP_MEANINGS[reason]} |`);
  const failures = FAILURE_CODES.map((code) => `| \`${code}\` | ${FAILURE_MEANINGS[code].join(' | ')} |`);
  return `# What is counted, and why

Every record that is read is counted once: \`records = events with findings + dropped + failed + duplicates\`. Made from the
closed sets in \`lib/core/errors.ts\`; do not edit by hand. A code is never reused for another meaning.

## Dropped

| \`reason\` | meaning |
| --- | --- |
${drops.join('\n')}

## Failed

A failed item is named on standard error with its file, line and position; everything else is still reported, and the exit status is 3.

| \`code\` | meaning | what to do |
| --- | --- | --- |
${failures.join('\n')}

## Duplicates

The record of an event that has made its finding already: a second trail, a second route, a repeated delivery.
`;
}
