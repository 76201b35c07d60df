import { allOf, anyOf, differs, equal } from './cwl-terms.ts';
import { userNameGlob } from './kubernetes-names.ts';
import type { PrincipalEntry } from './policy.ts';
import { MANY_READS, type RequestTerms } from './residual-kubernetes.ts';

/** What goes into a filter pattern. */
export interface CwlDrafting {
  readonly tests: RequestTerms;
  /** Whether what nodes and pods do is left out. */
  readonly dropsMachines: boolean;
  readonly reportWorkloads: boolean;
  readonly breakGlass: readonly PrincipalEntry[];
  /** User names of the control plane that are left out; only where the tests allow it. */
  readonly control: readonly string[];
  /** The same of declared principals, with stars. */
  readonly declared: readonly string[];
}

const USER = '$.user.username';
const ARN = '$.user.extra.arn[0]';
const CANONICAL_ARN = '$.user.extra.canonicalArn[0]';
const SESSION_NAME = '$.user.extra.sessionName[0]';
const POD_NAME = "$.user.extra.['authentication.kubernetes.io/pod-name'][0]";
const [GROUP, NEXT_GROUP] = ['$.user.groups[0]', '$.user.groups[1]'];

/** An IAM identity stands behind the name. */
const IAM = `(${ARN} = * || $.user.uid = "aws-iam*")`;
/** A machine's name worn by an IAM identity is reported whatever it does; by default an IAM identity's name is its ARN. */
const ODD_IAM = `(${IAM} && ${differs(USER, 'arn:*')})`;
/** A service account's name without the groups that the API server gives to one. */
const FALSE_ACCOUNT = `(${equal(USER, 'system:serviceaccount:*')} && ${differs(GROUP, 'system:serviceaccounts')})`;
/** exec and proxy have an x; attach and portforward an a: sessions count whatever the verb, because clients choose it by their transport. */
const SESSION = '$.objectRef.subresource = "*x*" || $.objectRef.subresource = "*a*"';

/** The pattern as it would be, whatever its size; empty, which matches all, when the rules want everything. */
export function draftCwl(drafting: CwlDrafting): string {
  const received = drafting.tests.received;
  const terms = [...(received === undefined ? [] : [anyOf([differs('$.stage', 'RequestReceived'), ...received])]), ...callers(drafting)];
  return terms.length === 0 ? '' : `{ ${terms.join(' && ')} }`;
}

function callers(drafting: CwlDrafting): readonly string[] {
  const nodes = nodeTerm(drafting);
  const inner = [changesOnly(drafting), machines(drafting)].filter((term) => term !== undefined);
  if (inner.length === 0 && nodes === undefined) return [];
  const judged = inner.length === 0 ? [] : [anyOf([allOf(inner), FALSE_ACCOUNT, ODD_IAM])];
  return [
    anyOf([`${USER} NOT EXISTS`, ...breakGlassTerms(drafting.breakGlass), allOf([...(nodes === undefined ? [] : [nodes]), ...judged])]),
  ];
}

function changesOnly({ tests }: CwlDrafting): string | undefined {
  const read = tests.read;
  if (read === undefined) return undefined;
  return anyOf(['$.verb NOT EXISTS', allOf(MANY_READS.map((verb) => differs('$.verb', verb))), SESSION, ...read]);
}

/** Pods, controllers and declared principals; an IAM identity behind the name is none of them. */
function machines(drafting: CwlDrafting): string | undefined {
  const { tests, control, declared } = drafting;
  const { workload } = tests;
  const dropsPods = drafting.dropsMachines && !drafting.reportWorkloads && workload !== undefined;
  const names = [...declared, ...control];
  const others = [...(dropsPods ? [`${POD_NAME} NOT EXISTS`] : []), ...(names.length === 0 ? [] : [noneOf(names)])];
  if (others.length === 0) return undefined;
  const wanted = [
    ...(dropsPods ? workload : []),
    ...(declared.length === 0 ? [] : (tests.declared as readonly string[])),
    ...(control.length === 0 ? [] : (tests.service as readonly string[])),
  ];
  return anyOf([...new Set(wanted), IAM, allOf(others)]);
}

/** None of these names; a regex takes the fewest characters for each, and there is no group in it. */
function noneOf(globs: readonly string[]): string {
  const names = globs.map((glob) => {
    // the name of a service account has no colon (kubernetes.io, "Object Names and IDs")
    const run = glob.startsWith('system:serviceaccount:') ? '[^:]*' : '.*';
    return `^${glob.replace(/[.+]/g, '\\$&').replaceAll('*', run)}$`;
  });
  return `${USER} != %${names.join('|')}%`;
}

/** Whatever is no node: a node is in the group of nodes, and where IAM vouches for it its session is named by EC2. */
function nodeTerm({ tests, dropsMachines }: CwlDrafting): string | undefined {
  const node = tests.node;
  if (node === undefined || !dropsMachines) return undefined;
  return anyOf([
    differs(USER, 'system:node:*'),
    `${NEXT_GROUP} NOT EXISTS`,
    allOf([differs(GROUP, 'system:nodes'), differs(NEXT_GROUP, 'system:nodes')]),
    `${SESSION_NAME} NOT EXISTS`,
    `${SESSION_NAME} != %^i-[0-9a-f]+$%`,
    ...node,
  ]);
}

/** Whoever may be a break-glass principal; more is let through where a name has `?`. */
function breakGlassTerms(entries: readonly PrincipalEntry[]): readonly string[] {
  return entries.flatMap((entry) => {
    const iam = entry.role ?? entry.user;
    if (iam === undefined) return [equal(USER, loosened(userNameGlob(entry)))];
    return [equal(ARN, `*/${loosened(iam)}`), equal(CANONICAL_ARN, `*/${loosened(iam)}`)];
  });
}

/** A glob as a string of a pattern: what it cannot carry, and `?`, becomes a star. */
function loosened(glob: string): string {
  return glob.replace(/[^\w .:@/=+,-]+/g, '*');
}
