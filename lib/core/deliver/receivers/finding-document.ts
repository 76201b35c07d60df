/**
 * What machines get of an event: a JSON array with one object for each of its findings (contract §5). The texts in it are the
 * log's own, so secrets are taken out of them, and nothing in them can end a line, a terminal's state or the order of reading.
 */
import type { AlertState } from '../../model/alert.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { Finding, OutputValue } from '../../model/finding.ts';
import { redactText } from '../slack/redact-secrets.ts';
import { isSecretName } from '../slack/secret-name.ts';
import { utf8Bytes } from '../utf8.ts';

// ES2025 "JSON.parse source text access" (in Node since 21); TypeScript's library for ES2024 does not list it yet.
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): object };

/** Controls, format characters (those that reorder or hide text among them) and line ends that JSON leaves as they are. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** A longer text is cut before secrets are looked for in it, in UTF-16 units. */
const MAX_TEXT = 65_536;
/** The same for names and the like, of which there are many: to look through a text takes a microsecond a character. */
const MAX_NAME = 8_192;
/** Texts of an event that would be too large, in UTF-16 units, and how many there may be in a list. */
const SHORT_TEXT = 100;
const SHORT_LIST = 16;

type Document = { readonly [name: string]: unknown };

/**
 * The findings of an event as JSON. What is larger than the receiver takes loses its output fields, then has its long texts cut,
 * then its findings but the first ones; each such object says `"truncated": true`.
 *
 * @param maxBytes - Bound in UTF-8 bytes; at least 192 KB, into which one finding always fits.
 */
export function findingsDocument(delivery: Delivery, maxBytes: number): string {
  const whole = delivery.findings.map(({ finding }) => documentOf(finding, delivery.alert));
  const bare = whole.map((document) => ({ ...document, output_fields: {}, truncated: true }));
  const short = bare.map((document) => shortened(document));
  for (const documents of [whole, bare, short]) {
    const text = arrayText(documents);
    if (utf8Bytes(text) <= maxBytes) return text;
  }
  const fitting: Document[] = [];
  for (const document of short) if (utf8Bytes(arrayText([...fitting, document])) <= maxBytes) fitting.push(document);
  return arrayText(fitting);
}

/** Names of rules and ids are ours; what else is text comes from the log. */
function documentOf(finding: Finding, alert: AlertState | undefined): Document {
  const { id, rule, output_fields: fields, labels, ...rest } = finding;
  return {
    id,
    rule,
    ...Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [name, redacted(value, name === 'message' || name === 'output' ? MAX_TEXT : MAX_NAME)]),
    ),
    output_fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, outputValue(name, value)])),
    labels,
    ...(alert === undefined ? {} : { alert: alertDocument(alert) }),
  };
}

function redacted(value: unknown, maxChars: number): unknown {
  if (typeof value === 'string') return redactText(value, maxChars);
  if (Array.isArray(value)) return value.map((each) => redacted(each, maxChars));
  return isDocument(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redacted(each, maxChars)])) : value;
}

function alertDocument({ status, groupKey, fingerprint, startsAtMs, endsAtMs, labels, annotations, generatorUrl }: AlertState): Document {
  return {
    status,
    group_key: redacted(groupKey, MAX_NAME),
    fingerprint,
    starts_at_ms: startsAtMs,
    ends_at_ms: endsAtMs,
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, outputValue(name, value)])),
    annotations: Object.fromEntries(Object.entries(annotations).map(([name, value]) => [name, outputValue(name, value)])),
    generator_url: redacted(generatorUrl, MAX_NAME),
  };
}

/** Nanosecond times are printed as the exact integers they are. */
function outputValue(name: string, value: OutputValue): unknown {
  if (isSecretName(name)) return '[redacted]';
  if (typeof value === 'bigint') return rawJSON(String(value));
  return redacted(value, MAX_TEXT);
}

function shortened(value: Document): Document {
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 2 * SHORT_LIST)
      .map(([name, each]) => [name.slice(0, SHORT_TEXT), shortValue(each)]),
  );
}

function shortValue(value: unknown): unknown {
  if (typeof value === 'string') return value.length > SHORT_TEXT ? `${value.slice(0, SHORT_TEXT - 1)}…` : value;
  if (Array.isArray(value)) return value.slice(0, SHORT_LIST).map(shortValue);
  return isDocument(value) ? shortened(value) : value;
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null;
}

function arrayText(documents: readonly Document[]): string {
  return JSON.stringify(documents).replace(UNSEEN, escaped);
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}
