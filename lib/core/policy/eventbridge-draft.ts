/**
 * The shape of the EventBridge pattern. Its traps: an absent field is matched by `exists` alone, alternatives over several fields
 * need `$or`, and a field named outside and inside of one `$or` loses the outer test (EventBridge User Guide, "Comparison
 * operators"; answers of the service, recorded 2025-10 and 2026-09).
 */
import { CLOUDTRAIL_PROFILE } from '../classify/profile.ts';
import type { Json, JsonObject } from '../model/audit-event.ts';
import type { PrincipalEntry } from './policy.ts';
import type { RawTest } from './residual.ts';
import { type ActionTests, RAW_CLOUDTRAIL } from './residual-cloudtrail.ts';

/** What goes into a pattern. */
export interface Drafting {
  readonly tests: ActionTests;
  /** How what must be let through is told: by the field that selects best, or by the one that takes the fewest characters. */
  readonly manner: 'precise' | 'short';
  /** Whether what AWS does itself, and what functions do, is left out. */
  readonly dropsServices: boolean;
  readonly reportWorkloads: boolean;
  readonly breakGlass: readonly PrincipalEntry[];
  /** Accounts whose service-linked roles are left out. */
  readonly accounts: readonly string[];
  /** Role names, with stars, whose sessions are left out. */
  readonly roles: readonly string[];
  /** The same of IAM users. */
  readonly users: readonly string[];
}

const ABSENT: Json = { exists: false };
/**
 * All values of `readOnly` but JSON true: none of them says that a call only reads. Two are missing that CloudTrail does not write: a number,
 * and null, which no CloudFormation template can carry.
 */
const NOT_READ_ONLY: Json = [false, ABSENT, { prefix: '' }];
/** Services that act in an account's name again and again; a longer list only makes the pattern longer. */
const ACTING = ['autoscaling', 'cloudformation', 'config', 'ecs', 'eks', 'elasticloadbalancing', 'lambda', 'rds', 'ssm'];
/** So many service-linked roles' accounts at most: each takes about 55 characters. */
const MAX_ACCOUNTS = 4;

/** The pattern as it would be, whatever its size. */
export function draftPattern(drafting: Drafting): JsonObject {
  const { tests } = drafting;
  const changes = { ...(tests.read === undefined ? {} : { readOnly: NOT_READ_ONLY }), ...callers(drafting) };
  const detail = tests.read === undefined ? changes : { $or: [changes, ...SESSIONS, ...branches(tests.read, drafting.manner)] };
  return {
    // only AWS can send with such a source; any principal of the account can with another
    source: [{ prefix: 'aws.' }],
    // documents and practice spell the sign-in's differently
    'detail-type': [{ suffix: ' via CloudTrail' }],
    ...present('detail', detail),
  };
}

/** All that the sign-in service does is a sign-in, and Managed Grafana has the name of its action elsewhere. */
const NAMED_OTHERWISE = ['signin', 'grafana'];
/** Services of which some calls are sessions or sign-ins, which count although a record says that they only read. */
const SESSION_SERVICES = [
  ...new Set(
    CLOUDTRAIL_PROFILE.filter(
      ({ verdict, service }) => (verdict === 'interactive' || verdict === 'sign_in') && !NAMED_OTHERWISE.includes(service),
    ).map(({ service }) => service),
  ),
].filter((service, _, all) => !all.some((other) => other !== service && service.startsWith(other)));

/** No action that opens a session begins like that; and no action of these services has a dot in its name. */
const READING = ['Describe', 'Get', 'List', 'describe', 'get', 'list'];
const SESSIONS: readonly JsonObject[] = [
  { eventType: ['AwsConsoleSignIn'] },
  { eventSource: NAMED_OTHERWISE.map((prefix) => ({ prefix })) },
  { eventSource: SESSION_SERVICES.map((prefix) => ({ prefix })), eventName: [{ 'anything-but': { prefix: READING } }] },
];

/** The callers that are let through; nothing when it is all of them. */
function callers(drafting: Drafting): JsonObject {
  const { tests, manner, roles, users } = drafting;
  const services = drafting.dropsServices ? tests.service : undefined;
  const workloads = drafting.dropsServices && !drafting.reportWorkloads ? tests.workload : undefined;
  const declared = roles.length + users.length > 0 ? tests.pipeline : undefined;
  const others = [services, workloads, declared].filter((each) => each !== undefined);
  if (others.length === 0) return {};
  const breakGlass = services === undefined && workloads === undefined ? [] : breakGlassBranches(drafting.breakGlass);
  const assumedRoot = { userIdentity: { sessionContext: { assumedRoot: [{ exists: true }] } } };
  return {
    $or: [
      callerBranch(drafting, services !== undefined, workloads !== undefined),
      assumedRoot,
      ...breakGlass,
      ...branches(others.flat(), manner),
    ],
  };
}

