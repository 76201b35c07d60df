import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../lib/core/model/audit-event.ts';
import type { FindingWithOrigin } from '../../lib/core/model/finding.ts';
import type { Decoded, Envelope, EventSource } from '../../lib/core/model/raw-record.ts';
import { type CompiledIgnore, Detector, type DetectorOptions, type Outcome } from '../../lib/core/pipeline.ts';
import { EMPTY_POLICY, type Policy } from '../../lib/core/policy/policy.ts';
import type { RuleEngine } from '../../lib/core/rules/engine.ts';
import { compileCondition, loadRules } from '../../lib/core/rules/load-rules.ts';
import type { RuleModel } from '../../lib/core/rules/loader/model.ts';
import { BUILTIN_RULES } from '../../lib/wire.ts';
import { rawRecord } from './records.ts';

/** Rule texts as they are loaded. */
export interface Loaded {
  readonly engine: RuleEngine;
  readonly model: RuleModel;
}

/** The engine of rule texts with what they define, some of the rules switched off; throws when one does not load. */
export function loadedRules(texts: readonly string[], disable: readonly string[] = []): Loaded {
  const { engine, model, problems } = loadRules(
    texts.map((text, index) => ({ name: `rules-${index}.yaml`, text })),
    { minimumPriority: 'Debug', ruleMatching: 'all', disable },
  );
  if (engine === undefined) throw new Error(JSON.stringify(problems));
  return { engine, model };
}

/** The engine of rule texts; throws when one does not load. */
export function engineOf(...texts: readonly string[]): RuleEngine {
  return loadedRules(texts).engine;
}

/** Texts of the built-in rule files. */
export const builtin: readonly string[] = BUILTIN_RULES.map((file) => readFileSync(file, 'utf8'));

/** The engine of the built-in rules, and of more after them. */
export function builtinEngine(...more: readonly string[]): RuleEngine {
  return engineOf(...builtin, ...more);
}

/** A detector with the built-in rules and a policy. */
export function detectorOf(policy: Partial<Policy> = {}, options: Partial<DetectorOptions> = {}): Detector {
  return new Detector({ policy: { ...EMPTY_POLICY, ...policy }, engine: options.engine ?? builtinEngine(), ignores: [], ...options });
}

/** An `ignore:` entry that does not end. */
export function ignoreOf(name: string, condition: string, endsMs?: number): CompiledIgnore {
  const compiled = compileCondition(condition);
  if ('error' in compiled) throw new Error(JSON.stringify(compiled));
  return { name, endsMs, condition: compiled };
}

/** One record as a decoder hands it over. */
export function item(source: EventSource, value: JsonObject, over: { envelope?: Envelope; truncated?: boolean } = {}): Decoded {
  return { kind: 'record', record: rawRecord(source, value, over) };
}

/** What a detector found in one record. */
export function findingsOf(outcome: Outcome): readonly FindingWithOrigin[] {
  return outcome.kind === 'findings' ? outcome.findings : [];
}

/** Names of the rules that fired, sorted. */
export function rulesOf(outcome: Outcome): readonly string[] {
  return findingsOf(outcome)
    .map(({ finding }) => finding.rule)
    .sort();
}
