/**
 * What EventBridge says of a pattern and an event, so that what the compiler writes can be tested without an account. Semantics: aws/event-ruler
 * 2.0.1 and the recorded answers of the service. Checked over `../shared/conformance/eventbridge` where that is there.
 */

import type { Json, JsonObject } from '../../../lib/core/model/audit-event.ts';
import { patternComplexity } from '../../../lib/core/policy/eventbridge-limits.ts';
import { MAX_COMPLEXITY } from '../../../lib/core/policy/wildcard-complexity.ts';
import { compileTest, type ValueTest } from './eventbridge-tests.ts';
import { InvalidPattern, invalid } from './invalid-pattern.ts';

/** One alternative of a pattern: every field with the tests of which one must hold. */
interface Alternative {
  readonly fields: ReadonlyMap<string, { readonly path: readonly string[]; readonly tests: readonly ValueTest[] }>;
}

/** A pattern that the service accepts. */
export interface CompiledEventPattern {
  matches(event: Json): boolean;
}

/** Compiles a pattern. @throws InvalidPattern */
export function compileEventPattern(pattern: Json): CompiledEventPattern {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) return invalid('a pattern is an object that is not empty');
  const alternatives = expand(pattern, []);
  if (patternComplexity(pattern) > MAX_COMPLEXITY) return invalid('Rule is too complex');
  return { matches: (event) => alternatives.some((alternative) => matchesAll(treeOf(alternative), undotted(event))) };
}

/** What a pattern's text says of an event. */
export function eventPatternVerdict(pattern: string, event: Json): 'match' | 'no_match' | 'invalid' {
  try {
    return compileEventPattern(JSON.parse(pattern) as Json).matches(event) ? 'match' : 'no_match';
  } catch (error) {
    if (error instanceof InvalidPattern || error instanceof SyntaxError) return 'invalid';
    throw error;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Matchers that would be fields of `$or` if they were not words of the grammar. */
const RESERVED = new Set(['exactly', 'anything-but', 'prefix', 'suffix', 'exists', 'numeric', 'cidr', 'equals-ignore-case', 'wildcard']);

function expand(pattern: JsonObject, path: readonly string[]): readonly Alternative[] {
  let alternatives: readonly Alternative[] = [{ fields: new Map() }];
  // dots in names and nesting are one and the same
  const ordered = Object.entries(pattern).sort(([a], [b]) => Number(a === '$or') - Number(b === '$or'));
  for (const [key, value] of ordered) {
    const inner = isOr(key, value) ? orBranches(value, path) : fieldOf(key, value, path);
    // what `$or` says of a field stands in place of what is said outside
    alternatives = alternatives.flatMap(({ fields }) => inner.map((each) => ({ fields: new Map([...fields, ...each.fields]) })));
    if (alternatives.length > 1000) return invalid('more than 1,000 alternatives');
  }
  return alternatives;
}

/** Over values that are no objects, `$or` is the name of a field. */
function isOr(key: string, value: Json | undefined): value is readonly Json[] {
  return key === '$or' && Array.isArray(value) && (value as readonly Json[]).every(isObject);
}

function orBranches(branches: readonly Json[], path: readonly string[]): readonly Alternative[] {
  if (branches.length < 2) return invalid('$or needs two alternatives');
  return branches.flatMap((branch) => {
    if (!isObject(branch) || Object.keys(branch).length === 0) return invalid('an alternative of $or is an object that is not empty');
    if (Object.keys(branch).every((key) => RESERVED.has(key))) return invalid('$or over words of the grammar');
    return expand(branch, path);
  });
}

function fieldOf(key: string, value: Json, path: readonly string[]): readonly Alternative[] {
  const here = [...path, ...key.split('.')];
  if (key.startsWith('$') && key !== '$or' && !isObject(value) && !Array.isArray(value)) return invalid(`unrecognised ${key}`);
  if (isObject(value)) {
    if (Object.keys(value).length === 0) return invalid(`${key} is empty`);
    return expand(value, here);
  }
  if (!Array.isArray(value)) return invalid(`${key} must be an object or an array`);
  if (value.length === 0) return invalid('Empty arrays are not allowed');
  return [{ fields: new Map([[JSON.stringify(here), { path: here, tests: (value as readonly Json[]).map(compileTest) }]]) }];
}

/** Fields by their first key: elements of one list must satisfy all that is asked below it. */
type Tree = ReadonlyMap<string, Branch>;

interface Branch {
  readonly tests?: readonly ValueTest[];
  readonly below: Tree;
}

function treeOf({ fields }: Alternative, depth = 0): Tree {
  const groups = new Map<string, (typeof fields extends ReadonlyMap<string, infer F> ? F : never)[]>();
  for (const field of fields.values()) {
    const key = field.path[depth];
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), field]);
  }
  return new Map(
    [...groups].map(([key, members]): readonly [string, Branch] => {
      const leaf = members.find(({ path }) => path.length === depth + 1);
      const deeper = members.filter(({ path }) => path.length > depth + 1);
      const below = treeOf({ fields: new Map(deeper.map((field) => [JSON.stringify(field.path), field])) }, depth + 1);
      return [key, { below, ...(leaf === undefined ? {} : { tests: leaf.tests }) }];
    }),
  );
}

function matchesAll(tree: Tree, value: Json | undefined): boolean {
  if (Array.isArray(value)) {
    const elements = (value as readonly Json[]).filter((element) => typeof element === 'object' && element !== null);
    return elements.length === 0 ? matchesAll(tree, undefined) : elements.some((element) => matchesAll(tree, element));
  }
  return [...tree].every(([key, { tests, below }]) => {
    const inner = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return (tests === undefined || matchesLeaf(tests, inner)) && (below.size === 0 || matchesAll(below, inner));
  });
}

function matchesLeaf(tests: readonly ValueTest[], value: Json | undefined): boolean {
  const leaves = leavesOf(value);
  return tests.some((test) => (test.kind === 'exists' ? test.exists === leaves.length > 0 : leaves.some(test.matches)));
}

/** Values that are no objects, through lists of lists. */
function leavesOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || isObject(value)) return [];
  return Array.isArray(value) ? (value as readonly Json[]).flatMap(leavesOf) : [value];
}

/** An event whose names have no dots any more. */
function undotted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(undotted);
  if (!isObject(value)) return value;
  const whole: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const [key, inner] of Object.entries(value)) {
    const names = key.split('.');
    const last = names.pop() as string;
    let here = whole;
    for (const name of names) here = here[name] = isObject(here[name]) ? { ...here[name] } : {};
    here[last] = undotted(inner);
  }
  return whole;
}
