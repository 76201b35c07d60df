/**
 * The only place where the steps meet: decoded item -> audit event -> verdict -> findings. Every item handed in is
 * counted under exactly one outcome, whatever it holds.
 */
import { classify, expected } from './classify/classify.ts';
import { dropReason } from './classify/drop-reason.ts';
import { parseRecord } from './decode/parse-record.ts';
import type { DropReason, FailureCode } from './errors.ts';
import { falcoDelivery } from './falco/falco-delivery.ts';
import { findingOf } from './finding-of.ts';
import type { AuditEvent } from './model/audit-event.ts';
import { type Delivery, deliveryOf } from './model/delivery.ts';
import type { Prefilter } from './model/facts.ts';
import type { FindingSource, FindingWithOrigin } from './model/finding.ts';
import type { Decoded, EventSource, ForeignRecord, Origin, RawRecord } from './model/raw-record.ts';
import type { Verdict } from './model/verdict.ts';
import { isObject } from './normalise/access.ts';
import { normaliseCloudTrail } from './normalise/cloudtrail.ts';
import { normaliseKubernetes } from './normalise/kubernetes.ts';
import type { Normalised } from './normalise/normalised.ts';
import { defined, unusable } from './normalise/normalised.ts';
import { type CompiledPolicy, compilePolicy } from './policy/declared.ts';
import { ownEntry, type Policy } from './policy/policy.ts';
import { makePrefilter } from './prefilter.ts';
import type { CompiledCondition, EventContext, RuleEngine, RuleFailure, RuleInfo } from './rules/engine.ts';
import { type Summary, Tally } from './summary.ts';

/** What became of one record. */
export type Outcome =
  | { readonly kind: 'findings'; readonly findings: readonly FindingWithOrigin[]; readonly delivery: Delivery }
  | { readonly kind: 'dropped'; readonly reason: DropReason }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly hint: string; readonly origin: Origin }
  | { readonly kind: 'duplicate' };

/** What one item turned out to be, before it is counted anywhere. */
export type Judgement =
  | { readonly kind: 'event'; readonly delivery: Delivery }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly event: AuditEvent | undefined }
  | {
      readonly kind: 'failed';
      readonly code: FailureCode;
      readonly hint: string;
      readonly origin: Origin;
      readonly source: FindingSource | undefined;
    };

/** An `ignore:` entry whose condition is compiled. */
export interface CompiledIgnore {
  readonly name: string;
  /** First millisecond (since 1970, UTC) at which the entry no longer holds; undefined: it does not end. */
  readonly endsMs: number | undefined;
  readonly condition: CompiledCondition;
}

export interface DetectorOptions {
  readonly policy: Policy;
  readonly engine: RuleEngine;
  readonly ignores: readonly CompiledIgnore[];
  /** Overrides the host name of every finding. */
  readonly hostname?: string | undefined;
  /** Events before this moment (ms since 1970) are dropped as outside the window. */
  readonly sinceMs?: number | undefined;
  /** Events at or after this moment (ms since 1970) are dropped as outside the window. */
  readonly untilMs?: number | undefined;
  /** Told of each rule that failed at run time; the others go on. */
  readonly onRuleFailure?: ((failure: RuleFailure, record: RawRecord) => void) | undefined;
}

/** Everything that was decided about one event, for `explain` and for sinks. */
export interface Decision {
  readonly context: EventContext;
  readonly findings: readonly FindingWithOrigin[];
}

/** Decides records one by one, in the order of the input. */
export class Detector {
  readonly #options: DetectorOptions;
  readonly #policy: CompiledPolicy;
  readonly #tally = new Tally();
  readonly #seen = new Set<string>();
  readonly #eventNumbers: Record<EventSource, number> = { aws_cloudtrail: 0, k8s_audit: 0 };
  readonly #firstTimes: Record<EventSource, bigint | undefined> = { aws_cloudtrail: undefined, k8s_audit: undefined };
  /** What a reader may skip unparsed; undefined while a time window is set, because that needs every record's time. */
  readonly prefilter: Prefilter | undefined;

