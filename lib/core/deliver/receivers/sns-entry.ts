/** Messages for an Amazon SNS topic (https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html, read 2026-11-21). */
import { fingerprint } from '../../fingerprint.ts';
import type { Delivery } from '../../model/delivery.ts';
import { groupIdOf } from '../incident/incident-subject.ts';
import { eventView, worstFinding } from '../slack/event-view.ts';
import { redactText } from '../slack/redact-secrets.ts';
import { shownText } from '../slack/shown-text.ts';
import { utf8Bytes } from '../utf8.ts';
import { findingsDocument } from './finding-document.ts';

/** One message. */
export interface SnsEntry {
  /** Subject line of e-mail subscriptions. */
  readonly subject: string;
  readonly message: string;
  /** What subscriptions filter by; all are strings. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a FIFO topic: what one person did at one place stays in its order, and a repeat within five minutes is dropped by SNS. */
  readonly fifo?: { readonly groupId: string; readonly deduplicationId: string };
  /** What counts towards the vendor's bound. */
  readonly sizeBytes: number;
}

/** Bound of a message, and of a batch of messages, with their attributes, in bytes. */
export const MAX_SNS_BYTES: number = 262_144;
/** Bound of a batch, in messages. */
export const MAX_SNS_ENTRIES = 10;
/** What attributes and their names take at most. */
const ATTRIBUTE_BYTES = 8_192;
/** Below 100 characters, vendor's bound. */
const MAX_SUBJECT = 99;
const MAX_ATTRIBUTE = 256;

/** The message that tells of an event. */
export function snsEntry(delivery: Delivery, isFifo: boolean): SnsEntry {
  const { finding } = worstFinding(delivery);
  const message = findingsDocument(delivery, MAX_SNS_BYTES - ATTRIBUTE_BYTES);
  const id = fingerprint(delivery.key);
  const attributes = Object.fromEntries(
    Object.entries({
      event_key: id,
      rule: finding.rule,
      priority: finding.priority,
      source: finding.source,
      account: finding.account,
      cluster: finding.cluster,
      user: finding.actor.user,
      status: delivery.alert?.status ?? null,
    }).flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, shownText(redactText(value), MAX_ATTRIBUTE)]])),
  );
  const sizes = Object.entries(attributes).map(([name, value]) => name.length + 'String'.length + utf8Bytes(value));
  return {
    subject: subjectOf(delivery),
    message,
    attributes,
    ...(isFifo ? { fifo: { groupId: groupIdOf(delivery, ''), deduplicationId: id } } : {}),
    sizeBytes: sizes.reduce((sum, size) => sum + size, utf8Bytes(message)),
  };
}

/** ASCII without controls; the word of the priority comes first, because a subject begins with a letter, a digit or a mark. */
function subjectOf(delivery: Delivery): string {
  const { priority, rule, title } = eventView(delivery);
  return shownText(`${priority}: ${rule}: ${title}`, MAX_SUBJECT)
    .replaceAll('…', '~')
    .replace(/[^\x20-\x7e]/gu, '?')
    .trimEnd();
}
