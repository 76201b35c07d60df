/**
 * A simulated stretch of minutes of a whole ledger: people change things, records of it come several times and at once, processes
 * die and start again, and once a minute the totals are written. What is true is counted beside it.
 */
import { marksOf } from '../../lib/core/deliver/ledger.ts';
import { boundaryAt, MINUTE_MS } from '../../lib/core/deliver/snapshot.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Store } from '../../lib/core/ports.ts';
import { type FlushResult, RemoteWriteSink } from '../../lib/sinks/remote-write.ts';
import { CATALOGUE } from '../../lib/telemetry/catalogue.ts';
import { Metrics } from '../../lib/telemetry/metrics.ts';
import { deliveryWith } from './deliveries.ts';
import { type ManualTiming, manualTiming } from './timing.ts';

/** How a stretch is set up. */
export interface MinutesOptions {
  readonly store: Store;
  readonly writeUrl: string;
  readonly protocol?: '1.0' | '2.0';
  readonly minutes: number;
  /** The first boundary, in ms since 1970. */
  readonly startMs: number;
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly timeoutMs?: number;
}

/** What was true and what was said. */
export interface Minutes {
  /** Changes by each user at each boundary; boundaries at which nobody wrote are missing. */
  readonly truth: ReadonlyMap<number, ReadonlyMap<string, number>>;
  readonly lastMs: number;
  readonly results: readonly (FlushResult['kind'] | 'died')[];
  readonly starts: number;
  readonly lines: readonly string[];
  /** Goes on for one more minute without new changes. */
  oneMore(): Promise<FlushResult>;
}

const USERS = ['ada@example.com', 'bob@example.com', 'eve@example.com', 'mallory@example.com', 'dan@example.com', 'sue@example.com'];
const METRIC = 'kubernetes_audit_manual_changes_total';

class Death extends Error {}

/** Lives through the minutes. */
export async function liveThrough(options: MinutesOptions): Promise<Minutes> {
  const run = new Run(options);
  await run.begin();
  for (let minute = 0; minute < options.minutes; minute++) await run.minute();
  return run;
}

