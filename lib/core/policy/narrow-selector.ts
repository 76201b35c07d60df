import type { NamedResources } from './api-groups.ts';
import type { AuditRule } from './audit-policy.ts';
import type { RawTest } from './residual.ts';
import { MANY_READS } from './residual-kubernetes.ts';

/** What a rule of an audit policy asks of a request. */
export interface Selector extends Omit<AuditRule, 'level' | 'resources'> {
  readonly resources?: readonly NamedResources[];
}

/** A selector without the requests that rules may match, as far as that can be written. */
export interface NarrowedSelector {
  readonly selector: Selector;
  /** Resources, as policies write them, whose reads a rule may match; they must be set apart before. Then the selector names none. */
  readonly kept: readonly string[];
}

const ALL_VERBS: readonly string[] = [...MANY_READS, 'create', 'update', 'patch', 'delete', 'deletecollection'];

/**
 * Takes out of a selector what has one of some things: reads by resource, else by verb or user.
 *
 * @returns undefined when that cannot be written, or when nothing is left.
 */
export function narrowSelector(selector: Selector, tests: readonly RawTest[]): NarrowedSelector | undefined {
  let { verbs, users } = selector;
  const kept = new Set<string>();
  for (const test of tests) {
    if (isElsewhere(selector, test)) continue;
    const [named, callers, resources] = [test.get('ka.verb'), test.get('ka.user.name'), resourcesOf(test)];
    if (resources !== undefined && isAnyRead(selector)) for (const resource of resources) kept.add(resource);
    else if (named !== undefined) verbs = without(verbs ?? ALL_VERBS, named);
    else if (users !== undefined && callers !== undefined) users = without(users, callers);
    else return undefined;
  }
  if (verbs?.length === 0 || users?.length === 0) return undefined;
  return { selector: { ...selector, ...(users && { users }), ...(verbs && { verbs }) }, kept: [...kept] };
}

/** The selector has nothing of what the test asks for. */
function isElsewhere({ users, verbs, resources }: Selector, test: RawTest): boolean {
  const lacks = (values: readonly string[] | undefined, field: string): boolean => {
    const wanted = test.get(field);
    return values !== undefined && wanted !== undefined && !values.some((value) => wanted.has(value));
  };
  const named = resources?.flatMap((group) => group.resources).map((resource) => resource.split('/', 1)[0] as string);
  return lacks(verbs, 'ka.verb') || lacks(users, 'ka.user.name') || lacks(named, 'ka.target.resource');
}

function isAnyRead({ verbs, resources, nonResourceURLs }: Selector): boolean {
  return verbs === MANY_READS && resources === undefined && nonResourceURLs === undefined;
}

/** Resources and subresources that a rule needs, as policies write them. */
function resourcesOf(test: RawTest): readonly string[] | undefined {
  const [resources, subresources] = [test.get('ka.target.resource'), test.get('ka.target.subresource')];
  if (resources === undefined) return subresources && [...subresources].map((subresource) => `*/${subresource}`);
  return [...resources].flatMap((resource) =>
    subresources === undefined ? [resource, `${resource}/*`] : [...subresources].map((subresource) => `${resource}/${subresource}`),
  );
}

function without(values: readonly string[], taken: ReadonlySet<string>): readonly string[] {
  return values.filter((value) => !taken.has(value));
}
