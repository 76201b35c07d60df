/**
 * What the rest of Driftwire needs of the rule engine. The engine itself (lexer, parser, loader, evaluator, fields) stands
 * behind these types, so that pipeline and commands do not depend on how conditions are compiled.
 */
import type { AuditEvent } from '../model/audit-event.ts';
import type { OutputValue, Priority } from '../model/finding.ts';
import type { EventSource } from '../model/raw-record.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Needs } from './needs.ts';

/** What rules see of one event. */
export interface EventContext {
  readonly event: AuditEvent;
  readonly verdict: Verdict;
  /** Counts from 1, per source, the events that reach the rules. */
  readonly evtNum: number;
  /** Nanoseconds of the first event of this source that reached the rules, for `evt.reltime`. */
  readonly firstTimeNs: bigint;
  readonly accountName: string | undefined;
  readonly hostname: string;
}

export interface RuleInfo {
  readonly name: string;
  readonly desc: string;
  readonly source: EventSource;
  readonly priority: Priority;
  /** Sorted set. */
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** One rule that matched one event. */
export interface RuleMatch {
  readonly rule: RuleInfo;
  readonly message: string;
  readonly outputFields: Readonly<Record<string, OutputValue>>;
}

/** A rule that failed at run time; the others go on. */
export interface RuleFailure {
  readonly rule: RuleInfo;
  readonly error: string;
}

/** What is known of a field before the record is parsed. */
export type Knowledge = { readonly known: true; readonly value: string | undefined } | { readonly known: false };

/** One condition compiled outside a rule, for `ignore:` entries. */
export interface CompiledCondition {
  readonly sources: readonly EventSource[];
  matches(context: EventContext): boolean;
}

export interface RuleEngine {
  readonly rules: readonly RuleInfo[];
  /** Runs every enabled rule of the event's source, in definition order, as `rule_matching` says. */
  match(context: EventContext, onFailure: (failure: RuleFailure) => void): readonly RuleMatch[];
  /**
   * False only if no enabled rule of the source can match any event of which `know` is true (three-valued evaluation:
   * a field that is not known makes its check unknown). Sound, never complete.
   */
  mayMatch(source: EventSource, know: (field: string) => Knowledge): boolean;
  /**
   * What each enabled rule of the source needs that may match an event of which `know` is true: such an event is worth
   * looking at only if it has what one of them needs. Empty exactly when `mayMatch` is false.
   */
  needs(source: EventSource, know: (field: string) => Knowledge): readonly Needs[];
}
