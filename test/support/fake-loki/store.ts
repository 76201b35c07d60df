import { formatRfc3339 } from '../../../lib/core/time.ts';
import { Refusal } from './answer.ts';
import { type Labels, labelText, parseLabels } from './labels.ts';
import { detectedLevel } from './level.ts';
import type { LokiLimits } from './limits.ts';
import { type PushedEntry, type PushedStream, protoSize } from './push-body.ts';

/** One entry as it is kept. */
export interface StoredEntry {
  readonly timeNs: bigint;
  readonly line: string;
  readonly metadata: Labels;
}

interface KeptEntry extends StoredEntry {
  /** Part of a written chunk: found however old it is. */
  flushed: boolean;
}
interface Stream {
  readonly labels: Labels;
  readonly entries: KeptEntry[];
  readonly known: Set<string>;
  newestNs: bigint;
  readonly bucket: Bucket;
}

/** Entries older than this are looked for in written chunks only (measured: between 155 and 165 minutes). */
const VISIBLE_NS = 160n * 60n * 1_000_000_000n;
const MS = 1_000_000n;
/** Refused entries that a refusal names (`max_ignored_stream_errors`). */
const NAMED_ERRORS = 10;

/** A token bucket that refills with the fake's clock. */
class Bucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #atMs = 0;

  constructor(rateBytes: number, burstBytes: number) {
    this.#rate = rateBytes;
    this.#burst = burstBytes;
    this.#tokens = burstBytes;
  }

  take(bytes: number, nowMs: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (Math.max(0, nowMs - this.#atMs) / 1000) * this.#rate);
    this.#atMs = nowMs;
    if (bytes > this.#tokens) return false;
    this.#tokens -= bytes;
    return true;
  }
}

/** What one tenant has stored, and the rules by which it was. */
export class TenantStore {
  readonly #tenant: string;
  readonly #limits: LokiLimits;
  readonly #streams = new Map<string, Stream>();
  readonly #bucket: Bucket;

  constructor(tenant: string, limits: LokiLimits) {
    this.#tenant = tenant;
    this.#limits = limits;
    const [rate, burst] = [limits.ingestion_rate_mb, limits.ingestion_burst_size_mb].map((mb) => Math.floor(mb * 1024 * 1024));
    this.#bucket = new Bucket(rate ?? 0, burst ?? 0);
  }

  /** Takes a push; throws the refusal of what was refused. What was good of it is stored all the same. */
  push(pushed: readonly PushedStream[], nowNs: bigint): void {
    const { block_ingestion_until: until, block_ingestion_status_code: code } = this.#limits;
    if (pushed.length === 0) throw new Refusal(422, 'error at least one valid stream is required for ingestion');
    const named = pushed.map((stream) => this.#named(stream));
    const normal = named.map((stream) => ({ ...stream, entries: stream.entries.map(normalised) }));
    if (until !== undefined) {
      // a configured 200 is answered as 204 and nothing is stored
      if (code === 200) return;
      throw new Refusal(code, `ingestion blocked for user '${this.#tenant}' until '${until}' with status code '${code}'`);
    }
    const errors: string[] = [];
    const good = normal.map((stream) => this.#checked(stream, nowNs, errors)).filter(({ entries }) => entries.length > 0);
    if (good.length > 0) this.#limitTenant(good, nowNs);
    const stored = this.#store(good, nowNs);
    if (stored !== undefined) throw stored;
    if (errors.length > 0) throw new Refusal(400, grouped(errors));
  }

  /** Writes all chunks. */
  flush(): void {
    for (const { entries } of this.#streams.values()) for (const entry of entries) entry.flushed = true;
  }

  /** Lets the streams go: all is written, and each begins anew with its next entry. */
  rest(): void {
    this.flush();
    for (const stream of this.#streams.values()) stream.newestNs = -(2n ** 63n);
  }

  /** Streams with the entries that a query finds now, each in the order of time. */
  visible(nowNs: bigint): readonly { readonly labels: Labels; readonly entries: readonly StoredEntry[] }[] {
    return [...this.#streams.values()].map(({ labels, entries }) => ({
      labels,
      entries: entries
        .filter(({ flushed, timeNs }) => flushed || timeNs >= nowNs - VISIBLE_NS)
        .map(({ timeNs, line, metadata }) => ({ timeNs, line, metadata }))
        .sort((a, b) => (a.timeNs < b.timeNs ? -1 : Number(a.timeNs > b.timeNs))),
    }));
  }

  /** Everything that is stored, whether a query finds it or not. */
  all(): readonly { readonly labels: Labels; readonly entries: readonly StoredEntry[] }[] {
    return [...this.#streams.values()].map(({ labels, entries }) => ({ labels, entries: [...entries] }));
  }

  /** Labels are cleaned of empty values, get their service name, and must survive being printed and parsed. */
  #named({ labels, entries }: PushedStream): PushedStream {
    const given = Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
    const { discover_service_name: from } = this.#limits;
    const source = from.find((name) => given[name] !== undefined);
    const serviceName = source === undefined ? 'unknown_service' : given[source];
    const named = from.length === 0 || given['service_name'] !== undefined ? given : { ...given, service_name: serviceName ?? '' };
    return { labels: parseLabels(labelText(named)), entries };
  }

  #checked(stream: PushedStream, nowNs: bigint, errors: string[]): PushedStream {
    if (stream.entries.length === 0) return stream;
    const problem = this.#labelProblem(stream.labels);
    if (problem !== undefined) {
      errors.push(problem);
      return { ...stream, entries: [] };
    }
    const entries = stream.entries.map((entry) => this.#truncated(entry));
    const kept = entries.filter((entry) => {
      const fault = this.#entryProblem(stream.labels, entry, nowNs);
      if (fault !== undefined) errors.push(fault);
      return fault === undefined;
    });
    return { ...stream, entries: kept.map((entry) => this.#withLevel(stream.labels, entry)) };
  }

  #labelProblem(labels: Labels): string | undefined {
    const limits = this.#limits;
    const text = labelText(labels);
    const names = Object.keys(labels);
    if (names.length === 0) return 'error at least one label pair is required per stream';
    const missing = limits.enforced_labels.filter((name) => labels[name] === undefined);
    if (missing.length > 0)
      return `missing required labels '${missing.join(',')}' for user '${this.#tenant}' for stream '${text}' (policy: '')`;
    const count = names.filter((name) => name !== 'service_name').length;
    if (count > limits.max_label_names_per_series) {
      return `entry for stream '${text}' has ${count} label names; limit ${limits.max_label_names_per_series}`;
    }
    for (const name of names.toSorted()) {
      const value = labels[name] ?? '';
      if (Buffer.byteLength(name) > limits.max_label_name_length) return `stream '${text}' has label name too long: '${name}'`;
      if (Buffer.byteLength(value) > limits.max_label_value_length) return `stream '${text}' has label value too long: '${value}'`;
    }
    return undefined;
  }

  #truncated(entry: PushedEntry): PushedEntry {
    const { max_line_size_truncate: truncates, max_line_size: limit } = this.#limits;
    return truncates ? { ...entry, line: Buffer.from(entry.line).subarray(0, limit).toString('utf8') } : entry;
  }

  #entryProblem(labels: Labels, { timeNs, line, metadata }: PushedEntry, nowNs: bigint): string | undefined {
    const limits = this.#limits;
    const text = labelText(labels);
    const oldest = nowNs - BigInt(limits.reject_old_samples_max_age_ms) * MS;
    if (limits.reject_old_samples && timeNs < oldest) {
      return `entry for stream '${text}' has timestamp too old: ${seconds(timeNs)}, oldest acceptable timestamp is: ${seconds(oldest)}`;
    }
    if (timeNs > nowNs + BigInt(limits.creation_grace_period_ms) * MS)
      return `entry for stream '${text}' has timestamp too new: ${seconds(timeNs)}`;
    const length = Buffer.byteLength(line);
    if (length > limits.max_line_size && !limits.max_line_size_truncate) {
      return `max entry size '${limits.max_line_size}' bytes exceeded for stream '${text}' while adding an entry with length '${length}' bytes`;
    }
    if (metadata.length === 0) return undefined;
    const advice = (setting: string, verb: string): string =>
      `Please see \`limits_config.${setting}\` or contact your Loki administrator to ${verb} it`;
    if (!limits.allow_structured_metadata) {
      return `stream '${text}' includes structured metadata, but this feature is disallowed. ${advice('allow_structured_metadata', 'enable')}`;
    }
    const size = metadata.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
    if (size > limits.max_structured_metadata_size) {
      return `stream '${text}' has structured metadata too large: '${size}' bytes, limit: '${limits.max_structured_metadata_size}' bytes. ${advice('max_structured_metadata_size', 'increase')}`;
    }
    if (metadata.length > limits.max_structured_metadata_entries_count) {
      return `stream '${text}' has too many structured metadata labels: '${metadata.length}', limit: '${limits.max_structured_metadata_entries_count}'. ${advice('max_structured_metadata_entries_count', 'increase')}`;
    }
    return undefined;
  }

  #withLevel(labels: Labels, entry: PushedEntry): PushedEntry {
    const metadata = Object.fromEntries(entry.metadata);
    const adds = this.#limits.discover_log_levels && this.#limits.allow_structured_metadata && metadata['detected_level'] === undefined;
    return adds ? { ...entry, metadata: [...entry.metadata, ['detected_level', detectedLevel(labels, metadata, entry.line)]] } : entry;
  }

  #limitTenant(streams: readonly PushedStream[], nowNs: bigint): void {
    const entries = streams.flatMap((stream) => stream.entries);
    const bytes = entries.reduce((sum, entry) => sum + rawSize(entry), 0);
    if (this.#bucket.take(bytes, Number(nowNs / MS))) return;
    const rate = Math.floor(this.#limits.ingestion_rate_mb * 1024 * 1024);
    throw new Refusal(
      429,
      `ingestion rate limit exceeded for user ${this.#tenant} (limit: ${rate} bytes/sec) while attempting to ingest '${entries.length}' lines totaling '${bytes}' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased`,
    );
  }

  /** Stores stream by stream. The outcome of each overwrites that of the one before: that is Loki's own fault, and kept here. */
  #store(streams: readonly PushedStream[], nowNs: bigint): Refusal | undefined {
    const size = protoSize(streams);
    const most = this.#limits.grpc_server_max_recv_msg_size;
    if (size > most) {
      throw new Refusal(500, `rpc error: code = ResourceExhausted desc = grpc: received message larger than max (${size} vs. ${most})`);
    }
    let last: Refusal | undefined;
    for (const stream of streams) last = this.#storeStream(stream, nowNs);
    return last;
  }

  #storeStream({ labels, entries }: PushedStream, nowNs: bigint): Refusal | undefined {
    const text = labelText(labels);
    const limits = this.#limits;
    let stream = this.#streams.get(text);
    if (stream === undefined) {
      if (this.#streams.size >= limits.max_global_streams_per_user) {
        return new Refusal(
          429,
          `maximum active stream limit exceeded when trying to create stream ${text}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: '${this.#tenant}'`,
        );
      }
      const bucket = new Bucket(limits.per_stream_rate_limit, limits.per_stream_rate_limit_burst);
      stream = { labels, entries: [], known: new Set(), newestNs: -(2n ** 63n), bucket };
      this.#streams.set(text, stream);
    }
    const bytes = entries.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0);
    if (!stream.bucket.take(bytes, Number(nowNs / MS))) {
      const reason = ({ line }: PushedEntry): string =>
        `Per stream rate limit exceeded (limit: ${byteSize(limits.per_stream_rate_limit)}/sec) while attempting to ingest for stream '${text}' totaling ${Buffer.byteLength(line)}B, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased`;
      return this.#ignored(
        429,
        text,
        entries.length,
        entries.map((entry) => ignoredLine(entry, reason(entry))),
      );
    }
    const late: string[] = [];
    let previous: { timeNs: bigint; line: string } | undefined;
    for (const entry of entries) {
      const isTwin = limits.increment_duplicate_timestamp && previous?.timeNs === entry.timeNs && previous.line !== entry.line;
      const timeNs = isTwin ? entry.timeNs + 1n : entry.timeNs;
      previous = { timeNs, line: entry.line };
      const oldest = stream.newestNs - (BigInt(limits.max_chunk_age_ms) / 2n) * MS;
      if (timeNs < oldest) {
        const reason = `entry too far behind, entry timestamp is: ${seconds(timeNs)}, oldest acceptable timestamp is: ${seconds(oldest)}`;
        late.push(ignoredLine(entry, reason));
      } else keep(stream, { ...entry, timeNs });
    }
    return late.length === 0 ? undefined : this.#ignored(400, text, entries.length, late);
  }

  #ignored(status: number, stream: string, total: number, lines: readonly string[]): Refusal {
    const named = lines.slice(0, NAMED_ERRORS).join('');
    return new Refusal(status, `${named}user '${this.#tenant}', total ignored: ${lines.length} out of ${total} for stream: ${stream}`);
  }
}

