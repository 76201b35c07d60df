import type { Json, JsonObject } from '../../model/audit-event.ts';
import { redactedJson } from './redact-json.ts';
import { redactText } from './redact-secrets.ts';
import { CommandReader } from './redact-words.ts';

/** An address is as long as anybody likes; a command is known by its beginning. */
const MAX_URI = 8_000;
/** Of a Kubernetes object: what stands in the row "On" already, and what the server writes. */
const SAID = new Set(['kind', 'apiVersion', 'status', 'metadata']);
const SAID_OF_METADATA = new Set([
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'managedFields',
]);

/** What the request asked for, without secrets: CloudTrail's parameters, a command run in a pod, the body of a Kubernetes request. */
export function requestText(recordText: string): string | undefined {
  const text = askedText(recordText);
  return text === '{}' ? undefined : text;
}

function askedText(recordText: string): string | undefined {
  const record = objectOf(parsed(recordText));
  if (record === undefined) return undefined;
  const command = commandOf(record['requestURI']);
  if (command !== '') return `$ ${command}`;
  const asked = record['requestParameters'] ?? record['requestObject'];
  if (typeof asked !== 'object' || asked === null) return undefined;
  if (record['requestParameters'] !== undefined) return redactedJson(asked);
  const object = objectOf(asked);
  const isSecret = object?.['kind'] === 'Secret' || objectOf(record['objectRef'])?.['resource'] === 'secrets';
  return redactedJson(object === undefined ? asked : telling(object), { isSecret });
}

/** What tells of a change: the object without what is the same in all objects, and what describes it last. */
function telling(object: JsonObject): JsonObject {
  const metadata = without(objectOf(object['metadata']) ?? {}, SAID_OF_METADATA);
  return { ...without(object, SAID), ...(Object.keys(metadata).length === 0 ? {} : { metadata }) };
}

function without(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));
}

/** The arguments of `exec`: each a `command=` of the address's query. */
function commandOf(uri: Json | undefined): string {
  if (typeof uri !== 'string') return '';
  const query = uri.slice(0, MAX_URI).split('?')[1] ?? '';
  const words = query
    .split('&')
    .flatMap((pair) => (pair.startsWith('command=') ? [decoded(pair.slice('command='.length).replaceAll('+', ' '))] : []));
  const reader = new CommandReader();
  return redactText(words.map((word) => redactText(reader.word(word))).join(' '));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no encoding of UTF-8: shown as it was sent
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // a record that was cut has no parameters to show
  }
}

function objectOf(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