/** The callers that nobody declared and that are not AWS itself. */
function callerBranch({ roles, users, accounts }: Drafting, noServices: boolean, noFunctions: boolean): JsonObject {
  const linked = noServices ? accounts.slice(0, MAX_ACCOUNTS).map((account) => `arn:aws:iam::${account}:role/aws-service-role/`) : [];
  const issuer = {
    ...(linked.length === 0 ? {} : { arn: [ABSENT, { 'anything-but': { prefix: linked } }] }),
    ...(roles.length === 0 ? {} : { userName: otherNames(roles) }),
  };
  const sessions = Object.keys(issuer).length > 0;
  const types = [...(sessions ? ['AssumedRole'] : []), ...(users.length > 0 ? ['IAMUser'] : []), ...(noServices ? ['AWSService'] : [])];
  const acting = ACTING.map((service) => `${service}.amazonaws.com`);
  const type = types.length === 0 ? {} : { type: [ABSENT, { 'anything-but': types }] };
  const identity = {
    ...(noServices ? { invokedBy: [ABSENT, { 'anything-but': acting }] } : {}),
    ...(noFunctions ? { inScopeOf: { issuerType: [ABSENT, { 'anything-but': ['AWS::Lambda::Function'] }] } } : {}),
  };
  const branchesByType = [
    { userIdentity: type },
    ...(sessions ? [{ userIdentity: { type: ['AssumedRole'], sessionContext: { sessionIssuer: issuer } } }] : []),
    ...(users.length > 0 ? [{ userIdentity: { type: ['IAMUser'], userName: otherNames(users) } }] : []),
  ];
  const single = branchesByType.length === 1;
  return {
    ...(noServices ? { eventType: [ABSENT, { 'anything-but': ['AwsServiceEvent'] }] } : {}),
    ...(single ? { userIdentity: { ...type, ...identity } } : { ...present('userIdentity', identity), $or: branchesByType }),
  };
}

/** A member that is there only when it says something: an empty object is no pattern. */
function present(key: string, value: JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}

/** Any name but these, in the form that the service counts least; two of them in one list would let each other's names through. */
function otherNames(globs: readonly string[]): Json {
  if (!globs.some((glob) => glob.includes('*'))) return [ABSENT, { 'anything-but': globs }];
  const prefixes = globs.map((glob) => glob.slice(0, -1));
  const onlyPrefixes = globs.every((glob) => glob.length > 1 && glob.indexOf('*') === glob.length - 1);
  return [ABSENT, { 'anything-but': onlyPrefixes ? { prefix: prefixes } : { wildcard: globs } }];
}

/** Break-glass principals are let through even where AWS acts for them; `?` becomes `*`, which lets through more. */
function breakGlassBranches(entries: readonly PrincipalEntry[]): readonly JsonObject[] {
  const named = (globs: readonly (string | undefined)[]): readonly Json[] =>
    globs.flatMap((glob): readonly Json[] => {
      if (glob === undefined) return [];
      return [glob.includes('*') || glob.includes('?') ? { wildcard: glob.replace(/[*?]+/g, '*').replace(/\\/g, '\\\\') } : glob];
    });
  const roles = named(entries.map(({ role }) => role));
  const users = named(entries.map(({ user }) => user));
  return [
    ...(roles.length === 0
      ? []
      : [{ userIdentity: { type: ['AssumedRole'], sessionContext: { sessionIssuer: { userName: [ABSENT, ...roles] } } } }]),
    ...(users.length === 0 ? [] : [{ userIdentity: { type: ['IAMUser'], userName: [ABSENT, ...users] } }]),
  ];
}

/** What rules may match all the same: one alternative for each field that tells it. */
function branches(tests: readonly RawTest[], manner: Drafting['manner']): readonly JsonObject[] {
  const byField = new Map<string, Set<string>>();
  for (const test of tests) {
    const field = manner === 'precise' ? mostPrecise(test) : shortest(test);
    for (const value of test.get(field) as ReadonlySet<string>) byField.set(field, (byField.get(field) ?? new Set()).add(value));
  }
  return [...byField].map(([field, values]) => nested(RAW_CLOUDTRAIL.get(field) as readonly string[], [...values]));
}

function mostPrecise(test: RawTest): string {
  return [...RAW_CLOUDTRAIL.keys()].find((field) => test.has(field)) as string;
}

function shortest(test: RawTest): string {
  const sizes = [...test].map(([field, values]) => ({ field, size: [...values].join('","').length }));
  return sizes.reduce((best, each) => (each.size < best.size ? each : best)).field;
}

function nested([key, ...rest]: readonly string[], values: readonly string[]): JsonObject {
  return { [key as string]: rest.length === 0 ? values : nested(rest, values) };
}
