/**
 * One entry of Loki for one event. Labels, time, line and metadata are a pure function of the event and of what the rules made
 * of it: Loki takes an entry for the same only when all four are equal, so nothing here may tell when, how often or by whom it is sent.
 */
import type { Delivery } from '../model/delivery.ts';
import { type Finding, type FindingWithOrigin, PRIORITIES, type Priority } from '../model/finding.ts';
import { formatRfc3339, parseRfc3339 } from '../time.ts';
import { lokiLine } from './loki-line.ts';
import { utf8Bytes, utf8Head } from './utf8.ts';

/** Names and values, as Loki's labels and structured metadata are. */
export type Pairs = Readonly<Record<string, string>>;

/** What is the same for every entry. */
export interface LokiEntryOptions {
  /** Names of metadata that become labels instead. */
  readonly promoted: readonly string[];
  /** Bound of a line, in UTF-8 bytes. */
  readonly maxLineBytes: number;
  /** False for a Loki before 3.0: the metadata is put into the line, as its first member `driftwire`. */
  readonly structuredMetadata: boolean;
}

/** An entry and the stream it belongs to. */
export interface LokiEntry {
  /** Labels, sorted by name. */
  readonly stream: Pairs;
  readonly timeNs: bigint;
  readonly line: string;
  readonly metadata: Pairs;
  /** Raw size as Loki counts it: line, names and values of the metadata. */
  readonly sizeBytes: number;
}

/** Loki's `max_label_value_length`; metadata is held to the same, so that all of it together stays far below 64 KB. */
const MAX_VALUE_BYTES = 2048;
/** Names of many rules, joined. */
const MAX_RULES_BYTES = 16 * 1024;

const LEVELS: Readonly<Record<Priority, string>> = {
  Emergency: 'critical',
  Alert: 'critical',
  Critical: 'critical',
  Error: 'error',
  Warning: 'warn',
  Notice: 'info',
  Informational: 'info',
  Debug: 'debug',
};

/** The entry of an event. */
export function lokiEntry(delivery: Delivery, options: LokiEntryOptions): LokiEntry {
  const { findings } = delivery;
  const worst = findings.reduce((a, b) => (rank(b) < rank(a) ? b : a));
  const { finding, recordText, timeMs } = worst;
  const whole = lokiLine(finding.source, recordText, finding.id, options.maxLineBytes);
  const all = metadataOf(worst, findings, whole.isCut);
  const promoted = pick(all, (name) => options.promoted.includes(name));
  const rest = pick(all, (name) => !options.promoted.includes(name));
  const line = options.structuredMetadata ? whole.text : folded(rest, worst, whole.text, options.maxLineBytes);
  const metadata = options.structuredMetadata ? rest : {};
  const timeNs = parseRfc3339(finding.time)?.ns ?? BigInt(Math.trunc(timeMs)) * 1_000_000n;
  return {
    stream: sorted({ ...finding.labels, ...promoted, ...ownLabels(finding, timeNs, delivery.ingest) }),
    timeNs,
    line,
    metadata,
    sizeBytes: utf8Bytes(line) + Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + utf8Bytes(value), 0),
  };
}

/**
 * What comes late is in a stream of its own hour: Loki refuses an entry that is more than an hour behind the newest of its stream,
 * also the repeat of one that it has, and archives are read in any order and more than once. No entry of such a stream is ever
 * that far behind another.
 */
function ownLabels({ source, account, cluster }: Finding, timeNs: bigint, ingest: Delivery['ingest']): Pairs {
  const own = { service_name: 'driftwire', source, account: account ?? '', cluster: cluster ?? '' };
  // `2026-11-20T09`
  return ingest === undefined ? own : { ...own, ingest, ingest_hour: formatRfc3339(timeNs).slice(0, -17) };
}

function metadataOf({ finding }: FindingWithOrigin, findings: Delivery['findings'], isCut: boolean): Pairs {
  const { actor, action, target } = finding;
  return bounded({
    user: actor.user,
    verb: action.verb,
    kind: target.kind,
    namespace: target.namespace,
    name: target.name,
    rule: finding.rule,
    rules: findings.map((each) => each.finding.rule).join(','),
    priority: finding.priority,
    class: action.class,
    hand: actor.hand,
    channel: actor.channel,
    region: finding.region,
    service: action.service,
    action: action.name,
    event_id: finding.id,
    // Loki would guess it from words in the line: a record that merely holds "error" would be one
    detected_level: LEVELS[finding.priority],
    truncated: isCut || finding.truncated ? 'true' : null,
  });
}

/** Rules of one priority count in the order of the rule files. */
function rank({ finding }: FindingWithOrigin): number {
  return PRIORITIES.indexOf(finding.priority);
}

/** Loki drops empty values by itself; sent, they would make the same entry look different in tests and proxies. */
function bounded(values: Readonly<Record<string, string | null>>): Pairs {
  const pairs = Object.entries(values).map(([name, value]) => {
    const most = name === 'rules' ? MAX_RULES_BYTES : MAX_VALUE_BYTES;
    return [name, utf8Head((value ?? '').toWellFormed(), most)] as const;
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

function sorted(labels: Pairs): Pairs {
  return Object.fromEntries(Object.entries(bounded(labels)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pick(pairs: Pairs, wants: (name: string) => boolean): Pairs {
  return Object.fromEntries(Object.entries(pairs).filter(([name]) => wants(name)));
}

/** Less room than this for the record behind the metadata is none. */
const MIN_RECORD_BYTES = 256;

/** The record with the metadata as its first member; the rest of it stays byte for byte. A record that is no object stays as it is. */
function folded(metadata: Pairs, { finding, recordText }: FindingWithOrigin, whole: string, maxLineBytes: number): string {
  const member = `{"driftwire":${JSON.stringify(metadata)}`;
  const room = maxLineBytes - utf8Bytes(member);
  if (room < MIN_RECORD_BYTES) return whole;
  const { text } = lokiLine(finding.source, recordText, finding.id, room);
  const object = /^\s*\{\s*(?=["}])/.exec(text);
  if (object === null) return whole;
  const rest = text.slice(object[0].length);
  return rest.startsWith('}') ? member + rest : `${member},${rest}`;
}
