import { queryParameters } from '../../classify/query.ts';
import type { FieldEvent, FieldSpec, FieldValue } from './field.ts';
import { nodeAt, textOf } from './read.ts';

/** Kubernetes: a member that is no string is its JSON text; without auditID every field is absent, as in Falco's plugin. */
function at(event: FieldEvent, ...path: readonly string[]): string | undefined {
  if (nodeAt(event.root(), ['auditID']) === undefined) return undefined;
  const node = nodeAt(event.root(), path);
  return node === undefined ? undefined : textOf(event.text, node);
}

const plain = (name: string, description: string, ...path: readonly string[]): FieldSpec => ({
  name,

  isList: false,
  argument: 'none',
  description,
  read: (event): FieldValue => at(event, ...path),
});

/** Fields of Kubernetes audit events (Falco's k8saudit plugin 0.18). */
export const KA_FIELDS: readonly FieldSpec[] = [
  plain('ka.auditid', 'Unique id of the request.', 'auditID'),
  plain('ka.stage', 'Stage of the request.', 'stage'),
  plain('ka.auth.decision', 'Decision of the authorizer.', 'annotations', 'authorization.k8s.io/decision'),
  plain('ka.auth.reason', 'Reason of the authorizer.', 'annotations', 'authorization.k8s.io/reason'),
  plain(
    'ka.validations.admission.policy.failure',
    'Failure of a validating admission policy.',
    'annotations',
    'validation.policy.admission.k8s.io/validation_failure',
  ),
  plain('ka.user.name', 'Name of the caller.', 'user', 'username'),
  {
    name: 'ka.user.groups',

    isList: true,
    argument: 'none',
    description: 'Groups of the caller.',
    read: (event): FieldValue => {
      const node = at(event, 'auditID') === undefined ? undefined : nodeAt(event.root(), ['user', 'groups']);
      return node?.kind === 'array' ? node.items.map((item) => textOf(event.text, item)) : undefined;
    },
  },
  plain('ka.impuser.name', 'Name taken by impersonation.', 'impersonatedUser', 'username'),
  plain('ka.verb', 'Verb of the request.', 'verb'),
  plain('ka.uri', 'URI of the request.', 'requestURI'),
  {
    name: 'ka.uri.param',

    isList: false,
    argument: 'key',
    description: 'Value of a query parameter.',
    read: (event, key): FieldValue => queryParameters(at(event, 'requestURI') ?? '').find(({ name }) => name === key)?.value,
  },
  plain('ka.target.name', 'Name of the object.', 'objectRef', 'name'),
  plain('ka.target.namespace', 'Namespace of the object.', 'objectRef', 'namespace'),
  plain('ka.target.resource', 'Resource of the object, plural.', 'objectRef', 'resource'),
  plain('ka.target.subresource', 'Subresource.', 'objectRef', 'subresource'),
  plain('ka.resp.name', 'Name of the object in the answer.', 'responseObject', 'metadata', 'name'),
  plain('ka.response.code', 'Code of the answer.', 'responseStatus', 'code'),
  plain('ka.response.reason', 'Reason of the answer.', 'responseStatus', 'reason'),
  plain('ka.useragent', 'User agent, chosen by the caller.', 'userAgent'),
  plain('ka.cluster.name', 'Name of the cluster, as annotated.', 'annotations', 'cluster_name'),
];
