/**
 * Every code Driftwire counts or throws, in one file; `docs/errors.md` explains each.
 * A code is never reused for another meaning: metrics, scripts and alerts rely on them.
 */

/** Why a record that was read became no finding. */
export const DROP_REASONS = [
  'read', // reads only
  'service', // AWS itself or the Kubernetes control plane
  'pipeline', // a declared pipeline
  'workload', // software with a machine credential (silent by evidence or declaration)
  'noise', // an entry of the noise tables
  'attempt', // failed or denied, and no rule asked for it
  'dry_run', // asked only what would happen
  'data', // data-plane event
  'sign_in', // sign-in that no rule asked for
  'stage', // a stage of a request whose other stage is the one reported
  'ignored', // an `ignore:` entry of the configuration
  'no_rule', // a manual change, but no loaded rule matched
  'outside_window', // before --since or after --until
  'notification', // an S3 notice: names an object, holds no record
  'test_notice', // s3:TestEvent, SNS subscription confirmation
  'control_message', // CONTROL_MESSAGE of a log subscription
  'other_log', // klog, authenticator and other non-audit lines of a control plane log group
  'digest', // CloudTrail digest object
  'insight', // CloudTrail insight record
  'network_activity', // CloudTrail network-activity record
  'aggregated', // CloudTrail summary of data events
  'config', // AWS Config object
  'forged', // EventBridge event whose source does not begin with aws.
  'other_event', // EventBridge event that carries no CloudTrail record
  'text_line', // a line that is no JSON at all, between JSON lines
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Why an item of the input could not be read. */
export const FAILURE_CODES = [
  'bad_json', // not JSON, or cut beyond recovery
  'unknown_format', // JSON that no reader knows
  'too_large', // a record above the size bound
  'too_deep', // nested deeper than the bound
  'bad_envelope', // an envelope whose payload cannot be unpacked (base64, gzip)
  'bad_gzip', // damaged or truncated gzip file
  'bomb', // inflates beyond the bound
  'no_event_type', // CloudTrail record without eventType
  'bad_time', // no RFC 3339 time
  'not_an_event', // record that is not an object or lacks what makes it an audit event
  'unreadable', // the file could not be opened or read
  'rule_error', // a rule failed at run time
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** Codes of errors that end a run. */
export type ErrorCode =
  | 'DW_CONFIG_INVALID'
  | 'DW_RULES_INVALID'
  | 'DW_USAGE'
  | 'DW_INPUT_UNREADABLE'
  | 'DW_DECODE_TOO_LARGE'
  | 'DW_DECODE_CORRUPT'
  | 'DW_STORE_UNAVAILABLE' // busy, full or not reachable: the same call may succeed later
  | 'DW_STORE_UNUSABLE' // damaged, foreign, of a newer version, without rights, or closed
  | 'DW_INTERNAL';

/** An error with a closed code, told apart by code and never by message. */
export class DriftwireError extends Error {
  readonly code: ErrorCode;
  /** True when the same call may succeed later. */
  readonly retryable: boolean;
  constructor(code: ErrorCode, message: string, options: { readonly retryable?: boolean; readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'DriftwireError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
