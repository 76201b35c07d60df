/**
 * Prometheus, the count: once a minute the totals of all metrics, as a scraper would have read them at the minute boundary. What
 * is to be written is kept before it is sent, so a crash, a lost answer or an hour without the receiver costs a delay: the same
 * samples are sent again, oldest first (architecture §4).
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { MetricMetadata } from '../clients/remote-write-codec.ts';
import { type RetryPolicy, SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import { type MetricSnapshot, MINUTE_MS, snapshotOf } from '../core/deliver/snapshot.ts';
import { type Backlog, withSnapshot } from '../core/deliver/snapshot-backlog.ts';
import { backlogOf, backlogText } from '../core/deliver/snapshot-text.ts';
import type { DeliveryReason, SinkCheck } from '../core/model/delivery-result.ts';
import type { Log } from '../core/model/log.ts';
import type { Label, SeriesValue } from '../core/model/series.ts';
import type { DeliverOptions, Documents } from '../core/ports.ts';
import { type DrainLimits, type Progress, RemoteWriteDrain } from './remote-write-drain.ts';
import { type RemoteWriteAddress, RemoteWriteEndpoint, type WriteVerdict } from './remote-write-request.ts';
import { type RefusedSample, RemoteWriteSender } from './remote-write-sender.ts';

/** How the receiver is reached and what is told to it. */
export interface RemoteWriteSinkOptions extends RemoteWriteAddress {
  /**
   * Tells this ledger's series from another's. Kept with the snapshots from the first start on, because with another name all
   * series would begin anew; a later value is not looked at. A label `instance` among `labels` goes before it.
   */
  readonly instance: string;
  /** Labels of every series (`labels` of the configuration). */
  readonly labels: Readonly<Record<string, string>>;
  /** Types and help texts by metric. */
  readonly metadata: readonly MetricMetadata[];
  readonly retry?: RetryPolicy | undefined;
}

/** What the sink needs of the process. */
export interface RemoteWriteParts {
  /** Keeps the snapshots. */
  readonly documents: Documents;
  /** All series as they are now: the ledger's totals and what the process knows. */
  readonly read: (status: RemoteWriteStatus) => Promise<readonly SeriesValue[]>;
  readonly log: Log;
  readonly timing?: Timing | undefined;
}

/** What the sink tells of itself, for the metrics of the snapshot that is being taken. */
export interface RemoteWriteStatus {
  /** The boundary of the snapshot, in ms since 1970. */
  readonly boundaryMs: number;
  /** Snapshots that the receiver does not have yet. */
  readonly pendingSnapshots: number;
  /** Series that it refuses. */
  readonly refusedSeries: number;
}

/** What became of one flush. */
export type FlushResult =
  /** The receiver has everything up to this boundary, but for series that it refuses. */
  | { readonly kind: 'delivered'; readonly refused: readonly RefusedSample[] }
  /** The snapshot is kept; the receiver will have it with a later flush. */
  | { readonly kind: 'later' | 'barred'; readonly reason: DeliveryReason; readonly message: string; readonly pendingSnapshots: number }
  /** Another writer has this boundary, or it is not newer than the last one: nothing was done. */
  | { readonly kind: 'taken' };

/** Five tries within 20 s: what is not there then comes with the next minute. */
const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 5, baseMs: 200, capMs: 5_000, totalMs: 20_000 };
/** How long a flush may take when the caller names no end: the next boundary must find it done. */
const DEFAULT_FLUSH_MS = 50_000;
/** How far back the first snapshot ever reaches, so that `offset 5m` finds everything that was counted before it. */
const FIRST_REACH_MS = 6 * MINUTE_MS;
/** A snapshot further in the future than this was taken by a wrong clock; receivers refuse samples beyond it. */
const MAX_AHEAD_MS = 10 * MINUTE_MS;
/** Refused series that a log line names. */
const MAX_NAMED = 10;
/** Largest backlog that is read, inflated: far beyond 75 snapshots of a full label budget. */
const MAX_BACKLOG_BYTES = 256 * 1024 * 1024;
const DOCUMENT = 'remote-write';
const JOB = 'driftwire';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** What is loaded and replaced as a whole. */
interface Loaded {
  readonly backlog: Backlog | undefined;
  readonly version: number;
}

