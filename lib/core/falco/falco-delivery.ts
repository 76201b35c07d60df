/**
 * Events that Falco found (https://falco.org/docs/outputs/formatting/, `json_output: true`), as they come from Falco itself or from
 * falcosidekick's webhook output. They are findings already: no rule of ours is asked, and none of them is drift.
 */
import type { FailureCode } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { parseTree } from '../json/tree.ts';
import type { Json, JsonObject } from '../model/audit-event.ts';
import type { Delivery } from '../model/delivery.ts';
import { type Finding, type OutputValue, PRIORITIES, type Priority } from '../model/finding.ts';
import type { ForeignRecord } from '../model/raw-record.ts';
import { isObject, text } from '../normalise/access.ts';
import { nodeAt } from '../rules/fields/read.ts';
import { civilTime, formatRfc3339, type Instant, parseRfc3339 } from '../time.ts';

/** What a Falco event came to. */
export type FalcoReading =
  | { readonly ok: true; readonly delivery: Delivery }
  | { readonly ok: false; readonly code: FailureCode; readonly hint: string };

/** Longest texts that are kept, in UTF-16 units: a rule's name, a tag, a value of a field, an output. */
const MAX_NAME = 300;
const MAX_TAG = 100;
const MAX_VALUE = 4_096;
const MAX_OUTPUT = 16_384;
/** Tags and fields beyond so many are left out. */
const MAX_TAGS = 50;
const MAX_FIELDS = 100;
/** Deeper than the readers let any record be nested. */
const MAX_DEPTH = 1_000;

/** The tag of findings that count as manual changes; what comes from outside cannot give it to itself. */
const DRIFT = 'drift';

/**
 * Reads one event.
 *
 * @param labels - Labels that every finding carries.
 */
export function falcoDelivery(record: ForeignRecord, labels: Finding['labels']): FalcoReading {
  const value = parse(record.text);
  if (!isObject(value)) return { ok: false, code: 'bad_json', hint: 'the event is not a JSON object' };
  const fields = isObject(value['output_fields'] ?? null) ? (value['output_fields'] as JsonObject) : {};
  const rule = text(value, 'rule')?.slice(0, MAX_NAME);
  if (rule === undefined || rule === '') return { ok: false, code: 'not_an_event', hint: 'a Falco event names its rule' };
  const time = parseRfc3339(text(value, 'time') ?? '');
  if (time === undefined) return { ok: false, code: 'bad_time', hint: 'a Falco event has an RFC 3339 time' };
  // the event itself has no id; falcosidekick gives it one, else the same text is the same event
  const id = text(value, 'uuid')?.slice(0, MAX_TAG) ?? fingerprint(record.text);
  const finding = findingOf(value, fields, { rule, time, id, labels, record });
  const key = `falco ${id}`;
  return {
    ok: true,
    delivery: {
      key,
      requestKey: key,
      findings: [
        {
          finding,
          recordText: record.text,
          origin: record.origin,
          timeMs: time.ms,
          foreignSource: (text(value, 'source') ?? 'unknown').slice(0, MAX_TAG),
        },
      ],
    },
  };
}

/** True for an object that Falco wrote. */
export function isFalcoEvent(value: JsonObject): boolean {
  const isNamed = text(value, 'rule') !== undefined && text(value, 'priority') !== undefined;
  return isNamed && (text(value, 'output') !== undefined || isObject(value['output_fields'] ?? null));
}

interface Known {
  readonly rule: string;
  readonly time: Instant;
  readonly id: string;
  readonly labels: Finding['labels'];
  readonly record: ForeignRecord;
}

function findingOf(value: JsonObject, fields: JsonObject, { rule, time, id, labels, record }: Known): Finding {
  const { clock, nanos } = civilTime(time.ns);
  const priority = priorityOf(text(value, 'priority') ?? '');
  const field = (...names: readonly string[]): string | null => first(fields, names);
  const output = (text(value, 'output') ?? rule).slice(0, MAX_OUTPUT);
  const pod = field('k8s.pod.name', 'k8smeta.pod.name', 'ka.target.name');
  return {
    id,
    rule,
    priority,
    source: 'falco',
    tags: tagsOf(value['tags'] ?? null),
    time: formatRfc3339(time.ns),
    hostname: text(value, 'hostname')?.slice(0, MAX_NAME) ?? field('evt.hostname') ?? record.envelope.cluster ?? 'unknown',
    message: output,
    output: /^\d\d:\d\d:\d\d\.\d{9}: /.test(output) ? output : `${clock}.${nanos}: ${priority} ${output}`,
    output_fields: outputFields(fields, record.text),
    account: null,
    account_name: null,
    region: null,
    cluster: record.envelope.cluster ?? null,
    actor: {
      hand: 'unknown',
      user: field('user.name', 'ka.user.name', 'ct.user') ?? 'unknown',
      principal: null,
      session: null,
      source_identity: null,
      channel: 'other',
      source_ip: null,
      user_agent: null,
      mfa: null,
      impersonates: null,
    },
    action: { class: 'data', service: 'falco', name: rule, verb: field('evt.type', 'ka.verb', 'ct.name') ?? 'alert', error: null },
    target: {
      kind: pod === null ? (field('container.name') === null ? null : 'Container') : 'Pod',
      name: pod ?? field('container.name'),
      namespace: field('k8s.ns.name', 'k8smeta.ns.name', 'ka.target.namespace'),
      subresource: null,
      arn: null,
    },
    reason: 'falco',
    pipeline: null,
    labels,
    truncated: false,
  };
}

function parse(json: string): Json {
  try {
    return JSON.parse(json) as Json;
  } catch {
    return null;
  }
}

/** Unknown words count as a warning: they are told, and wake nobody. */
function priorityOf(word: string): Priority {
  const asked = word.toLowerCase() === 'info' ? 'informational' : word.toLowerCase();
  return PRIORITIES.find((priority) => priority.toLowerCase() === asked) ?? 'Warning';
}

function tagsOf(value: Json): readonly string[] {
  const tags = Array.isArray(value) ? value.filter((tag) => typeof tag === 'string' && tag !== DRIFT) : [];
  return [...new Set(tags.slice(0, MAX_TAGS).map((tag) => String(tag).slice(0, MAX_TAG)))].sort();
}

/** The first field that has a telling text; Falco writes `<NA>` where it knows none. */
function first(fields: JsonObject, names: readonly string[]): string | null {
  for (const name of names) {
    const found = text(fields, name);
    if (found !== undefined && found !== '' && found !== '<NA>') return found.slice(0, MAX_VALUE);
  }
  return null;
}

/** The fields as they were printed; an integer that a JavaScript number cannot hold, a time in nanoseconds, exactly. */
function outputFields(fields: JsonObject, json: string): Readonly<Record<string, OutputValue>> {
  const root = parseTree(json, MAX_DEPTH);
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, MAX_FIELDS)
      .map(([name, value]) => {
        const node = typeof value === 'number' && !Number.isSafeInteger(value) ? nodeAt(root, ['output_fields', name]) : undefined;
        const spelt = node === undefined ? '' : json.slice(node.start, node.end);
        return [name.slice(0, MAX_TAG), /^-?\d{16,25}$/.test(spelt) ? BigInt(spelt) : outputValue(value)];
      }),
  );
}

function outputValue(value: Json): OutputValue {
  if (typeof value === 'string') return value.slice(0, MAX_VALUE);
  return typeof value === 'object' && value !== null ? JSON.stringify(value).slice(0, MAX_VALUE) : value;
}
