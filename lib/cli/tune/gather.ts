import { dropReason } from '../../core/classify/drop-reason.ts';
import type { Finding } from '../../core/model/finding.ts';
import type { Decoded, RawRecord } from '../../core/model/raw-record.ts';
import { principalId } from '../../core/normalise/principal-id.ts';
import { type Decision, normalise, type Outcome } from '../../core/pipeline.ts';
import { FalcoTally, falcoEvent } from '../../core/tune/falco-event.ts';
import { NoiseTally, type Sighting } from '../../core/tune/noise.ts';
import { type OpenedScan, readPaths } from '../../wire.ts';
import { Failures } from '../scan/failures.ts';
import type { TimeWindow } from '../scan/scan-options.ts';

type Opened = Extract<OpenedScan, { ok: true }>;
type Failed = Extract<Outcome, { kind: 'failed' }>;

/** What was gathered from the inputs. */
export interface Gathered {
  /** Findings by rule, principal and action. */
  readonly noise: NoiseTally;
  /** What was dropped as `workload`, by principal and action. */
  readonly workloads: NoiseTally;
  readonly falco: FalcoTally;
  readonly failures: Failures;
  readonly records: number;
}

/** What to read, and how. */
export interface GatherPlan {
  readonly paths: readonly string[];
  readonly window: TimeWindow;
  readonly cluster: string | undefined;
  /** Told how many records have been read. */
  readonly onRecord: (records: number) => void;
}

/** Reads all inputs and gathers what makes findings, what is silent as a workload, and Falco's own events. */
export async function gather(plan: GatherPlan, opened: Opened): Promise<Gathered> {
  const gatherer = new Gatherer(plan, opened);
  const context = plan.cluster === undefined ? {} : { cluster: plan.cluster };
  // everything is parsed: what the prefilter would skip as a workload is to be listed
  const receiver = { prefilter: undefined, skipped: () => {}, take: (item: Decoded) => gatherer.take(item) };
  await readPaths(plan.paths, receiver, context, { onLine: (line) => gatherer.lines.line(line) });
  gatherer.lines.end();
  return gatherer.gathered();
}

class Gatherer {
  readonly #plan: GatherPlan;
  readonly #opened: Opened;
  readonly #noise = new NoiseTally();
  readonly #workloads = new NoiseTally();
  readonly #seen = new Set<string>();
  readonly #failures = new Failures();
  readonly lines = new FalcoLines(this.#failures);
  #records = 0;

  constructor(plan: GatherPlan, opened: Opened) {
    this.#plan = plan;
    this.#opened = opened;
  }

  take(item: Decoded): void {
    this.#plan.onRecord(++this.#records);
    if (item.kind === 'failed') this.lines.failed(item);
    if (item.kind === 'record') this.#record(item.record);
  }

  gathered(): Gathered {
    return {
      noise: this.#noise,
      workloads: this.#workloads,
      falco: this.lines.tally,
      failures: this.#failures,
      records: this.#records,
    };
  }

  #record(record: RawRecord): void {
    const normalised = normalise(record);
    if (!normalised.ok) {
      this.#failures.add({ kind: 'failed', code: normalised.code, hint: normalised.hint, origin: record.origin });
      return;
    }
    const { event } = normalised;
    if (!this.#isInWindow(event.timeMs)) return;
    const decision = this.#opened.detector.decide(event, this.#records);
    const isWorkload = decision.findings.length === 0 && dropReason(decision.context.verdict) === 'workload';
    // the same event again makes no second finding, as in a scan
    if ((decision.findings.length === 0 && !isWorkload) || this.#seen.has(event.dedupeKey)) return;
    this.#seen.add(event.dedupeKey);
    const id = principalId(event.principal);
    if (isWorkload) this.#workloads.add(sightingOf(decision, id, undefined));
    for (const { finding } of decision.findings) this.#noise.add(sightingOf(decision, id, finding));
  }

  #isInWindow(timeMs: number): boolean {
    const { sinceMs, untilMs } = this.#plan.window;
    return (sinceMs === undefined || timeMs >= sinceMs) && (untilMs === undefined || timeMs < untilMs);
  }
}

function sightingOf({ context: { event, verdict } }: Decision, principal: string, finding: Finding | undefined): Sighting {
  return {
    rule: finding?.rule ?? '',
    priority: finding?.priority,
    source: event.source,
    principal,
    action: event.action,
    user: event.principal.name,
    reason: verdict.reason,
    timeMs: event.timeMs,
    id: event.id,
    message: finding?.message ?? '',
    fields: finding?.output_fields ?? {},
  };
}

interface Line {
  readonly input: string;
  readonly line: number;
  readonly text: string;
}

/** Lines of one chunk are told before what is in them; a chunk has no more lines than this. */
const MAX_EVENTS = 300_000;

/** Falco's events are lines that no reader of audit records knows; what is one is no failure. */
class FalcoLines {
  readonly tally = new FalcoTally();
  readonly #failures: Failures;
  /** Lines that are events and have not failed yet, and failures whose line has not ended yet; both belong to one input. */
  readonly #events = new Set<number>();
  readonly #waiting = new Map<number, Failed>();
  #input = '';

  constructor(failures: Failures) {
    this.#failures = failures;
  }

  line({ input, line, text }: Line): void {
    this.#enter(input);
    const event = falcoEvent(text);
    const failed = this.#waiting.get(line);
    this.#waiting.delete(line);
    if (event !== undefined) {
      this.tally.add(event);
      if (failed === undefined && this.#events.size < MAX_EVENTS) this.#events.add(line);
    } else if (failed !== undefined) this.#failures.add(failed);
  }

  failed(item: Failed): void {
    const { input, line } = item.origin;
    this.#enter(input);
    if (item.code !== 'unknown_format') this.#failures.add(item);
    // a chunk may end between a value and the end of its line
    else if (!this.#events.delete(line)) this.#waiting.set(line, item);
  }

  end(): void {
    for (const item of this.#waiting.values()) this.#failures.add(item);
    this.#waiting.clear();
    this.#events.clear();
  }

  #enter(input: string): void {
    if (input === this.#input) return;
    this.end();
    this.#input = input;
  }
}
