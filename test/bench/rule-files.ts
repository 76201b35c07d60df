/** Makes rule files of any size, as people write them: most rules ask for a few actions, some for a verb and a resource, a few for anything. */

const ACTIONS = ['Create', 'Delete', 'Put', 'Update', 'Attach', 'Detach', 'Stop', 'Disable', 'Modify', 'Authorize'];
const OBJECTS = [
  ...['User', 'Role', 'Policy', 'AccessKey', 'LoginProfile', 'Trail', 'EventSelectors', 'Bucket', 'BucketPolicy', 'BucketAcl', 'Key'],
  ...[
    'Function',
    'Instances',
    'Image',
    'Snapshot',
    'SecurityGroup',
    'Vpc',
    'Subnet',
    'RouteTable',
    'InternetGateway',
    'Detector',
    'Secret',
  ],
  ...[
    'Parameter',
    'Cluster',
    'Nodegroup',
    'Service',
    'TaskDefinition',
    'Repository',
    'Domain',
    'HostedZone',
    'Certificate',
    'Topic',
    'Queue',
  ],
];
const RESOURCES = [
  ...['pods', 'deployments', 'daemonsets', 'statefulsets', 'jobs', 'cronjobs', 'configmaps', 'secrets', 'services', 'ingresses'],
  ...['serviceaccounts', 'roles', 'rolebindings', 'clusterroles', 'clusterrolebindings', 'nodes', 'namespaces', 'networkpolicies'],
  ...['persistentvolumes', 'persistentvolumeclaims', 'customresourcedefinitions', 'mutatingwebhookconfigurations', 'resourcequotas'],
];
const VERBS = ['create', 'delete', 'patch', 'update', 'deletecollection', 'get', 'list', 'watch'];

const MACROS = `
- list: quiet_users
  items: [terraform-ci, "system:serviceaccount:argocd:argocd-application-controller", "eks:node-manager"]
- macro: worked
  condition: (not ct.error exists)
- macro: complete
  condition: (ka.stage = ResponseComplete and not ka.response.code startswith 5)
- macro: not_quiet
  condition: (not ka.user.name in (quiet_users))
`;

/** A rule file with so many rules, half of them for each source. */
export function ruleFile(count: number): string {
  return (
    MACROS +
    Array.from({ length: count }, (_, number) => (number % 2 === 0 ? cloudTrailRule(number / 2) : kubernetesRule((number - 1) / 2))).join(
      '',
    )
  );
}

function cloudTrailRule(number: number): string {
  const of = (offset: number): string => `${ACTIONS[(number + offset) % ACTIONS.length]}${OBJECTS[(number * 7 + offset) % OBJECTS.length]}`;
  const conditions = [
    `ct.name = ${of(0)} and worked and ct.user.identitytype != AWSService`,
    `ct.name in (${of(0)}, ${of(1)}, ${of(2)}) and worked and not ct.user in (quiet_users)`,
    `ct.src = ${of(0).toLowerCase()}.amazonaws.com and ct.error in (AccessDenied, UnauthorizedOperation)`,
    `(ct.name = ${of(0)} or ct.name = ${of(3)}) and json.value[/requestParameters/name] startswith prod-`,
    `ct.name = ${of(0)} and ct.request contains "0.0.0.0/0" and ct.region in (eu-west-1, us-east-1)`,
  ];
  // Every twentieth rule asks nothing that could be looked up.
  const condition = number % 20 === 19 ? `ct.useragent icontains "tool-${number}" and worked` : conditions[number % conditions.length];
  return rule(`cloudtrail ${number}`, 'aws_cloudtrail', condition as string, 'user=%ct.user action=%ct.name region=%ct.region');
}

function kubernetesRule(number: number): string {
  const resource = RESOURCES[number % RESOURCES.length];
  const verb = VERBS[Math.floor(number / RESOURCES.length) % VERBS.length];
  const conditions = [
    `ka.verb = ${verb} and ka.target.resource = ${resource} and complete and not_quiet`,
    `ka.target.resource = ${resource} and ka.verb in (create, ${verb}) and complete and ka.target.namespace in (kube-system, kube-public)`,
    `complete and ka.verb = ${verb} and ka.target.resource = ${resource} and ka.user.groups intersects ("system:masters")`,
    `ka.target.resource = ${resource} and ka.verb = ${verb} and not ka.target.name startswith "app-${number}" and not_quiet`,
  ];
  const condition = number % 20 === 19 ? `ka.useragent startswith "tool-${number}" and complete` : conditions[number % conditions.length];
  return rule(`kubernetes ${number}`, 'k8s_audit', condition as string, 'user=%ka.user.name verb=%ka.verb resource=%ka.target.resource');
}

function rule(name: string, source: string, condition: string, output: string): string {
  return `
- rule: ${name}
  desc: made for the bench
  condition: >
    ${condition}
  output: ${output}
  priority: WARNING
  source: ${source}
`;
}
