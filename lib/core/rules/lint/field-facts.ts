/**
 * What is known of fields beside their type: when they are absent and which values they can have. From the field tables, the
 * vendors' documentation and the plugins' sources; each line is a trap that rules have been seen to fall into.
 */
import { REASONS } from '../../classify/reasons.ts';
import type { EventSource } from '../../model/raw-record.ts';
import { CHANNELS, EVENT_CLASSES, HANDS } from '../../model/verdict.ts';

const ABSENT: ReadonlyMap<string, string> = new Map([
  ['ct.error', 'only a failed call has it'],
  ['ct.errormessage', 'only a failed call has it'],
  ['ct.user', 'the root user, other accounts and unknown identities have none'],
  ['ct.originaluser', 'many sessions have none'],
  ['ct.user.arn', 'services have none'],
  ['ct.user.principalid', 'services have none'],
  ['ct.readonly', 'sign-ins and old records lack it'],
  ['ct.managementevent', 'old records lack it'],
  ['ct.resources', 'most records lack it'],
  ['ct.sessioncredentialfromconsole', 'only console sessions have it'],
  ['ct.sharedeventid', 'only calls across accounts have it'],
  ['ct.vpcendpointid', 'only calls through a VPC endpoint have it'],
  ['ct.additionaleventdata', 'most records lack it'],
  ['ct.serviceeventdetails', 'only service events have it'],
  ['ct.edgedevicedetails', 'only edge devices have it'],
  ['ka.impuser.name', 'only impersonated requests have it'],
  ['ka.target.subresource', 'only requests for a subresource have it'],
  ['ka.target.namespace', 'cluster-wide resources have none'],
  ['ka.target.name', 'lists and most creates have none'],
  ['ka.target.resource', 'requests for other URLs have none'],
  ['ka.target.pod.name', 'only pods without subresource, with the answer recorded, have it'],
  ['ka.resp.name', 'only records with the answer have it'],
  ['ka.response.code', 'there is none before the answer'],
  ['ka.response.reason', 'only failures have it'],
  ['ka.cluster.name', 'only annotated events have it'],
  ['ka.auth.reason', 'not every authorizer gives one'],
  ['drift.role', 'only role sessions have it'],
  ['drift.session', 'only role sessions have it'],
  ['drift.source_identity', 'only sessions with a source identity have it'],
  ['drift.mfa', 'many records do not say'],
  ['drift.error', 'only a failed call has it'],
  ['drift.resource', 'some records name nothing'],
  ['drift.pipeline', 'only changes by a declared pipeline have it'],
  ['drift.impersonates', 'only impersonated requests have it'],
  ['drift.command', 'only exec requests have it'],
  ['drift.cluster', 'a bare audit log file does not tell it'],
]);

const ABSENT_BELOW: readonly (readonly [beginning: string, why: string])[] = [
  ['ct.request.', 'only calls with that parameter have it'],
  ['ct.response.', 'only calls with that answer have it'],
  ['ct.addendum.', 'only addenda have it'],
  ['ct.tlsdetails.', 'not every call has it'],
  ['s3.', 'only calls to S3 have it'],
  ['ec2.', 'only some calls to EC2 have it'],
  ['ecr.', 'only calls to ECR have it'],
  ['iam.', 'only some calls to IAM have it'],
  ['ka.uri.param', 'only requests with that parameter have it'],
  ['ka.req.', 'only records with the body of the request have it (level Request or RequestResponse)'],
  ['ka.auth.openshift.', 'only OpenShift has it'],
  ['ka.validations.', 'only refused requests have it'],
  ['ka.security.', 'only pods against the policy have it'],
  ['jevt.value', 'only records with that member have it'],
  ['json.value', 'only records with that member have it'],
  ['drift.pod.', 'only requests with a pod in their body have it'],
];

/** Why a field is absent from many events; undefined: it is nearly always there. */
export function whyOftenAbsent(field: string): string | undefined {
  return ABSENT.get(field) ?? ABSENT_BELOW.find(([beginning]) => field.startsWith(beginning))?.[1];
}

const NEVER: ReadonlyMap<string, string> = new Map([
  ['ct.request.documentname', "Falco's plugin never fills it: use jevt.value[/requestParameters/documentName]"],
  ['evt.asynctype', 'no event of an audit log is asynchronous: leave it out'],
]);

const NEVER_IN: Readonly<Record<EventSource, readonly (readonly [beginning: string, advice: string])[]>> = {
  aws_cloudtrail: [
    ['drift.command', 'only Kubernetes events have it: use ct.request'],
    ['drift.pod.', 'only Kubernetes events have it'],
    ['drift.impersonates', 'only Kubernetes events have it'],
    ['drift.cluster', 'only Kubernetes events have it: use ct.request.cluster or drift.account'],
  ],
  k8s_audit: [
    ['drift.mfa', 'no audit event says it: leave it out'],
    ['drift.source_identity', 'no audit event says it: use drift.session'],
  ],
};

