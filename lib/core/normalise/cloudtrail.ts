import { fingerprint } from '../fingerprint.ts';
import type { CloudTrailEvent, JsonObject } from '../model/audit-event.ts';
import type { RawRecord } from '../model/raw-record.ts';
import { parseRfc3339 } from '../time.ts';
import { at, flag, member, text } from './access.ts';
import { cloudtrailPrincipal } from './cloudtrail-principal.ts';
import { cloudtrailTarget } from './cloudtrail-target.ts';
import { defined, type Normalised, unusable } from './normalised.ts';

/** Makes one CloudTrail record an audit event (shape: CloudTrail User Guide, "record contents"; every member may be missing). */
export function normaliseCloudTrail(record: RawRecord, value: JsonObject): Normalised {
  const eventType = member(value, 'eventType');
  if (typeof eventType !== 'string') return unusable('no_event_type', 'a CloudTrail record needs eventType as a string');
  const time = parseRfc3339(text(value, 'eventTime') ?? '');
  if (time === undefined)
    return unusable('bad_time', 'a CloudTrail record needs eventTime as an RFC 3339 time such as 2026-11-21T08:00:00Z');
  const id = text(value, 'eventID') ?? `noid-${fingerprint(record.text)}`;
  const recordedName = actionOf(value);
  const eventName = canonicalEventName(recordedName);
  const event: CloudTrailEvent = {
    source: 'aws_cloudtrail',
    record,
    value,
    id,
    dedupeKey: `aws_cloudtrail ${text(value, 'sharedEventID') ?? originalId(value) ?? id}`,
    timeMs: time.ms,
    timeNs: time.ns,
    principal: cloudtrailPrincipal(value),
    target: cloudtrailTarget(value, eventName),
    service: serviceOf(text(value, 'eventSource')),
    action: recordedName,
    verb: recordedName,
    eventType,
    eventName,
    isDataEvent: isDataEvent(value),
    consoleSession: flag(value, 'sessionCredentialFromConsole') === true,
    ...defined({
      account: text(value, 'recipientAccountId') ?? text(value, 'userIdentity', 'accountId') ?? record.envelope.account,
      region: text(value, 'awsRegion') ?? record.envelope.region,
      readOnly: flag(value, 'readOnly'),
      error: errorOf(value),
      userAgent: text(value, 'userAgent'),
      sourceIp: text(value, 'sourceIPAddress'),
    }),
  };
  return { ok: true, event };
}

/** Managed Grafana names its real action in `additionalEventData.action` (clickops-notifier #68). */
function actionOf(value: JsonObject): string {
  const recorded = text(value, 'eventName') ?? '';
  return text(value, 'eventSource') === 'grafana.amazonaws.com' ? (text(value, 'additionalEventData', 'action') ?? recorded) : recorded;
}

/** An event name as tables know it: Lambda's date suffix, a prefix up to the last dot and a lower-case first letter are taken off. */
export function canonicalEventName(recorded: string): string {
  const bare = recorded.slice(recorded.lastIndexOf('.') + 1).replace(/20\d{6}(?:v\d+)?$/, '');
  const name = bare === '' ? recorded : bare;
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function originalId(value: JsonObject): string | undefined {
  return text(value, 'addendum', 'reason') === 'UPDATED_DATA' ? text(value, 'addendum', 'originalEventID') : undefined;
}

function serviceOf(eventSource: string | undefined): string {
  return eventSource?.replace(/\.amazonaws\.com(?:\.cn)?$/, '') ?? '';
}

/**
 * Records say of which category they are since version 1.07, and whether they are management events since 1.06. In older ones
 * what was touched tells it: data events then were those of S3 objects (CloudTrail User Guide, "record contents").
 */
function isDataEvent(value: JsonObject): boolean {
  const category = text(value, 'eventCategory');
  if (category !== undefined) return category === 'Data';
  const isManagement = flag(value, 'managementEvent');
  return isManagement === undefined ? touchesObjects(value) : !isManagement;
}

function touchesObjects(value: JsonObject): boolean {
  const resources = at(value, 'resources');
  return Array.isArray(resources) && resources.some((resource) => text(resource, 'type') === 'AWS::S3::Object');
}

/** What the sign-in pages did, under the action's own name: they tell a failure there, without an error code. */
const SIGN_IN_ANSWERS = ['ConsoleLogin', 'PasswordUpdated', 'PasswordRecoveryCompleted', 'EmailUpdated'] as const;

function errorOf(value: JsonObject): { readonly code: string; readonly message?: string } | undefined {
  const code = text(value, 'errorCode');
  const message = text(value, 'errorMessage');
  if (code === undefined && !SIGN_IN_ANSWERS.some((name) => at(value, 'responseElements', name) === 'Failure')) return undefined;
  return { code: code ?? 'Failure', ...defined({ message }) };
}
