import type { FieldEvent, FieldSpec } from './field.ts';
import { KA_POD_FIELDS } from './ka-pod.ts';
import { kaIndexed, kaSpec, kaText, kaTexts, textAt, textsOf, valuesAt } from './ka-read.ts';
import { KA_ROLE_FIELDS } from './ka-role.ts';
import { queryParameter } from './query-parameter.ts';
import { contentOf, nodeOf } from './read.ts';

const annotation = (name: string, key: string, description: string): FieldSpec => kaText(name, ['annotations', key], description);

function podName(event: FieldEvent): string | undefined {
  const part = (key: string): string => contentOf(event.text, nodeOf(event, 'objectRef', key)) ?? '';
  return part('resource') === 'pods' && part('subresource') === '' ? textAt(event, 'responseObject', 'metadata', 'name') : undefined;
}

/** Fields of Kubernetes audit events (Falco's k8saudit plugin 0.18). */
export const KA_FIELDS: readonly FieldSpec[] = [
  kaText('ka.auditid', 'auditID', 'Unique id of the request.'),
  kaText('ka.stage', 'stage', 'Stage of the request.'),
  annotation('ka.auth.decision', 'authorization.k8s.io/decision', 'Decision of the authorizer.'),
  annotation('ka.auth.reason', 'authorization.k8s.io/reason', 'Reason of the authorizer.'),
  annotation('ka.auth.openshift.decision', 'authentication.openshift.io/decision', "Decision of OpenShift's authenticator."),
  annotation('ka.auth.openshift.username', 'authentication.openshift.io/username', "User of OpenShift's authenticator."),
  annotation(
    'ka.validations.admission.policy.failure',
    'validation.policy.admission.k8s.io/validation_failure',
    'Failure of a validating admission policy.',
  ),
  annotation('ka.security.pod.violations', 'pod-security.kubernetes.io/audit-violations', 'Violations of the pod security standards.'),
  kaText('ka.user.name', 'user.username', 'Name of the caller.'),
  kaTexts('ka.user.groups', 'user.groups', 'Groups of the caller.'),
  kaText('ka.impuser.name', 'impersonatedUser.username', 'Name taken by impersonation.'),
  kaText('ka.verb', 'verb', 'Verb of the request.'),
  kaText('ka.uri', 'requestURI', 'URI of the request.'),
  kaSpec({
    name: 'ka.uri.param',
    argument: 'key',
    description: 'First value of a query parameter, decoded; of exec and attach the `command`.',
    from: 'requestURI',
    read: (event, key) => queryParameter(textAt(event, 'requestURI') ?? '', key),
  }),
  kaText('ka.target.name', 'objectRef.name', 'Name of the object.'),
  kaText('ka.target.namespace', 'objectRef.namespace', 'Namespace of the object.'),
  kaText('ka.target.resource', 'objectRef.resource', 'Resource of the object, plural.'),
  kaText('ka.target.subresource', 'objectRef.subresource', 'Subresource.'),
  kaSpec({
    name: 'ka.target.pod.name',
    description: 'Name of the pod that was acted on.',
    from: 'responseObject.metadata.name, when objectRef is a pod without subresource',
    read: podName,
  }),
  kaText('ka.req.configmap.name', 'objectRef.name', 'Name of the object, of whatever resource.'),
  kaText('ka.req.configmap.obj', 'requestObject.data', 'Data of a ConfigMap, as JSON text.'),
  kaText('ka.req.service.type', 'requestObject.spec.type', 'Type of a service.'),
  kaIndexed('ka.req.service.ports', 'requestObject.spec.ports', 'Ports of a service: one JSON text, whatever the index.', (event, index) =>
    textsOf(event, valuesAt(event.root(), index, ['requestObject', 'spec', 'ports'])),
  ),
  ...KA_POD_FIELDS,
  ...KA_ROLE_FIELDS,
  kaText('ka.resp.name', 'responseObject.metadata.name', 'Name of the object in the answer.'),
  kaText('ka.response.code', 'responseStatus.code', 'Code of the answer.'),
  kaText('ka.response.reason', 'responseStatus.reason', 'Reason of the answer.'),
  kaText('ka.useragent', 'userAgent', 'User agent, chosen by the caller.'),
  annotation('ka.cluster.name', 'cluster_name', 'Name of the cluster, as annotated.'),
];
