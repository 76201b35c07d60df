/**
 * The rules of an audit policy that log nothing: requests of machines that no loaded rule can match. Each class of them is put to the rules with what
 * is known of it, as for the vendors' patterns (`residual.ts`).
 *
 * A policy sees the user's name and groups, verb, resource and path, before the request is answered; neither IAM nor the pod behind a token. So only names that
 * nobody but a machine has are asked about, and of groups only what machines do all the time.
 */
import { ADDON_USERS, CONTROL_PLANE_USERS, CONTROLLER_ACCOUNTS } from '../classify/machines.ts';
import { ACCESS_REVIEWS } from '../classify/profile.ts';
import type { Hand } from '../model/verdict.ts';
import type { RuleEngine } from '../rules/engine.ts';
import { BUILTIN_GROUPS, inGroups } from './api-groups.ts';
import type { AuditRule } from './audit-policy.ts';
import type { CompiledPolicy } from './declared.ts';
import { globsOverlap } from './globs-overlap.ts';
import { userNameGlob } from './kubernetes-names.ts';
import { narrowSelector, type Selector } from './narrow-selector.ts';
import type { PrincipalEntry } from './policy.ts';
import { type Known, type RawTest, residualTests } from './residual.ts';
import { MANY_READS, withoutFields } from './residual-kubernetes.ts';

/** A rule with the reason for it, in words. */
export interface ReasonedRule {
  readonly why: string;
  readonly rule: AuditRule;
}

/** What quiet rules depend on beside the loaded rules. */
export interface QuietOptions {
  /** Whether IAM identities have names in the cluster: then any name may be worn by a person. */
  readonly iamIdentities: boolean;
  /** Whether a loaded rule reads answers: then a read that a rule may match is not set apart at a lower level. */
  readonly readsAnswers: boolean;
}

/** Requests of which something is known, and the rule that would match them. */
interface Candidate {
  readonly why: string;
  readonly selector: Selector;
  readonly regions: readonly Known[];
}

/** Members of an event that a policy sees, as rules read them. */
const SEEN: ReadonlySet<string> = new Set(['ka.verb', 'ka.user.name', 'ka.target.resource', 'ka.target.subresource']);
const ACCOUNTS = 'system:serviceaccounts';
const NODES = 'system:nodes';
/** What kubelets write all the time. */
const UPKEEP = ['events', 'leases', 'csinodes', 'nodes/status', 'pods/status', 'serviceaccounts/token'];

/** Asks the loaded rules what of machines' requests need not be logged. */
export class QuietRules {
  readonly #engine: RuleEngine;
  readonly #policy: CompiledPolicy['policy'];
  readonly #options: QuietOptions;

  constructor(engine: RuleEngine, { policy }: CompiledPolicy, options: QuietOptions) {
    this.#engine = engine;
    this.#policy = policy;
    this.#options = options;
  }

  /** Whether no rule can match what was only received. */
  get dropsReceived(): boolean {
    const received = { 'drift.manual': 'false', 'drift.decides': 'false', 'drift.root': 'false', 'ka.stage': 'RequestReceived' };
    return this.#tests([received])?.length === 0;
  }

