import { glob } from '../classify/glob.ts';
import type { Caller } from '../model/audit-event.ts';
import type { Policy, PrincipalEntry } from './policy.ts';

/** A policy whose globs are compiled once. */
export interface CompiledPolicy {
  readonly policy: Policy;
  readonly pipelines: readonly CompiledEntry[];
  readonly workloads: readonly CompiledEntry[];
  readonly breakGlass: readonly CompiledEntry[];
  /** Accounts the configuration names: an identity of another account is not one of ours. */
  readonly ownAccounts: ReadonlySet<string>;
}

/** One declared principal, ready to be asked. */
export interface CompiledEntry {
  readonly entry: PrincipalEntry;
  readonly matches: (event: Caller) => boolean;
}

type Test = (event: Caller) => boolean;

/** Compiles what the user declared. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  const compile = (entries: readonly PrincipalEntry[]): readonly CompiledEntry[] =>
    entries.map((entry) => ({ entry, matches: compileEntry(entry) }));
  return {
    policy,
    pipelines: compile(policy.pipelines),
    workloads: compile(policy.workloads),
    breakGlass: compile(policy.break_glass),
    ownAccounts: new Set([
      ...Object.keys(policy.accounts),
      ...Object.values(policy.clusters).flatMap(({ account }) => (account === undefined ? [] : [account])),
      ...[...policy.pipelines, ...policy.workloads, ...policy.break_glass].flatMap(({ accounts }) => accounts ?? []),
    ]),
  };
}

/** The first entry that names the principal of an event, or undefined. */
export function declaredEntry(entries: readonly CompiledEntry[], event: Caller): PrincipalEntry | undefined {
  return entries.find(({ matches }) => matches(event))?.entry;
}

function compileEntry(entry: PrincipalEntry): Test {
  const tests = [principalTest(entry), ...narrowing(entry)];
  return (event) => tests.every((test) => test(event));
}

function principalTest(entry: PrincipalEntry): Test {
  if (entry.role !== undefined) return on(glob(entry.role), ({ principal }) => principal.role?.name);
  if (entry.user !== undefined) return on(glob(entry.user), ({ principal }) => principal.iamUser);
  if (entry.service_account !== undefined) {
    const matches = on(glob(entry.service_account), ({ principal }) => principal.serviceAccount);
    return (event) => !event.principal.iamMapped && matches(event);
  }
  if (entry.kubernetes_user !== undefined) {
    // A name that IAM mapped was chosen by whoever may edit the mapping; the role or user behind it is what can be declared.
    const matches = on(glob(entry.kubernetes_user), ({ principal }) => principal.kubernetesUser);
    return (event) => !event.principal.iamMapped && matches(event);
  }
  return () => false;
}

function narrowing(entry: PrincipalEntry): readonly Test[] {
  const tests: Test[] = [];
  const { accounts, clusters, namespaces, identity_provider } = entry;
  if (accounts !== undefined) tests.push(({ principal, account }) => accounts.includes(principal.accountId ?? account ?? ''));
  if (clusters !== undefined) tests.push(oneOf(clusters, ({ cluster }) => cluster));
  if (namespaces !== undefined) tests.push(oneOf(namespaces, ({ target }) => target.namespace));
  if (entry.session !== undefined) tests.push(on(glob(entry.session), ({ principal }) => principal.sessionName));
  if (entry.source_identity !== undefined) tests.push(on(glob(entry.source_identity), ({ principal }) => principal.sourceIdentity));
  if (identity_provider !== undefined) {
    tests.push(on(glob(identity_provider.toLowerCase()), ({ principal }) => principal.identityProvider?.toLowerCase()));
  }
  if (entry.user_agent !== undefined) tests.push(on(glob(entry.user_agent), ({ userAgent }) => userAgent));
  return tests;
}

function oneOf(globs: readonly string[], of: (event: Caller) => string | undefined): Test {
  const tests = globs.map((pattern) => on(glob(pattern), of));
  return (event) => tests.some((test) => test(event));
}

function on(matches: (text: string) => boolean, of: (event: Caller) => string | undefined): Test {
  return (event) => {
    const value = of(event);
    return value !== undefined && matches(value);
  };
}
