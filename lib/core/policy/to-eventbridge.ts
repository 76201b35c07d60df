/**
 * The EventBridge pattern for CloudTrail's events that lets through whatever the loaded rules may match (architecture §5). It leaves out
 * reads, what AWS does itself, and declared principals, each only as far as the rules allow.
 *
 * Two things the grammar cannot tell, which CloudTrail's own format settles: a list from a value in it (CloudTrail writes no list where
 * the pattern asks for a value), and that the name and the ARN of a session's role disagree (CloudTrail writes both from one role).
 */
import type { JsonObject } from '../model/audit-event.ts';
import type { RuleEngine } from '../rules/engine.ts';
import type { CompiledPolicy } from './declared.ts';
import { type Drafting, draftPattern } from './eventbridge-draft.ts';
import { patternComplexity, refusal } from './eventbridge-limits.ts';
import { iamNames } from './iam-names.ts';
import { type LeftOut, silentEntries } from './left-out.ts';
import { actionTests } from './residual-cloudtrail.ts';

/** A pattern with what one wants to know of it before it is deployed. */
export interface EventBridgePattern {
  /** As `EventPattern` of `AWS::Events::Rule`. */
  readonly pattern: JsonObject;
  /** The same as JSON text without white space, as its length counts. */
  readonly text: string;
  /** The service's score for wildcards; at most 10 are accepted. */
  readonly complexity: number;
  /** Declared entries that are not in the pattern. */
  readonly leftOut: readonly LeftOut[];
  /** False when a rule may match calls that only read, so that all of them are let through. */
  readonly dropsReads: boolean;
}

/** Compiles what the rules and the policy let fall into a pattern; equal input gives equal text. */
export function eventBridgePattern(policy: CompiledPolicy, engine: RuleEngine): EventBridgePattern {
  const tests = actionTests(engine, policy.policy.pipelines);
  const variants = [true, false].flatMap((dropsServices) =>
    (['precise', 'short'] as const).flatMap((manner) => compiled(policy, { tests, manner, dropsServices })),
  );
  // the last one fits whatever is declared: it drops nothing but reads
  return variants.reduce((best, each) => (each.leftOut.length < best.leftOut.length ? each : best));
}

/** The pattern of one manner with as many declared entries as fit; none when it does not even fit without them. */
function compiled(policy: CompiledPolicy, how: Pick<Drafting, 'tests' | 'manner' | 'dropsServices'>): readonly EventBridgePattern[] {
  const { break_glass, accounts, report_workloads: reportWorkloads } = policy.policy;
  const { entries, leftOut: narrowed } = silentEntries(policy, ['role', 'user']);
  const [roles, users] = [iamNames(entries, break_glass, 'role'), iamNames(entries, break_glass, 'user')];
  const leftOut: LeftOut[] = [...narrowed, ...roles.leftOut, ...users.leftOut];
  let drafting: Drafting = { ...how, reportWorkloads, breakGlass: break_glass, accounts: Object.keys(accounts), roles: [], users: [] };
  let draft = drafted(drafting);
  if (draft.refusal !== undefined) return [];
  const names = [
    ...roles.names.map((name) => ({ ...name, kind: 'roles' as const })),
    ...users.names.map((name) => ({ ...name, kind: 'users' as const })),
  ];
  for (const { glob, entry, kind } of names) {
    const next = { ...drafting, [kind]: [...drafting[kind], glob] };
    const longer = drafted(next);
    if (how.tests.pipeline === undefined) leftOut.push({ entry, reason: 'a rule may match what it does' });
    else if (longer.refusal !== undefined) leftOut.push({ entry, reason: longer.refusal });
    else [drafting, draft] = [next, longer];
  }
  const { pattern, text, complexity } = draft;
  return [{ pattern, text, complexity, leftOut, dropsReads: how.tests.read !== undefined }];
}

interface Draft {
  readonly pattern: JsonObject;
  readonly text: string;
  readonly complexity: number;
  readonly refusal: string | undefined;
}

function drafted(drafting: Drafting): Draft {
  const pattern = draftPattern(drafting);
  const text = JSON.stringify(pattern);
  const complexity = patternComplexity(pattern);
  return { pattern, text, complexity, refusal: refusal(text, complexity) };
}
