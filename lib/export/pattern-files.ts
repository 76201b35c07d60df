import type { CompiledPolicy } from '../core/policy/declared.ts';
import { compilePolicy } from '../core/policy/declared.ts';
import type { LeftOut } from '../core/policy/left-out.ts';
import type { Policy } from '../core/policy/policy.ts';
import { auditPolicy } from '../core/policy/to-audit-policy.ts';
import { CWL_TRUNCATED_PATTERN, cloudWatchLogsPattern } from '../core/policy/to-cwl.ts';
import { eventBridgePattern } from '../core/policy/to-eventbridge.ts';
import type { RuleEngine } from '../core/rules/engine.ts';
import type { RuleModel } from '../core/rules/loader/model.ts';
import { auditPolicyFile } from './audit-policy-file.ts';
import type { PatternKind } from './export-kinds.ts';
import type { GeneratedFile } from './generated-file.ts';

/** What patterns are compiled from. */
export interface PatternInput {
  readonly policy: Policy;
  readonly engine: RuleEngine;
  /** What the engine's rule files define. */
  readonly model: RuleModel;
  /** Whether IAM identities have names in the cluster that an audit policy is for. */
  readonly iamIdentities: boolean;
}

/** The files of a pattern, and what one should know of it. */
export interface PatternFiles {
  readonly files: readonly GeneratedFile[];
  /** Declared entries that are not in it. */
  readonly leftOut: readonly LeftOut[];
  /** Rules and entries that can never match what is let through. */
  readonly blind: readonly { readonly of: string; readonly reason: string }[];
}

const FILES: Readonly<Record<PatternKind, (policy: CompiledPolicy, input: PatternInput) => PatternFiles>> = {
  eventbridge: (policy, { engine }) => {
    const { text, leftOut } = eventBridgePattern(policy, engine);
    // without white space, which would count
    return { files: [{ path: 'event-pattern.json', text: `${text}\n` }], leftOut, blind: [] };
  },
  'cloudwatch-logs': (policy, { engine }) => {
    const { text, leftOut } = cloudWatchLogsPattern(policy, engine);
    const files = [
      { path: 'filter-pattern.txt', text: `${text}\n` },
      { path: 'filter-pattern-truncated.txt', text: `${CWL_TRUNCATED_PATTERN}\n` },
    ];
    return { files, leftOut, blind: [] };
  },
  'audit-policy': (policy, { engine, model, iamIdentities }) => {
    const compiled = auditPolicy(policy, engine, model, { iamIdentities });
    return { files: [auditPolicyFile(compiled, iamIdentities)], leftOut: compiled.leftOut, blind: compiled.blind };
  },
};

/** The files of one kind of pattern; equal input gives equal text. */
export function patternFiles(kind: PatternKind, input: PatternInput): PatternFiles {
  return FILES[kind](compilePolicy(input.policy), input);
}