/** Time, line and metadata make an entry; the order of the metadata does not matter. */
function keep(stream: Stream, { timeNs, line, metadata }: PushedEntry): void {
  const pairs = metadata.filter(([, value]) => value !== '').toSorted(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([String(timeNs), line, pairs]);
  if (timeNs > stream.newestNs) stream.newestNs = timeNs;
  if (stream.known.has(key)) return;
  stream.known.add(key);
  stream.entries.push({ timeNs, line, metadata: Object.fromEntries(pairs), flushed: false });
}

/** Metadata names are cleaned; one that cleans to nothing refuses the whole push with a 500. */
function normalised(entry: PushedEntry): PushedEntry {
  const names = new Map<string, string>();
  for (const [name, value] of entry.metadata) names.set(cleanName(name), value.replaceAll('\ufffd', ' '));
  return { ...entry, metadata: [...names] };
}

function cleanName(name: string): string {
  if (name === '') throw new Refusal(500, 'label name is empty');
  const clean = [...name]
    .map((c) => (/[a-zA-Z0-9_]/.test(c) ? c : '_'))
    .join('')
    .replace(/__+/g, (run) => (name.includes(run) ? run : '_'));
  const named = /^\d/.test(clean) ? `key_${clean}` : clean;
  if (/^_+$/.test(named)) throw new Refusal(500, `normalization for label name ${JSON.stringify(name)} resulted in invalid name "_"`);
  return named;
}

function rawSize({ line, metadata }: PushedEntry): number {
  const pairs = metadata.filter(([name]) => name !== 'detected_level');
  return Buffer.byteLength(line) + pairs.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
}

function grouped(errors: readonly string[]): string {
  const [only] = errors;
  if (errors.length === 1 && only !== undefined) return only;
  const counts = new Map<string, number>();
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1);
  return [...counts].map(([error, count]) => `${count} errors like: ${error}`).join('; ');
}

function ignoredLine({ timeNs }: PushedEntry, reason: string): string {
  return `entry with timestamp ${goTime(timeNs)} ignored, reason: '${reason}',\n`;
}

/** RFC 3339 in whole seconds. */
function seconds(ns: bigint): string {
  return `${formatRfc3339(ns).slice(0, -11)}Z`;
}

/** Go's `time.Time.String`: the fraction without its trailing zeros. */
function goTime(ns: bigint): string {
  const text = formatRfc3339(ns);
  const fraction = text.slice(-10, -1).replace(/0+$/, '');
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}

function byteSize(bytes: number): string {
  return bytes % (1024 * 1024) === 0 ? `${bytes / 1024 / 1024}MB` : `${bytes / 1024}KB`;
}