class Run implements Minutes {
  readonly truth = new Map<number, ReadonlyMap<string, number>>();
  readonly results: (FlushResult['kind'] | 'died')[] = [];
  readonly lines: string[] = [];
  starts = 0;
  lastMs: number;
  readonly #options: MinutesOptions;
  readonly #timing: ManualTiming;
  readonly #done = new Map<string, string>();
  readonly #metrics = new Metrics({
    sinks: ['loki'],
    rules: [{ rule: 'Manual Kubernetes change', priority: 'Warning', source: 'k8s_audit' }],
    labels: { env: 'test' },
    build: { version: '1.0.0', configHash: 'c', rulesHash: 'r' },
    isProcessShown: false,
  });
  #sink: RemoteWriteSink;
  #isDying = false;
  #lived = 0;
  #kept = 0;
  #old: Delivery[] = [];
  #events = 0;

  constructor(options: MinutesOptions) {
    this.#options = options;
    this.lastMs = boundaryAt(options.startMs);
    this.#timing = manualTiming({ startMs: this.lastMs, random: options.random });
    this.#sink = this.#started();
  }

  async begin(): Promise<void> {
    await this.#sink.begin(this.lastMs);
    this.truth.set(this.lastMs, new Map());
  }

  async minute(): Promise<void> {
    const { random } = this.#options;
    await this.#changes(Math.floor(random() ** 3 * 12));
    const drawn = random();
    // whatever the dice say, half way through the process begins anew
    const fate = ++this.#lived === Math.ceil(this.#options.minutes / 2) ? 0.06 : drawn;
    // a minute at which no process ran: nothing is written, and nothing is counted either
    this.#advanceTo(this.lastMs + MINUTE_MS);
    if (fate < 0.08) this.#restart();
    // what was counted meanwhile belongs to the next boundary
    if (fate < 0.05) return;
    // one that is stopped while it sends, and one that dies: what it had sent by then nobody knows
    const signal = fate > 0.8 ? AbortSignal.timeout(Math.floor(random() * 8)) : undefined;
    this.#isDying = fate > 0.88;
    try {
      this.results.push((await this.#flush(signal)).kind);
    } catch (cause) {
      if (!(cause instanceof Death)) throw cause;
      this.results.push('died');
      this.#restart();
    }
  }

  async oneMore(): Promise<FlushResult> {
    this.#isDying = false;
    this.#advanceTo(this.lastMs + MINUTE_MS);
    return this.#flush(undefined);
  }

  #started(): RemoteWriteSink {
    this.starts++;
    const { store, writeUrl, protocol = '1.0', timeoutMs = 5_000 } = this.#options;
    return new RemoteWriteSink(
      {
        url: writeUrl,
        protocol,
        http: { timeoutMs },
        userAgent: 'driftwire/1.0.0',
        // another name with each start, as a container has it: the first one stays
        instance: `host-${this.starts}`,
        labels: { env: 'test' },
        metadata: CATALOGUE.map(({ name, type, help, unit }) => ({ family: name, type, help, unit })),
      },
      {
        documents: {
          document: (name) => store.document(name),
          replaceDocument: async (name, body, version) => {
            // the first one of a flush keeps the snapshot; death comes before the second, which would note what was sent
            if (this.#isDying && ++this.#kept === 2) throw new Death();
            return store.replaceDocument(name, body, version);
          },
        },
        timing: this.#timing,
        log: (level, message, fields) => this.lines.push(JSON.stringify({ level, message, ...fields })),
        read: async ({ boundaryMs, pendingSnapshots, refusedSeries }) => {
          this.#metrics.setTotals(await store.totals());
          this.#metrics.setGauge('driftwire_flush_timestamp_seconds', [{ value: boundaryMs / 1000 }]);
          this.#metrics.setGauge('driftwire_remote_write_pending_snapshots', [{ value: pendingSnapshots }]);
          this.#metrics.setGauge('driftwire_remote_write_refused_series', [{ value: refusedSeries }]);
          return this.#metrics.series();
        },
      },
    );
  }

  #restart(): void {
    this.#sink.close();
    this.#sink = this.#started();
  }

  #advanceTo(timeMs: number): void {
    this.#timing.advance(Math.max(0, timeMs + 5 - this.#timing.now()));
    this.lastMs = timeMs;
  }

  async #flush(signal: AbortSignal | undefined): Promise<FlushResult> {
    const truth = new Map<string, number>();
    for (const user of this.#done.values()) truth.set(user, (truth.get(user) ?? 0) + 1);
    this.truth.set(this.lastMs, truth);
    this.#kept = 0;
    return this.#sink.flush(this.lastMs, { signal, deadlineMs: this.lastMs + 50_000 });
  }

  /** Changes by people, each handed in once to five times, in groups that overlap, from several workers at once. */
  async #changes(count: number): Promise<void> {
    const { random, store } = this.#options;
    const fresh = Array.from({ length: count }, () => this.#change());
    const repeated = this.#old.filter(() => random() < 0.1);
    const workers = Array.from({ length: 3 }, () => [...fresh, ...repeated].filter(() => random() < 0.7));
    // every change is in at least one group
    workers.push(fresh);
    await Promise.all(workers.map((deliveries) => this.#work(store, deliveries)));
    this.#old = [...this.#old, ...fresh].slice(-200);
  }

  async #work(store: Store, deliveries: readonly Delivery[]): Promise<void> {
    // a worker that dies between two steps leaves the rest to whoever gets the batch again
    const died = this.#options.random() < 0.2 ? Math.floor(deliveries.length / 2) : deliveries.length;
    for (const delivery of deliveries.slice(0, died)) await this.#count(store, delivery);
    for (const delivery of deliveries) await this.#count(store, delivery);
  }

  async #count(store: Store, delivery: Delivery): Promise<void> {
    await store.count(marksOf(delivery));
    this.#done.set(delivery.key, delivery.findings[0].finding.actor.user);
  }

  #change(): Delivery {
    this.#events++;
    // the later a user stands in the list, the rarer and the later it comes
    const user = USERS[Math.floor(this.#options.random() ** 2 * Math.min(USERS.length, 1 + this.#events / 20))] ?? 'ada@example.com';
    return deliveryWith({ id: `event-${this.#events}`, findings: [{ actor: { user } }] });
  }
}

/** The changes that the receiver should know of at a moment: those of the last boundary that was written before it. */
export function truthAt(truth: Minutes['truth'], timeMs: number, user?: string): number {
  let last: ReadonlyMap<string, number> = new Map();
  // a sample 1 ms before the boundary shows it already
  for (const [boundaryMs, values] of truth) if (boundaryMs - 1 <= timeMs) last = values;
  return user === undefined ? [...last.values()].reduce((sum, value) => sum + value, 0) : (last.get(user) ?? 0);
}

/** What was simulated is this metric. */
export const SIMULATED_METRIC = METRIC;
