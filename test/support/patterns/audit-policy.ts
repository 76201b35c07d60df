/**
 * What an API server makes of an audit policy: the level of a request and the stages that are left out (kubernetes/apiserver `pkg/audit/policy/checker.go`), and
 * what it refuses (`pkg/apis/audit/validation/validation.go`, `pkg/audit/policy/reader.go`).
 */
import type { Json, JsonObject } from '../../../lib/core/model/audit-event.ts';
import { at, isObject, text, texts } from '../../../lib/core/normalise/access.ts';
import { AUDIT_LEVELS, AUDIT_STAGES, type AuditLevel, type AuditPolicy, type AuditRule } from '../../../lib/core/policy/audit-policy.ts';

/** A request as the server sees it before it is answered. */
export interface AuditAttributes {
  /** Null: nobody was recognised. */
  readonly user: { readonly username: string; readonly groups?: readonly string[] } | null;
  readonly verb: string;
  readonly resourceRequest: boolean;
  readonly path: string;
  readonly namespace?: string;
  readonly apiGroup?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
}

/** What is logged of a request. */
export interface AuditAnswer {
  readonly level: AuditLevel;
  /** Sorted. */
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean;
}

/** The first rule that matches decides; without one nothing is logged. */
export function auditAnswer(policy: AuditPolicy, attributes: AuditAttributes): AuditAnswer {
  const rule = policy.rules.find((each) => matches(each, attributes));
  return {
    level: rule?.level ?? 'None',
    omitStages: [...new Set([...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])])].sort(),
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

/** The request of which an event tells. */
export function attributesOf(event: JsonObject): AuditAttributes {
  const username = text(event, 'user', 'username');
  const objectRef = at(event, 'objectRef');
  const of = (key: 'namespace' | 'apiGroup' | 'resource' | 'subresource' | 'name'): object => {
    const value = text(objectRef, key);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    user: username === undefined ? null : { username, groups: texts(event, 'user', 'groups') },
    verb: text(event, 'verb') ?? '',
    resourceRequest: isObject(objectRef),
    path: (text(event, 'requestURI') ?? '').split('?', 1)[0] as string,
    ...of('namespace'),
    ...of('apiGroup'),
    ...of('resource'),
    ...of('subresource'),
    ...of('name'),
  };
}

/** The event as a policy has it logged; undefined: not at all. */
export function logged(policy: AuditPolicy, event: JsonObject): JsonObject | undefined {
  const { level, omitStages } = auditAnswer(policy, attributesOf(event));
  if (level === 'None' || omitStages.includes(text(event, 'stage') ?? '')) return undefined;
  const hidden = [...(level === 'Metadata' ? ['requestObject'] : []), ...(level === 'RequestResponse' ? [] : ['responseObject'])];
  const was = AUDIT_LEVELS.indexOf((text(event, 'level') ?? 'RequestResponse') as AuditLevel);
  const lower = AUDIT_LEVELS[Math.min(was, AUDIT_LEVELS.indexOf(level))] as string;
  return Object.fromEntries([...Object.entries(event).filter(([key]) => !hidden.includes(key)), ['level', lower]]) as JsonObject;
}

function matches(rule: AuditRule, attributes: AuditAttributes): boolean {
  const { user, verb } = attributes;
  const { users = [], userGroups = [], verbs = [], namespaces = [], resources = [], nonResourceURLs = [] } = rule;
  if (users.length > 0 && (user === null || !users.includes(user.username))) return false;
  if (userGroups.length > 0 && (user === null || !(user.groups ?? []).some((group) => userGroups.includes(group)))) return false;
  if (verbs.length > 0 && !verbs.includes(verb)) return false;
  if (namespaces.length > 0 || resources.length > 0) return matchesResource(rule, attributes);
  if (nonResourceURLs.length > 0) return !attributes.resourceRequest && nonResourceURLs.some((url) => matchesPath(url, attributes.path));
  return true;
}

function matchesPath(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
}

