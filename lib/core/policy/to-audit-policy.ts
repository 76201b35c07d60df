/**
 * The audit policy of an API server that logs whatever the loaded rules may match, with the bodies that they read (architecture §5), and of the rest nothing that
 * machines do all the time. What no rule of it names is logged at level Metadata.
 *
 * It counts on what the cluster's operator decides: no IAM identity has a name in the cluster (else `iamIdentities`), only nodes are in the group `system:nodes`, and
 * pods, services and nodes are the core group's. Bodies are logged of built-in resources; a custom resource's only for a rule that reads bodies of any resource.
 */
import { INTERACTIVE } from '../classify/profile.ts';
import type { RuleEngine } from '../rules/engine.ts';
import type { RuleModel } from '../rules/loader/model.ts';
import { inGroups } from './api-groups.ts';
import type { AuditPolicy, AuditRule } from './audit-policy.ts';
import { type BodyDemand, bodyDemands } from './body-demands.ts';
import type { CompiledPolicy } from './declared.ts';
import { userNameGlob } from './kubernetes-names.ts';
import { type LeftOut, silentEntries } from './left-out.ts';
import { QuietRules, type ReasonedRule } from './quiet-rules.ts';

/** A policy with what one wants to know of it before it is used. */
export interface CompiledAuditPolicy {
  readonly policy: AuditPolicy;
  /** The reason for each of its rules, in words. */
  readonly reasons: readonly string[];
  /** Declared entries whose requests are logged all the same. */
  readonly leftOut: readonly LeftOut[];
  /** Rules and `ignore:` entries that read a body which is never logged. */
  readonly blind: readonly { readonly of: string; readonly reason: string }[];
}

/** Resources whose bodies hold credentials, in the request or in the answer: never more than Metadata. */
const SENSITIVE: readonly string[] = ['secrets', 'configmaps', 'serviceaccounts/token', 'tokenreviews'];

/** Compiles what loaded rules and configuration can match and read into an audit policy; equal input gives an equal policy. */
export function auditPolicy(
  policy: CompiledPolicy,
  engine: RuleEngine,
  model: RuleModel,
  { iamIdentities }: { readonly iamIdentities: boolean },
): CompiledAuditPolicy {
  const demands = bodyDemands(model, policy.policy.ignore);
  const quiet = new QuietRules(engine, policy, { iamIdentities, readsAnswers: demands.some(({ level }) => level === 'RequestResponse') });
  const { rules: declared, leftOut } = declaredRules(policy, quiet);
  const rules: readonly ReasonedRule[] = [
    {
      why: 'sessions, whatever the verb: clients choose it by their transport',
      rule: { level: 'Metadata', resources: inGroups(INTERACTIVE) },
    },
    ...quiet.ofMachines(),
    ...declared,
    { why: 'bodies of these hold credentials, and are never logged', rule: { level: 'Metadata', resources: inGroups(SENSITIVE) } },
    ...bodyRules(demands.filter((demand) => !isBlind(demand))),
    {
      why: 'the options of a delete or an eviction tell a dry run from a change',
      rule: { level: 'Request', verbs: ['delete', 'deletecollection'] },
    },
    { why: 'as above', rule: { level: 'Request', verbs: ['create'], resources: inGroups(['pods/eviction']) } },
    { why: 'everything else', rule: { level: 'Metadata' } },
  ];
  return {
    policy: {
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      ...(quiet.dropsReceived ? { omitStages: ['RequestReceived'] as const } : {}),
      // a rule that reads any part of a body may read these
      ...(demands.every(({ resources }) => resources !== undefined) ? { omitManagedFields: true } : {}),
      rules: rules.map(({ rule }) => rule),
    },
    reasons: rules.map(({ why }) => why),
    leftOut,
    blind: blind(demands),
  };
}

function declaredRules(
  policy: CompiledPolicy,
  quiet: QuietRules,
): { readonly rules: readonly ReasonedRule[]; readonly leftOut: readonly LeftOut[] } {
  const { entries, leftOut: narrowed } = silentEntries(policy, ['service_account', 'kubernetes_user']);
  const iam = silentEntries(policy, ['role', 'user']);
  const leftOut: LeftOut[] = [
    ...narrowed,
    ...iam.leftOut,
    ...iam.entries.map(({ name }) => ({
      entry: name,
      reason: 'an IAM identity; an audit policy sees only the name that the cluster gives it',
    })),
  ];
  const named: { readonly entry: string; readonly username: string }[] = [];
  for (const entry of entries) {
    const username = userNameGlob(entry);
    if (/[*?]/.test(username)) leftOut.push({ entry: entry.name, reason: 'has * or ?, which names in an audit policy have not' });
    else if (entry.service_account === undefined && username.startsWith('system:serviceaccount:')) {
      leftOut.push({ entry: entry.name, reason: 'names a service account; declare it with service_account' });
    } else if (quiet.isBreakGlass(username)) leftOut.push({ entry: entry.name, reason: 'a break-glass entry covers it' });
    else named.push({ entry: entry.name, username });
  }
  const rules = named.length === 0 ? [] : quiet.ofDeclared([...new Set(named.map(({ username }) => username))]);
  const dropped = new Set(rules.flatMap(({ rule }) => rule.users));
  const logged = named.filter(({ username }) => !dropped.has(username));
  leftOut.push(...logged.map(({ entry }) => ({ entry, reason: 'a rule may match what it does' })));
  return { rules, leftOut };
}

/** One rule for all demands of a level and the same verbs; the higher level first, because the first match decides. */
function bodyRules(demands: readonly BodyDemand[]): readonly ReasonedRule[] {
  return (['RequestResponse', 'Request'] as const).flatMap((level) => {
    const byVerbs = new Map<string, readonly BodyDemand[]>();
    for (const demand of demands.filter((each) => each.level === level)) {
      const key = JSON.stringify(demand.verbs ?? null);
      byVerbs.set(key, [...(byVerbs.get(key) ?? []), demand]);
    }
    return [...byVerbs.values()].flatMap((alike) => bodyRule(level, alike));
  });
}

function bodyRule(level: BodyDemand['level'], alike: readonly BodyDemand[]): readonly ReasonedRule[] {
  const verbs = alike[0]?.verbs;
  const isOfAny = alike.some(({ resources }) => resources === undefined);
  const resources = inGroups(new Set(alike.flatMap((demand) => demand.resources ?? [])));
  const rule: AuditRule = { level, ...(verbs && { verbs }), ...(isOfAny ? {} : { resources }) };
  const names = [...new Set(alike.map(({ of }) => of))].sort();
  return [{ why: `read by: ${names.join(', ')}`, rule }];
}

/** All that is read belongs to resources whose bodies are never logged. */
function isBlind({ resources }: BodyDemand): boolean {
  return resources?.every((resource) => SENSITIVE.includes(resource.replace(/\/\*$/, ''))) ?? false;
}

function blind(demands: readonly BodyDemand[]): CompiledAuditPolicy['blind'] {
  const unseen = demands
    .filter(isBlind)
    .map(({ of, resources = [] }) => [of, `reads the body of ${resources[0]}, which is never logged`] as const);
  return [...new Map(unseen)].map(([of, reason]) => ({ of, reason }));
}