  constructor(options: DetectorOptions) {
    this.#options = options;
    this.#policy = compilePolicy(options.policy);
    this.prefilter =
      options.sinceMs === undefined && options.untilMs === undefined ? makePrefilter(this.#policy, options.engine) : undefined;
  }

  /** Counts a record that a reader skipped because the prefilter said so; it reached the rules as far as they can tell. */
  skipped(source: EventSource, reason: DropReason): void {
    this.passed(source);
    this.#tally.dropped(reason);
  }

  /** Numbers an event that was skipped unparsed, and counts it nowhere. */
  passed(source: EventSource): void {
    this.#eventNumbers[source]++;
  }

  /** Decides one item and counts it; an event whose key has made findings before is a duplicate. */
  take(item: Decoded): Outcome {
    const judgement = this.judge(item);
    if (judgement.kind === 'dropped') {
      this.#tally.dropped(judgement.reason);
      return { kind: 'dropped', reason: judgement.reason };
    }
    if (judgement.kind === 'failed') {
      const { code, hint, origin } = judgement;
      this.#tally.failed(code);
      return { kind: 'failed', code, hint, origin };
    }
    const { delivery } = judgement;
    if (this.#seen.has(delivery.key)) {
      this.#tally.duplicate();
      return { kind: 'duplicate' };
    }
    this.#seen.add(delivery.key);
    this.#tally.event(delivery.findings.length);
    return { kind: 'findings', findings: delivery.findings, delivery };
  }

  /** Decides one item, remembering and counting nothing but the number of the event. */
  judge(item: Decoded): Judgement {
    if (item.kind === 'dropped') return { kind: 'dropped', reason: item.reason, event: undefined };
    if (item.kind === 'failed') return { ...item, source: undefined };
    if (item.kind === 'falco') return this.#foreign(item);
    const { source, origin } = item.record;
    const normalised = normalise(item.record);
    if (!normalised.ok) return { kind: 'failed', code: normalised.code, hint: normalised.hint, origin, source };
    const { event } = normalised;
    if (!this.#isInWindow(event)) return { kind: 'dropped', reason: 'outside_window', event };
    const { context, findings } = this.decide(event, this.#number(event));
    const [first, ...more] = findings;
    if (first === undefined) return { kind: 'dropped', reason: dropReason(context.verdict), event };
    return { kind: 'event', delivery: deliveryOf(event, [first, ...more]) };
  }

  #foreign(record: ForeignRecord): Judgement {
    const reading = falcoDelivery(record, this.#options.policy.labels);
    if (!reading.ok) return { kind: 'failed', code: reading.code, hint: reading.hint, origin: record.origin, source: 'falco' };
    const { delivery } = reading;
    if (!this.#isInWindow(delivery.findings[0])) return { kind: 'dropped', reason: 'outside_window', event: undefined };
    return { kind: 'event', delivery };
  }

  /** Verdict and findings of one event, counting nothing. */
  decide(event: AuditEvent, evtNum: number): Decision {
    const context = this.#context(this.#placed(event), evtNum);
    const matches = this.#options.engine.match(context, (failure) => this.#options.onRuleFailure?.(failure, event.record));
    return { context, findings: matches.map((match) => findingOf(context, match, this.#options.policy)) };
  }

  /** The rules that are loaded, for reports. */
  get rules(): readonly RuleInfo[] {
    return this.#options.engine.rules;
  }

  summary(): Summary {
    return this.#tally.summary();
  }

  #context(event: AuditEvent, evtNum: number): EventContext {
    const { policy, hostname } = this.#options;
    const accountName = ownEntry(policy.accounts, event.account)?.name;
    const context: EventContext = {
      event,
      verdict: classify(event, this.#policy),
      evtNum,
      firstTimeNs: this.#firstTimes[event.source] ?? event.timeNs,
      accountName,
      hostname: hostname ?? (event.source === 'k8s_audit' ? event.cluster : undefined) ?? accountName ?? event.account ?? 'unknown',
    };
    return { ...context, verdict: this.#afterIgnores(context) };
  }

  #afterIgnores(context: EventContext): Verdict {
    if (!context.verdict.manual) return context.verdict;
    const { event } = context;
    const ignore = this.#options.ignores.find(
      ({ endsMs, condition }) =>
        (endsMs === undefined || event.timeMs < endsMs) && condition.sources.includes(event.source) && condition.matches(context),
    );
    return ignore === undefined || context.verdict.breakGlass || context.verdict.spoofed
      ? context.verdict
      : expected(context.verdict, ignore.name);
  }

  /** A cluster's account and region are known from the configuration where the envelope does not say them. */
  #placed(event: AuditEvent): AuditEvent {
    if (event.source !== 'k8s_audit') return event;
    const cluster = ownEntry(this.#options.policy.clusters, event.cluster);
    return { ...event, ...defined({ account: event.account ?? cluster?.account, region: event.region ?? cluster?.region }) };
  }

  #isInWindow({ timeMs }: Pick<AuditEvent, 'timeMs'>): boolean {
    const { sinceMs, untilMs } = this.#options;
    return (sinceMs === undefined || timeMs >= sinceMs) && (untilMs === undefined || timeMs < untilMs);
  }

  #number(event: AuditEvent): number {
    this.#firstTimes[event.source] ??= event.timeNs;
    return ++this.#eventNumbers[event.source];
  }
}

/** Makes one record an audit event. */
export function normalise(record: RawRecord): Normalised {
  const value = parseRecord(record);
  if (value === undefined) return unusable('bad_json', 'the record is not JSON');
  if (!isObject(value)) return unusable('not_an_event', 'a record must be a JSON object');
  return record.source === 'aws_cloudtrail' ? normaliseCloudTrail(record, value) : normaliseKubernetes(record, value);
}