function matchesResource({ namespaces = [], resources = [] }: AuditRule, attributes: AuditAttributes): boolean {
  if (!attributes.resourceRequest) return false;
  if (namespaces.length > 0 && !namespaces.includes(attributes.namespace ?? '')) return false;
  if (resources.length === 0) return true;
  const { apiGroup = '', resource = '', subresource = '', name = '' } = attributes;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some((group) => {
    if (group.group !== apiGroup && group.group !== '*') return false;
    const { resources: wanted = [], resourceNames = [] } = group;
    if (wanted.length === 0) return true;
    if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
    return wanted.some(
      (each) => each === combined || each === '*' || (subresource !== '' && each === `*/${subresource}`) || each === `${resource}/*`,
    );
  });
}

const POLICY_KEYS = ['apiVersion', 'kind', 'metadata', 'omitStages', 'omitManagedFields', 'rules'];
const RULE_KEYS = [
  ...['level', 'users', 'userGroups', 'verbs', 'resources', 'namespaces', 'nonResourceURLs', 'omitStages', 'omitManagedFields'],
];
const LISTS = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs', 'omitStages', 'resources'];
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Why a server would refuse a policy or read it otherwise than it is meant; empty: it would not. */
export function policyMistakes(policy: Json): readonly string[] {
  if (!isObject(policy)) return ['no object'];
  const rules = at(policy, 'rules');
  if (!Array.isArray(rules) || rules.length === 0) return ['loaded illegal policy with 0 rules'];
  return [
    ...(policy['apiVersion'] === 'audit.k8s.io/v1' && policy['kind'] === 'Policy' ? [] : ['unknown group, version or kind']),
    ...unknownKeys(policy, POLICY_KEYS, 'policy'),
    ...stageMistakes(texts(policy, 'omitStages')),
    ...rules.flatMap((rule, index) => ruleMistakes(rule).map((mistake) => `rules[${index}]: ${mistake}`)),
  ];
}

function ruleMistakes(rule: Json): readonly string[] {
  if (!isObject(rule)) return ['no object'];
  const level = text(rule, 'level') ?? '';
  const urls = texts(rule, 'nonResourceURLs');
  const resources = at(rule, 'resources') ?? [];
  const hasObjects = (Array.isArray(resources) && resources.length > 0) || texts(rule, 'namespaces').length > 0;
  return [
    ...unknownKeys(rule, RULE_KEYS, 'rule'),
    ...LISTS.filter((key) => rule[key] !== undefined && !isFilled(rule[key])).map(
      (key) => `${key} is empty or no list: it would match all`,
    ),
    ...((AUDIT_LEVELS as readonly string[]).includes(level) ? [] : [`level ${level} is not supported`]),
    ...stageMistakes(texts(rule, 'omitStages')),
    ...urls.filter((url) => url !== '*' && !url.startsWith('/')).map((url) => `${url} must begin with /`),
    ...urls.filter((url) => url !== '*' && url.slice(0, -1).includes('*')).map((url) => `${url} has * elsewhere than at the end`),
    ...(urls.length > 0 && hasObjects ? ['rules cannot apply to both regular resources and non-resource URLs'] : []),
    ...(Array.isArray(resources) ? resources.flatMap(groupMistakes) : ['resources is no list']),
  ];
}

function isFilled(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0;
}

function groupMistakes(group: Json): readonly string[] {
  const given = at(group, 'group');
  // the core group's name is empty
  const name = typeof given === 'string' ? given : undefined;
  return [
    ...(isObject(group) ? unknownKeys(group, ['group', 'resources', 'resourceNames'], 'group') : ['no object']),
    ...(name === undefined ? ['no group'] : []),
    ...(name === undefined || name === '' || (SUBDOMAIN.test(name) && name.length <= 253) ? [] : [`${name} is no name of a group`]),
    ...(texts(group, 'resourceNames').length > 0 && texts(group, 'resources').length === 0 ? ['resourceNames without resources'] : []),
  ];
}

function stageMistakes(stages: readonly string[]): readonly string[] {
  return stages.filter((stage) => !(AUDIT_STAGES as readonly string[]).includes(stage)).map((stage) => `${stage} is no stage`);
}

/** The server reads files strictly. */
function unknownKeys(value: JsonObject, known: readonly string[], what: string): readonly string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${key} is no member of a ${what}`);
}
