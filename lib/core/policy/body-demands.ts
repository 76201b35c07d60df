/**
 * Which bodies loaded rules read, so that a policy logs these and no others: bodies are most of an audit log's size, and hold what people would
 * rather not have in one.
 */
import type { Ast } from '../rules/ast.ts';
import { type Compiled, compile, type Scope } from '../rules/compile.ts';
import { FIELDS } from '../rules/field-table.ts';
import type { FieldSpec } from '../rules/fields/field.ts';
import { type CompiledOutput, compileOutput } from '../rules/format-output.ts';
import { compileCondition } from '../rules/load-rules.ts';
import type { LoadedCondition, LoadedRule, RuleModel } from '../rules/loader/model.ts';
import { type FieldUse, sourceOf } from '../rules/operand.ts';
import { parseCondition } from '../rules/parser.ts';
import { isBuiltin } from './api-groups.ts';
import type { IgnoreEntry } from './policy.ts';

/** A body that a rule, or an `ignore:` entry, reads. */
export interface BodyDemand {
  /** Name of the rule or entry. */
  readonly of: string;
  readonly level: 'Request' | 'RequestResponse';
  /** Of which resources, subresources among them; undefined: of any. */
  readonly resources: readonly string[] | undefined;
  /** With which verbs; undefined: with any. */
  readonly verbs: readonly string[] | undefined;
}

type Body = Pick<BodyDemand, 'level' | 'resources'>;

/** Verbs of requests that have a body. */
const WRITES: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Built-in resources whose body holds the containers of a pod. */
const POD_CARRIERS: readonly string[] = [
  'pods',
  'podtemplates',
  'replicationcontrollers',
  'daemonsets',
  'deployments',
  'replicasets',
  'statefulsets',
  'cronjobs',
  'jobs',
];

const REQUESTS: readonly (readonly [beginning: string, resources: readonly string[]])[] = [
  ['drift.pod.', POD_CARRIERS],
  ['ka.req.pod.', ['pods']],
  ['ka.req.container.', ['pods']],
  ['ka.req.role.', ['roles', 'clusterroles']],
  ['ka.req.binding.', ['rolebindings', 'clusterrolebindings']],
  ['ka.req.service.', ['services']],
  ['ka.req.configmap.obj', ['configmaps']],
];

const field = (name: string): FieldSpec | undefined => FIELDS.k8s_audit.get(name);

/** What the running rules about audit events and the `ignore:` entries read of bodies. */
export function bodyDemands(model: RuleModel, ignores: readonly IgnoreEntry[]): readonly BodyDemand[] {
  const macros = new Map(model.macros.map(({ name, condition }) => [name, condition.ast]));
  const rules = model.rules.filter(isAsked).flatMap(({ name, condition, output }) => {
    // a rule that runs has loaded with its output; of the whole record, a message shows what there is
    const uses = (compileOutput(output, field) as CompiledOutput).uses.filter(({ spec, argument }) => !isWholeRecord(spec.name, argument));
    return demandsOf(name, condition.ast, uses, macros);
  });
  const entries = ignores
    .filter(({ condition }) => isAboutClusters(condition))
    .flatMap(({ name, condition }) => demandsOf(name, parseCondition(condition), [], macros));
  return [...rules, ...entries];
}

function isAsked(rule: LoadedRule): rule is LoadedRule & { readonly condition: LoadedCondition } {
  return rule.runs && rule.source === 'k8s_audit' && rule.condition !== undefined;
}

function isAboutClusters(condition: string): boolean {
  const compiled = compileCondition(condition);
  return 'sources' in compiled && compiled.sources.includes('k8s_audit');
}

function demandsOf(of: string, ast: Ast, shown: readonly FieldUse[], macros: ReadonlyMap<string, Ast>): readonly BodyDemand[] {
  const bodies = [...usesOf(ast, macros), ...shown].map(bodyOf).filter((body) => body !== undefined);
  if (bodies.length === 0) return [];
  const scope: Scope = { field, macro: (name): Compiled => compile(macros.get(name) as Ast, scope) };
  const { needs } = compile(ast, scope);
  const [verbs, named] = [needs.get('ka.verb'), needs.get('ka.target.resource')];
  return bodies.flatMap(({ level, resources }) => {
    const possible = level === 'Request' ? WRITES.filter((verb) => verbs?.has(verb) ?? true) : verbs && [...verbs];
    const wanted = narrowed(resources, named);
    return possible?.length === 0 || wanted?.length === 0 ? [] : [{ of, level, verbs: possible, resources: wanted }];
  });
}

/** Of the resources that have such a field, those that the rule asks for; the group of a custom resource is not known. */
function narrowed(resources: readonly string[] | undefined, named: ReadonlySet<string> | undefined): readonly string[] | undefined {
  if (named === undefined) return resources;
  if (resources !== undefined) return resources.filter((resource) => named.has(resource.split('/', 1)[0] as string));
  const all = [...named];
  return all.every(isBuiltin) ? withSubresources(all) : undefined;
}

/** Most bodies of subresources are the resource's own (`status`, `ephemeralcontainers`, `resize`). */
function withSubresources(resources: readonly string[]): readonly string[] {
  return resources.flatMap((resource) => [resource, `${resource}/*`]);
}

function usesOf(ast: Ast, macros: ReadonlyMap<string, Ast>): readonly FieldUse[] {
  switch (ast.kind) {
    case 'and':
    case 'or':
      return ast.parts.flatMap((part) => usesOf(part, macros));
    case 'not':
      return usesOf(ast.part, macros);
    case 'macro':
      return usesOf(macros.get(ast.name) as Ast, macros);
    case 'check': {
      const right = ast.right.kind === 'operand' ? sourceOf(ast.right.operand, field).fields : [];
      return [...sourceOf(ast.left, field).fields, ...right];
    }
  }
}

/** The body that a field is read from. */
function bodyOf({ spec: { name }, argument }: FieldUse): Body | undefined {
  if (name === 'ka.target.pod.name') return { level: 'RequestResponse', resources: ['pods'] };
  if (name === 'ka.resp.name' || isWholeRecord(name, argument)) return { level: 'RequestResponse', resources: undefined };
  if (isPointer(name)) {
    const member = firstStep(argument);
    if (member === 'requestObject') return { level: 'Request', resources: undefined };
    return member === 'responseObject' ? { level: 'RequestResponse', resources: undefined } : undefined;
  }
  const request = REQUESTS.find(([beginning]) => name.startsWith(beginning));
  return request && { level: 'Request', resources: withSubresources(request[1]) };
}

const WHOLE: ReadonlySet<string> = new Set(['jevt.obj', 'json.obj', 'evt.plugininfo']);

function isWholeRecord(name: string, argument: string): boolean {
  return WHOLE.has(name) || (isPointer(name) && argument === '');
}

function isPointer(name: string): boolean {
  return name === 'jevt.value' || name === 'json.value';
}

function firstStep(pointer: string): string {
  return pointer.replace(/^\//, '').split('/', 1)[0] as string;
}