  /** Rules about the control plane, nodes, service accounts and probes. */
  ofMachines(): readonly ReasonedRule[] {
    return [...this.#controlPlane(), ...this.#upkeep(), ...this.#reads()].flatMap((candidate) => this.#ruled(candidate));
  }

  /** The rules for all that declared principals do; none when a rule may match some of it. */
  ofDeclared(names: readonly string[]): readonly ReasonedRule[] {
    const [accounts, users] = [names.filter((name) => !isUser(name)), names.filter(isUser)];
    const regions = this.#hands('pipeline', 'workload', 'service');
    const why = 'declared under pipelines or workloads: no loaded rule matches anything they do';
    return [
      ...(accounts.length === 0 ? [] : [{ why, selector: { users: accounts, userGroups: [ACCOUNTS] }, regions }]),
      ...(users.length === 0 ? [] : [{ why, selector: { users }, regions }]),
    ].flatMap((candidate) => this.#ruled(candidate));
  }

  /** Whether a break-glass entry may be about a user of this name. */
  isBreakGlass(name: string): boolean {
    return covers(this.#policy.break_glass, name);
  }

  #controlPlane(): readonly Candidate[] {
    const users = [...CONTROL_PLANE_USERS, ...ADDON_USERS].filter((name) => !this.isBreakGlass(name));
    const controllers = [...CONTROLLER_ACCOUNTS]
      .map((account) => `system:serviceaccount:${account.replace('/', ':')}`)
      .filter((name) => !this.isBreakGlass(name));
    return [
      { why: 'the control plane and its add-ons', selector: { users }, regions: this.#machine(users) },
      {
        why: "the controller manager's controllers; who is not in the group only wears such a name",
        selector: { users: controllers, userGroups: [ACCOUNTS] },
        regions: this.#machine(controllers),
      },
    ];
  }

  #upkeep(): readonly Candidate[] {
    if (this.isBreakGlass('system:node:*')) return [];
    const selector = { userGroups: [NODES], verbs: ['create', 'update', 'patch'], resources: inGroups(UPKEEP) };
    return [{ why: "nodes' upkeep: heartbeats, status, events, tokens for pods", selector, regions: this.#machine(['system:node:*']) }];
  }

  #reads(): readonly Candidate[] {
    const userGroups = [ACCOUNTS, NODES];
    const { pipelines, workloads } = this.#policy;
    const named = [...pipelines, ...workloads]
      .map(({ kubernetes_user }) => kubernetes_user)
      .filter((name) => name !== undefined && isUser(name));
    const reads = MANY_READS.map((verb) => this.#read({ 'ka.verb': verb }));
    const probes = ['/healthz*', '/livez*', '/readyz*', '/version'];
    return [
      { why: 'reads by nodes and pods', selector: { userGroups, verbs: MANY_READS }, regions: reads },
      ...(named.length === 0
        ? []
        : [{ why: 'reads by declared users', selector: { users: named as readonly string[], verbs: MANY_READS }, regions: reads }]),
      {
        why: 'nodes and pods ask who somebody is and what they may do; nothing is stored',
        selector: { userGroups, verbs: ['create'], resources: inGroups(ACCESS_REVIEWS) },
        regions: [...ACCESS_REVIEWS].map((review) =>
          this.#read({ 'ka.verb': 'create', 'ka.target.resource': review, 'ka.target.subresource': undefined }),
        ),
      },
      {
        why: 'probes',
        selector: { userGroups: ['system:unauthenticated'], verbs: ['get', 'head'], nonResourceURLs: probes },
        regions: ['get', 'head'].map((verb) =>
          this.#read({ 'ka.verb': verb, 'ka.target.resource': undefined, 'ka.target.subresource': undefined }),
        ),
      },
    ];
  }

  #read(more: Known): Known {
    const read = { 'drift.manual': 'false', 'drift.class': 'read', 'drift.root': 'false', ...more };
    return this.#options.iamIdentities ? read : { ...read, 'drift.spoofed': 'false' };
  }

  /** What is known of machines; a declared pipeline is one before it is anything else. */
  #machine(names: readonly string[]): readonly Known[] {
    return names.some((name) => covers(this.#policy.pipelines, name)) ? this.#hands('service', 'pipeline') : this.#hands('service');
  }

  #hands(...hands: readonly Hand[]): readonly Known[] {
    if (this.#options.iamIdentities) return [{ 'drift.root': 'false' }];
    const silent = { 'drift.manual': 'false', 'drift.break_glass': 'false', 'drift.spoofed': 'false', 'drift.root': 'false' };
    return hands.map((hand) => ({ ...silent, 'drift.hand': hand }));
  }

  #tests(regions: readonly Known[]): readonly RawTest[] | undefined {
    return residualTests(this.#engine, 'k8s_audit', [...regions, ...regions.map(withoutFields)], SEEN);
  }

  #ruled({ why, selector, regions }: Candidate): readonly ReasonedRule[] {
    const tests = this.#tests(regions);
    const narrowed = tests && narrowSelector(selector, tests);
    if (narrowed === undefined || (narrowed.kept.length > 0 && this.#options.readsAnswers)) return [];
    const { kept, selector: who } = narrowed;
    if (kept.length === 0) return [{ why, rule: { level: 'None', ...who } }];
    // not every server has a wildcard for groups, so only the built-in ones can be left out
    const [wanted, others] = [BUILTIN_GROUPS.map((group) => ({ group, resources: kept })), BUILTIN_GROUPS.map((group) => ({ group }))];
    return [
      { why: 'reads that a loaded rule may match', rule: { level: 'Metadata', ...who, resources: wanted } },
      { why, rule: { level: 'None', ...who, resources: others } },
      { why, rule: { level: 'None', ...who, nonResourceURLs: ['*'] } },
    ];
  }
}

/** A user's name as a policy can name it, and no service account's, which is trusted only with its group. */
function isUser(name: string): boolean {
  return !/[*?]/.test(name) && !name.startsWith('system:serviceaccount:');
}

function covers(entries: readonly PrincipalEntry[], name: string): boolean {
  return entries.some((entry) => entry.role === undefined && entry.user === undefined && globsOverlap(userNameGlob(entry), name));
}