/** Why a field is absent from every event (of this source, if it is known), and what to use; undefined: it is not. */
export function whyNeverPresent(field: string, source: EventSource | undefined): string | undefined {
  const inSource = source === undefined ? undefined : NEVER_IN[source].find(([beginning]) => field.startsWith(beginning));
  return NEVER.get(field) ?? inSource?.[1];
}

const TRUTH = ['true', 'false'];

/** Values that a field can have. */
export interface KnownValues {
  readonly values: readonly string[];
  /** Said of any other value, before the list. */
  readonly what: string;
}

const truth: KnownValues = { values: TRUTH, what: 'the text true or false' };
const words = (values: readonly string[]): KnownValues => ({ values, what: 'one of a closed set' });

const VALUES: ReadonlyMap<string, KnownValues> = new Map([
  [
    'ka.verb',
    words([
      'get',
      'list',
      'watch',
      'create',
      'update',
      'patch',
      'delete',
      'deletecollection',
      'proxy',
      'head',
      'options',
      'post',
      'put',
      'connect',
    ]),
  ],
  ['ka.stage', words(['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'])],
  ['ka.auth.decision', words(['allow', 'forbid'])],
  [
    'ct.user.identitytype',
    words([
      'Root',
      'IAMUser',
      'AssumedRole',
      'Role',
      'FederatedUser',
      'Directory',
      'AWSAccount',
      'AWSService',
      'IdentityCenterUser',
      'SAMLUser',
      'WebIdentityUser',
      'User',
      'Unknown',
    ]),
  ],
  [
    'ct.eventtype',
    words(['AwsApiCall', 'AwsServiceEvent', 'AwsConsoleAction', 'AwsConsoleSignIn', 'AwsVpceEvent', 'AwsCloudTrailInsight']),
  ],
  ['ct.eventcategory', words(['Management', 'Data', 'Insight', 'NetworkActivity'])],
  ['drift.class', words(EVENT_CLASSES)],
  ['drift.hand', words(HANDS)],
  ['drift.channel', words(CHANNELS)],
  ['drift.reason', words(Object.keys(REASONS))],
  ...['readonly', 'managementevent', 'sessioncredentialfromconsole'].map((name) => [`ct.${name}`, truth] as const),
  ...['manual', 'decides', 'break_glass', 'spoofed', 'root', 'mfa', 'truncated'].map((name) => [`drift.${name}`, truth] as const),
  ...['privileged', 'runs_as_root', 'writable_root_fs', 'host_namespaces', 'sensitive_host_path'].map(
    (name) => [`drift.pod.${name}`, truth] as const,
  ),
  ...['host_network', 'host_pid', 'host_ipc'].map((name) => [`ka.req.pod.${name}`, truth] as const),
  ...['containers', 'initContainers', 'ephemeralContainers'].flatMap((kind) =>
    ['privileged', 'allow_privilege_escalation', 'read_only_fs'].map((name) => [`ka.req.pod.${kind}.${name}`, truth] as const),
  ),
  ['ka.req.container.privileged', truth],
  ['ka.req.container.host_network', truth],
  ['ka.req.service.type', words(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'])],
]);

/** The values a field can have, where they are few and known. */
export function knownValues(field: string): KnownValues | undefined {
  return VALUES.get(field);
}

/** A form that every value of a field has. */
export interface KnownForm {
  readonly matches: (value: string) => boolean;
  readonly advice: string;
}

const FORMS: ReadonlyMap<string, KnownForm> = new Map([
  ['ct.src', { matches: (value) => value.includes('.'), advice: 'an event source ends in .amazonaws.com; ct.shortsrc has the name alone' }],
  [
    'ct.shortsrc',
    { matches: (value) => !value.endsWith('.amazonaws.com'), advice: 'ct.shortsrc leaves .amazonaws.com out; ct.src has it' },
  ],
  [
    'ct.region',
    { matches: (value) => /^[a-z]{2,}(?:-[a-z0-9]+){2,}$/.test(value), advice: 'write a region as AWS does, such as eu-west-1' },
  ],
  ['ka.response.code', { matches: (value) => /^[1-5]\d\d$/.test(value), advice: 'a status has three digits, such as 403' }],
  [
    'ka.target.resource',
    {
      matches: (value) => !/[A-Z]/.test(value) && !value.includes('/') && !SINGULAR.has(value),
      advice: 'resources are in lower case and plural, such as deployments; a subresource is in ka.target.subresource',
    },
  ],
  [
    'ka.target.subresource',
    {
      matches: (value) => !value.includes('/') && !/[A-Z]/.test(value),
      advice: 'write the subresource alone, in lower case, such as exec',
    },
  ],
]);

const SINGULAR: ReadonlySet<string> = new Set(
  'pod deployment secret configmap service namespace node job cronjob role rolebinding clusterrole clusterrolebinding daemonset statefulset ingress event serviceaccount persistentvolume persistentvolumeclaim replicaset networkpolicy'.split(
    ' ',
  ),
);

/** The form that every value of a field has, where one is known. */
export function knownForm(field: string): KnownForm | undefined {
  return FORMS.get(field);
}
