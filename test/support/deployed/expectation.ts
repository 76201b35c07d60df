import { parseConfig } from '../../../lib/config/load.ts';
import { LedgerSink } from '../../../lib/core/deliver/ledger-sink.ts';
import { seriesKey } from '../../../lib/core/deliver/series-key.ts';
import type { Delivery } from '../../../lib/core/model/delivery.ts';
import type { Decoded } from '../../../lib/core/model/raw-record.ts';
import type { Detector } from '../../../lib/core/pipeline.ts';
import type { Total } from '../../../lib/core/ports.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { openScan, readText } from '../../../lib/wire.ts';
import type { FakeLoki } from '../fake-loki/server.ts';

/** Metrics whose totals are exact: each event counts once, whatever happened on its way. */
const EXACT = [
  'driftwire_findings_total',
  'driftwire_missed_total',
  'falco_events',
  'aws_cloudtrail_manual_changes_total',
  'kubernetes_audit_manual_changes_total',
];

/** How something went in. */
export interface WayIn {
  /** It came with an object or was asked for again, so that Loki has it in streams of what comes late. */
  readonly isLate?: boolean;
  /** The way writes the JSON of its records anew, as EventBridge does: they are equal, but not byte by byte. */
  readonly isRewritten?: boolean;
  /** No stream brought it. */
  readonly isMissed?: boolean;
}

/** What one text came to. */
export interface Scanned {
  readonly records: number;
  readonly failed: number;
  /** Ids of the events that make findings. */
  readonly ids: readonly string[];
}

/**
 * What should come out for all that went in, as `scan` says it of the very same envelopes: through the readers and the core, without anything of the functions,
 * their settings, queues or table.
 */
export class Expectation {
  /** Every event that makes findings, once. */
  readonly deliveries = new Map<string, Delivery>();
  readonly #ways: readonly [live: Detector, late: Detector];
  readonly #all: Detector;
  /** Lines of Loki by the event's key; of both ways the one that came first is there. */
  readonly #lines: readonly [live: Map<string, string>, late: Map<string, string>] = [new Map(), new Map()];
  readonly #rewritten = new Set<string>();

  private constructor(detectors: readonly [Detector, Detector, Detector]) {
    const [all, live, late] = detectors;
    this.#all = all;
    this.#ways = [live, late];
  }

  /** @param config - Text of the deployed configuration. */
  static async open(config: string): Promise<Expectation> {
    const open = async (): Promise<Detector> => {
      const opened = await openScan({ config: parseConfig(config, 'driftwire.yaml'), ruleFiles: [], builtinRules: true });
      if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
      return opened.detector;
    };
    return new Expectation([await open(), await open(), await open()]);
  }

  /** Reads what goes in, and remembers what should come out. */
  async add(text: string, { isLate = false, isRewritten = false, isMissed = false }: WayIn = {}, cluster?: string): Promise<Scanned> {
    const way = isLate ? 1 : 0;
    const [ids, tally] = [new Set<string>(), { records: 0, failed: 0 }];
    const take = (item: Decoded): void => {
      tally.records++;
      const here = this.#ways[way].take(item);
      const outcome = this.#all.take(item);
      if (outcome.kind === 'failed') tally.failed++;
      if (here.kind === 'findings') {
        const { key, findings } = here.delivery;
        this.#lines[way].set(key, findings[0].recordText);
        if (isRewritten) this.#rewritten.add(`${way} ${key}`);
      }
      if (outcome.kind === 'findings') {
        const { delivery } = outcome;
        this.deliveries.set(delivery.key, isMissed ? { ...delivery, missed: true } : delivery);
        ids.add(delivery.findings[0].finding.id);
      }
    };
    const skipped = (): never => {
      throw new Error('nothing is skipped without a prefilter');
    };
    await readText('what went in', text, { take, skipped, prefilter: undefined }, cluster === undefined ? {} : { cluster });
    return { ...tally, ids: [...ids] };
  }

  /** Entries that are missing in Loki, or there too often, or are not what was sent; empty if all is right. An event of both ways is there once, as whichever came first brought it. */
  entryFaults(loki: FakeLoki): readonly string[] {
    const found = new Map<string, number>();
    const lines = new Map<string, string>();
    for (const { stream, entries } of loki.stored()) {
      const way = stream.includes('ingest="backfill"') ? 1 : 0;
      for (const { line } of entries) {
        const text = `${way} ${canonical(line)}`;
        found.set(text, (found.get(text) ?? 0) + 1);
        lines.set(text, line);
      }
    }
    const faults: string[] = [];
    for (const key of new Set(this.#lines.flatMap((ofWay) => [...ofWay.keys()]))) {
      const sent = ([0, 1] as const).flatMap((way) => {
        const line = this.#lines[way].get(key);
        return line === undefined ? [] : [{ text: `${way} ${canonical(line)}`, line, isRewritten: this.#rewritten.has(`${way} ${key}`) }];
      });
      const times = sent.reduce((sum, { text }) => sum + (found.get(text) ?? 0), 0);
      if (times !== 1) faults.push(`${times === 0 ? 'missing' : `${times - 1} too many`}: ${sent[0]?.line.slice(0, 300)}`);
      for (const { text, line, isRewritten } of sent) {
        if (!isRewritten && found.has(text) && lines.get(text) !== line) faults.push(`not as it was sent: ${line.slice(0, 300)}`);
        found.delete(text);
      }
    }
    return [...faults, ...[...found].map(([text, times]) => `${times} too many: ${text.slice(0, 300)}`)];
  }

  /** Totals that the events make, by series. */
  async totals(): Promise<ReadonlyMap<string, number>> {
    const store = new MemoryStore();
    const results = await new LedgerSink(store).deliver([...this.deliveries.values()]);
    for (const result of results) if (result.kind !== 'delivered') throw new Error(JSON.stringify(result));
    return exactTotals(await store.totals());
  }

  /** Users of manual changes. */
  users(): ReadonlySet<string> {
    const drift = [...this.deliveries.values()].flatMap(({ findings }) => findings).filter(({ finding }) => finding.tags.includes('drift'));
    return new Set(drift.map(({ finding }) => finding.actor.user));
  }

  /** Events with findings of one source. */
  eventsOf(source: string): number {
    return [...this.deliveries.values()].filter(({ findings }) => findings[0].finding.source === source).length;
  }
}

/** The totals that must be exact, by series. */
export function exactTotals(totals: readonly Total[]): ReadonlyMap<string, number> {
  const isExact = ({ metric, labels }: Total): boolean =>
    EXACT.includes(metric) || (metric === 'driftwire_records_total' && labels['outcome'] === 'finding');
  return new Map(
    totals
      .filter((total) => isExact(total) && Number(total.value) !== 0)
      .map((total) => [seriesKey(total), Number(total.value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function canonical(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line));
  } catch {
    return line;
  }
}
