/**
 * The CloudWatch Logs filter pattern for the audit log of an EKS cluster that lets through whatever the loaded rules may match (architecture
 * §5). It leaves out what was only received, reads, nodes' upkeep, pods and the busiest controllers, each only as far as the rules allow.
 *
 * It counts on how the API server writes events (`audit.k8s.io/v1`): what is a string there is a string or absent; `pod-name` is
 * in `user.extra` of service accounts only, because no other authenticator may set a key of kubernetes.io; aws-iam-authenticator writes uid and ARN together.
 * A line that CloudWatch cut is no JSON and matches no such pattern: `CWL_TRUNCATED_PATTERN` is for these.
 */
import type { RuleEngine } from '../rules/engine.ts';
import { type CwlDrafting, draftCwl } from './cwl-draft.ts';
import type { CompiledPolicy } from './declared.ts';
import { CONTROL_PLANE_BY_TRAFFIC, kubernetesNames } from './kubernetes-names.ts';
import { type LeftOut, silentEntries } from './left-out.ts';
import { type RequestTerms, requestTerms } from './residual-kubernetes.ts';

/** Characters of a filter pattern (`PutSubscriptionFilter`, `filterPattern`; read 2026-11-21). */
export const MAX_FILTER_PATTERN_CHARACTERS = 1024;

/** Matches the lines that CloudWatch Logs cut, for a second subscription; a log group takes two. */
export const CWL_TRUNCATED_PATTERN = '"[Truncated...]"';

/** A filter pattern with what one wants to know of it before it is deployed. */
export interface CloudWatchLogsPattern {
  /** As `FilterPattern` of `AWS::Logs::SubscriptionFilter`. */
  readonly text: string;
  /** Declared entries that are not in the pattern. */
  readonly leftOut: readonly LeftOut[];
  /** False when a rule may match requests that only read, so that all of them are let through. */
  readonly dropsReads: boolean;
}

/** Nothing may be left out. */
const NOTHING: RequestTerms = {
  received: undefined,
  read: undefined,
  node: undefined,
  service: undefined,
  workload: undefined,
  declared: undefined,
};

/** Compiles what the rules and the policy let fall into a filter pattern; equal input gives equal text. */
export function cloudWatchLogsPattern(policy: CompiledPolicy, engine: RuleEngine): CloudWatchLogsPattern {
  const tests = requestTerms(engine, policy.policy.pipelines);
  const { entries, leftOut: narrowed } = silentEntries(policy, ['service_account', 'kubernetes_user']);
  const { names, leftOut: unfit } = kubernetesNames(entries);
  const iam = silentEntries(policy, ['role', 'user']);
  const leftOut: LeftOut[] = [
    ...narrowed,
    ...iam.leftOut,
    ...iam.entries.map(({ name }) => ({ entry: name, reason: 'an IAM identity; no pattern tells it from another' })),
    ...unfit,
  ];
  const { break_glass: breakGlass, report_workloads: reportWorkloads } = policy.policy;
  const bare: CwlDrafting = { tests, dropsMachines: true, reportWorkloads, breakGlass, control: [], declared: [] };
  const drafts = [bare, { ...bare, dropsMachines: false, breakGlass: [] }, { ...bare, tests: NOTHING, breakGlass: [] }].map((drafting) => ({
    drafting,
    text: draftCwl(drafting),
  }));
  // the last one is empty and fits
  let { drafting, text } = drafts.find((draft) => draft.text.length <= MAX_FILTER_PATTERN_CHARACTERS) as (typeof drafts)[number];
  const add = (next: CwlDrafting): boolean => {
    const longer = draftCwl(next);
    const fits = longer.length <= MAX_FILTER_PATTERN_CHARACTERS;
    if (fits) [drafting, text] = [next, longer];
    return fits;
  };
  for (const { username, entry } of names) {
    if (!drafting.dropsMachines || tests.declared === undefined) leftOut.push({ entry, reason: 'a rule may match what it does' });
    else if (!add({ ...drafting, declared: [...drafting.declared, username] })) leftOut.push({ entry, reason: 'the pattern is full' });
  }
  for (const user of drafting.dropsMachines && drafting.tests.service !== undefined ? CONTROL_PLANE_BY_TRAFFIC : []) {
    add({ ...drafting, control: [...drafting.control, user] });
  }
  return { text, leftOut, dropsReads: drafting.tests.read !== undefined };
}
