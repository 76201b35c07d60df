/** The closed codes of a run, in words for people; the compiler asks for a line when a code is added. */
import { REASONS } from '../core/classify/reasons.ts';
import type { DropReason, FailureCode } from '../core/errors.ts';
import type { EventClass, Hand } from '../core/model/verdict.ts';

/** Why records made no finding. */
export const DROP_WORDS: Readonly<Record<DropReason, string>> = {
  read: 'only read something',
  service: 'AWS itself or the Kubernetes control plane',
  pipeline: 'a declared pipeline',
  workload: 'software with a machine credential',
  noise: 'an entry of the noise tables',
  attempt: 'failed or denied, and no rule asks for it',
  dry_run: 'asked only what would happen',
  data: 'data-plane event',
  sign_in: 'sign-in that no rule asks for',
  stage: 'another stage of the same request is the one reported',
  ignored: 'an ignore entry of the configuration',
  no_rule: 'a manual change, but no loaded rule matched',
  outside_window: 'before --since or after --until',
  notification: 'S3 notice: it names an object and holds no record',
  test_notice: 'test message of S3 or SNS',
  control_message: 'control message of a log subscription',
  other_log: 'other log lines of the control plane',
  digest: 'CloudTrail digest',
  insight: 'CloudTrail insight',
  network_activity: 'CloudTrail network activity',
  aggregated: 'CloudTrail summary of data events',
  config: 'AWS Config object',
  forged: 'EventBridge event that does not come from AWS',
  other_event: 'EventBridge event without a CloudTrail record',
  text_line: 'a line of text between JSON lines',
};

/** Why items could not be read. */
export const FAILURE_WORDS: Readonly<Record<FailureCode, string>> = {
  bad_json: 'not JSON, or cut beyond recovery',
  unknown_format: 'JSON that no reader knows',
  too_large: 'larger than the bound for one record',
  too_deep: 'nested deeper than the bound',
  bad_envelope: 'an envelope whose payload cannot be unpacked',
  bad_gzip: 'damaged or cut gzip data',
  bomb: 'inflates beyond the bound',
  no_event_type: 'CloudTrail record without eventType',
  bad_time: 'no usable time',
  not_an_event: 'no audit event',
  unreadable: 'could not be opened or read',
  rule_error: 'a rule failed on it',
};

/** Was it a change? */
export const CLASS_WORDS: Readonly<Record<EventClass, string>> = {
  change: 'it changed something',
  data: 'a data-plane event, no change of infrastructure',
  interactive: 'it opened a session',
  sign_in: 'a sign-in',
  attempt: 'an attempt that failed or was denied',
  dry_run: 'a dry run',
  read: 'it only read something',
  noise: 'upkeep of no interest',
};

/** Whose hand? */
export const HAND_WORDS: Readonly<Record<Hand, string>> = {
  human: 'a person',
  pipeline: 'a declared pipeline',
  service: 'AWS itself or the Kubernetes control plane',
  workload: 'software with a machine credential',
  unknown: 'nobody can tell, so it is reported',
};

/** A reason code in words; a code this version does not know is given back as it is. */
export function reasonWords(code: string): string {
  const words: Readonly<Record<string, string>> = REASONS;
  return Object.hasOwn(words, code) ? (words[code] ?? code) : code;
}
