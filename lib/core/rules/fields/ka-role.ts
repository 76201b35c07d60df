import type { FieldEvent, FieldSpec } from './field.ts';
import { kaIndexed, kaSpec, kaText, kaTexts, valuesAt } from './ka-read.ts';
import { nodeAt, nodeOf, textOf } from './read.ts';

/** A member of the rules of a role, flattened over the rules; with an index that of one rule. */
function ofRules(event: FieldEvent, index: string, key: string): readonly string[] | undefined {
  return valuesAt(event.root(), index, ['requestObject', 'rules', key])?.flatMap((node) =>
    node?.kind === 'array' ? node.items.map((item) => textOf(event.text, item)) : [],
  );
}

const rules = (name: string, key: string, description: string): FieldSpec =>
  kaIndexed(name, `requestObject.rules[].${key}[]`, description, (event, index) => ofRules(event, index, key));

/** Names of the subjects of a kind; a namespace is put before them where it is asked for, and one without it left out. */
function subjects(event: FieldEvent, kind: string, withNamespace: boolean): readonly string[] | undefined {
  const node = nodeOf(event, 'requestObject', 'subjects');
  if (node?.kind !== 'array') return undefined;
  return node.items.flatMap((subject) => {
    const [ofKind, name, namespace] = ['kind', 'name', 'namespace'].map((key) => {
      const member = nodeAt(subject, [key]);
      return member && textOf(event.text, member);
    });
    if (ofKind !== kind || name === undefined) return [];
    if (!withNamespace) return [name];
    return namespace === undefined ? [] : [`${namespace}:${name}`];
  });
}

const names = (suffix: string, kind: string, description: string, withNamespace = false): FieldSpec =>
  kaSpec({
    name: `ka.req.binding.subjects.${suffix}`,
    isList: true,
    description,
    from: `requestObject.subjects[] of kind ${kind}: ${withNamespace ? 'namespace:name' : 'name'}`,
    read: (event) => subjects(event, kind, withNamespace),
  });

/** Fields about the roles and bindings that a request carries. */
export const KA_ROLE_FIELDS: readonly FieldSpec[] = [
  // The plugin looks for the caller's addresses in the rules of a role; drift.source_ip has them.
  rules('ka.sourceips', 'sourceIPs', "Addresses in the rules of a role (Falco's plugin looks for the caller's there, and finds none)."),
  kaTexts('ka.req.role.rules', 'requestObject.rules', 'Rules of a role, each as JSON text.'),
  rules('ka.req.role.rules.apiGroups', 'apiGroups', 'API groups of the rules.'),
  rules('ka.req.role.rules.nonResourceURLs', 'nonResourceURLs', 'URLs of the rules.'),
  rules('ka.req.role.rules.verbs', 'verbs', 'Verbs of the rules.'),
  rules('ka.req.role.rules.resources', 'resources', 'Resources of the rules.'),
  kaTexts('ka.req.binding.subjects', 'requestObject.subjects', 'Subjects of a binding, each as JSON text.'),
  names('user_names', 'User', 'Users of a binding.'),
  names('group_names', 'Group', 'Groups of a binding.'),
  names('serviceaccount_names', 'ServiceAccount', 'Service accounts of a binding.'),
  names('serviceaccount_ns_names', 'ServiceAccount', 'Service accounts of a binding with their namespaces.', true),
  kaText('ka.req.binding.role', 'requestObject.roleRef.name', 'Role of a binding.'),
  kaSpec({
    name: 'ka.req.binding.subject.has_name',
    argument: 'key',
    description: "Always `true`, as in Falco's plugin (deprecated).",
    from: 'always true',
    read: () => 'true',
  }),
];