/** The writer of one ledger. One flush at a time; several processes on one store do no harm. */
export class RemoteWriteSink {
  readonly name = 'remote_write';
  readonly #options: RemoteWriteSinkOptions;
  readonly #parts: RemoteWriteParts;
  readonly #timing: Timing;
  readonly #endpoint: RemoteWriteEndpoint;
  readonly #sender: RemoteWriteSender;
  #progress: Progress | undefined;
  /** Of the document when this process wrote it last. */
  #savedVersion = 0;
  #isDescribed = false;
  /** Refused series that the log has named. */
  #told: ReadonlySet<string> = new Set();

  /** @throws DriftwireError `DW_CONFIG_INVALID` for a credential that cannot be sent in a header. */
  constructor(options: RemoteWriteSinkOptions, parts: RemoteWriteParts) {
    this.#options = options;
    this.#parts = parts;
    this.#timing = parts.timing ?? SYSTEM_TIMING;
    this.#endpoint = new RemoteWriteEndpoint(options);
    const metadata = new Map(options.metadata.flatMap((entry) => seriesNames(entry).map((name) => [name, entry] as const)));
    this.#sender = new RemoteWriteSender({
      endpoint: this.#endpoint,
      metadataOf: (name) => metadata.get(name),
      retry: options.retry ?? DEFAULT_RETRY,
      timing: this.#timing,
      onDowngrade: (said) => parts.log('warn', 'the receiver does not speak remote write 2.0: 1.0 from now on', { said }),
    });
  }

  /**
   * Notes the totals as they are as what came before, when nothing is noted yet. To be called at the start of a process before
   * anything is counted: then the first event ever is an increase like any other. Without it the first flush does the same.
   *
   * @param boundaryMs - The last minute boundary.
   */
  async begin(boundaryMs: number): Promise<void> {
    const { backlog, version } = await this.#load(boundaryMs);
    if (backlog !== undefined) return;
    const status = { boundaryMs, pendingSnapshots: 0, refusedSeries: 0 };
    await this.#save(this.#first(boundaryMs, await this.#parts.read(status)), version);
  }

  /**
   * Takes the snapshot of a boundary, keeps it, and sends what the receiver does not have. To be called once a minute, as soon
   * after the boundary as can be.
   *
   * @throws What the store throws when it cannot keep the snapshot (nothing was sent then), or cannot note what was sent (it is sent again).
   */
  async flush(boundaryMs: number, options: DeliverOptions = {}): Promise<FlushResult> {
    const { backlog: loaded, version } = await this.#load(boundaryMs);
    if (loaded !== undefined && lastOf(loaded).boundaryMs >= boundaryMs) return { kind: 'taken' };
    const values = await this.#parts.read({
      boundaryMs,
      pendingSnapshots: loaded?.pending.length ?? 0,
      refusedSeries: this.#sender.refusedSeries,
    });
    const before = loaded ?? this.#first(boundaryMs - MINUTE_MS, values);
    // what another process did meanwhile is not known here
    if (version !== this.#savedVersion) this.#progress = undefined;
    const backlog = withSnapshot(before, snapshotOf(boundaryMs, values, this.#constant(before.instance)));
    if (!(await this.#save(backlog, version))) return { kind: 'taken' };
    const { signal, release } = abortSignalOf(options);
    try {
      return await this.#drain(backlog, version + 1, { signal, deadlineMs: options.deadlineMs ?? this.#timing.now() + DEFAULT_FLUSH_MS });
    } finally {
      release();
    }
  }

  /** Writes a request without series, which takes the whole way of a write (address, credentials, tenant) and stores nothing. */
  async check({ deadlineMs }: Pick<DeliverOptions, 'deadlineMs'> = {}): Promise<SinkCheck> {
    const nowMs = this.#timing.now();
    const limits = { nowMs, ...(deadlineMs === undefined ? {} : { timeoutMs: deadlineMs - nowMs }) };
    let { verdict } = await this.#endpoint.write([], () => undefined, limits);
    if (verdict.kind === 'not_spoken') {
      this.#endpoint.downgrade();
      ({ verdict } = await this.#endpoint.write([], () => undefined, limits));
    }
    if (verdict.kind === 'stored') return { ok: true };
    return { ok: false, reason: reasonOf(verdict), message: verdict.said };
  }

  /** Lets go of connections. */
  close(): void {
    this.#endpoint.close();
  }

  async #drain(backlog: Backlog, version: number, limits: DrainLimits): Promise<FlushResult> {
    const drain = new RemoteWriteDrain(this.#sender, this.#timing, limits);
    const { left, progress, refused, aged, stop } = await drain.run(backlog, this.#progress);
    this.#progress = progress;
    if (left !== backlog) await this.#save(left, version);
    this.#tell(refused, aged, stop === undefined);
    if (stop !== undefined) return { kind: stop.kind, reason: stop.reason, message: stop.said, pendingSnapshots: left.pending.length };
    await this.#describe(limits);
    return { kind: 'delivered', refused };
  }

  /** One line for each kind of loss of a flush; the metrics tell how much it is from then on. */
  #tell(refused: readonly RefusedSample[], aged: readonly string[], isComplete: boolean): void {
    if (aged.length > 0) {
      const fields = { times: aged.length, said: aged[0] };
      this.#parts.log('warn', 'samples older than the remote-write receiver takes were left out; the totals are not touched', fields);
    }
    const named = new Map(refused.map(({ sample: { series }, said }) => [nameOf(series), said]));
    const isNew = [...named.keys()].some((name) => !this.#told.has(name));
    // a run that ended early has not met all of those that are refused
    this.#told = new Set([...(isComplete ? [] : this.#told), ...named.keys()]);
    if (!isNew) return;
    this.#parts.log('warn', 'the remote-write receiver refuses series; the others are stored', {
      series: named.size,
      names: [...named.keys()].slice(0, MAX_NAMED),
      said: [...new Set(named.values())].slice(0, MAX_NAMED),
    });
  }

  /** Once a process; a receiver that does not take metadata is none the worse. */
  async #describe({ signal, deadlineMs }: DrainLimits): Promise<void> {
    if (this.#isDescribed || this.#endpoint.protocol !== '1.0') return;
    this.#isDescribed = true;
    const nowMs = this.#timing.now();
    await this.#endpoint.describe(this.#options.metadata, { signal, nowMs, timeoutMs: deadlineMs - nowMs });
  }

  #constant(instance: string): readonly Label[] {
    return [['job', JOB], ['instance', instance], ...Object.entries(this.#options.labels)];
  }

  #first(boundaryMs: number, values: readonly SeriesValue[]): Backlog {
    const { instance } = this.#options;
    return { instance, settled: snapshotOf(boundaryMs - FIRST_REACH_MS, values, this.#constant(instance)), pending: [] };
  }

  async #load(boundaryMs: number): Promise<Loaded> {
    const document = await this.#parts.documents.document(DOCUMENT);
    if (document === undefined) return { backlog: undefined, version: 0 };
    const backlog = await unpacked(document.body);
    if (backlog === undefined) {
      this.#parts.log('error', 'what was kept of remote write cannot be read and is begun anew; the totals are not touched', {
        document: DOCUMENT,
      });
    }
    if (backlog === undefined || lastOf(backlog).boundaryMs <= boundaryMs + MAX_AHEAD_MS) return { backlog, version: document.version };
    // else nothing would be written before that time comes
    const keptAt = new Date(lastOf(backlog).boundaryMs).toISOString();
    this.#parts.log('error', 'the clock has gone back, or was wrong before: what was kept of remote write is begun anew', { keptAt });
    return { backlog: undefined, version: document.version };
  }

  async #save(backlog: Backlog, version: number): Promise<boolean> {
    const isSaved = await this.#parts.documents.replaceDocument(DOCUMENT, await pack(backlogText(backlog)), version);
    if (isSaved) this.#savedVersion = version + 1;
    return isSaved;
  }
}

async function unpacked(body: Uint8Array): Promise<Backlog | undefined> {
  try {
    return backlogOf((await unpack(body, { maxOutputLength: MAX_BACKLOG_BYTES })).toString('utf8'));
  } catch {
    // not gzip, or cut: the same as a text that is no backlog
    return undefined;
  }
}

function lastOf({ settled, pending }: Backlog): MetricSnapshot {
  return pending.at(-1) ?? settled;
}

function reasonOf(verdict: Exclude<WriteVerdict, { kind: 'stored' }>): DeliveryReason {
  switch (verdict.kind) {
    case 'refused':
      return 'invalid';
    case 'too_large':
      return 'too_large';
    case 'not_spoken':
      return 'unexpected';
    default:
      return verdict.reason;
  }
}

/** Names under which the series of a metric go. */
function seriesNames({ family, type }: MetricMetadata): readonly string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => family + part) : [family];
}

/** A series as people write it; its values are quoted, so that nothing in them looks like the rest of the line. */
function nameOf({ name, labels }: SeriesValue): string {
  return `${name}{${labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(', ')}}`;
}

/** Node's own kind of signal for the caller's, and what to call when it is no longer needed. */
function abortSignalOf({ signal }: DeliverOptions): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  return { signal: controller.signal, release: () => signal?.removeEventListener('abort', abort) };
}
