/** The organisation of the made-up day: accounts, regions, clusters, people, pipelines and software. Values are documentation values. */

/** The three accounts. */
export const ACCOUNTS = { prod: '111122223333', security: '444455556666', dev: '999988887777' } as const;

/** Regions in use; global services log in us-east-1. */
export const REGIONS = ['eu-west-1', 'us-east-1', 'eu-central-1'] as const;

/** The two clusters. */
export const CLUSTERS = {
  demo: { name: 'demo', account: ACCOUNTS.prod, region: 'eu-west-1' },
  staging: { name: 'staging', account: ACCOUNTS.dev, region: 'eu-central-1' },
} as const;

/** One cluster of the day. */
export type Cluster = (typeof CLUSTERS)[keyof typeof CLUSTERS];

/** An identity as CloudTrail shows it. */
export interface AwsIdentity {
  readonly kind: 'role' | 'user' | 'root' | 'service';
  readonly account: string;
  /** Role name, user name, or the service's host name. */
  readonly name: string;
  /** Path of the role, with slashes at both ends. */
  readonly path: string;
  readonly session: string;
  readonly principalId: string;
  readonly accessKeyId: string;
  readonly mfa: boolean;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** ARN tail of the OIDC provider that vouched for the session. */
  readonly identityProvider: string | undefined;
  /** JSON text of `inScopeOf`. */
  readonly inScopeOf: string | undefined;
  readonly console: boolean;
}

type IdentityOptions = Partial<Omit<AwsIdentity, 'kind' | 'account' | 'name' | 'principalId' | 'accessKeyId'>>;

/** Twenty letters and digits that follow from a text, as AWS ids look. */
export function stableId(prefix: string, text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let hash = 0x811c9dc5;
  let id = prefix;
  for (let index = 0; id.length < 21; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index % text.length) ^ (index << 3), 0x01000193);
    id += letters[(hash >>> 13) & 31];
  }
  return id;
}

function identity(kind: AwsIdentity['kind'], account: string, name: string, options: IdentityOptions): AwsIdentity {
  const session = options.session ?? '';
  const prefix = kind === 'user' ? 'AIDA' : 'AROA';
  return {
    kind,
    account,
    name,
    path: '/',
    mfa: false,
    sourceIp: '10.0.12.34',
    userAgent: SDK,
    identityProvider: undefined,
    inScopeOf: undefined,
    console: false,
    ...options,
    session,
    principalId: kind === 'root' ? account : stableId(prefix, `${account}/${name}`),
    accessKeyId: stableId(kind === 'user' ? 'AKIA' : 'ASIA', `${account}/${name}/${session}`),
  };
}

/** User agents as the tools send them. */
export const BROWSER =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
export const CLI =
  'aws-cli/2.31.18 md/awscrt#0.27.6 ua/2.1 os/macos#25.0.0 md/arch#arm64 lang/python#3.13.7 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe';
export const TERRAFORM =
  'APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.17.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.24.6';
const SDK = 'aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#arm64 api/ec2#1.254.1';

const SSO_PATH = '/aws-reserved/sso.amazonaws.com/eu-west-1/';
const GITHUB = 'token.actions.githubusercontent.com';

function person(account: string, set: string, name: string, options: IdentityOptions = {}): AwsIdentity {
  return identity('role', account, `AWSReservedSSO_${set}`, {
    path: SSO_PATH,
    session: `${name}@example.com`,
    sourceIp: '203.0.113.24',
    ...options,
  });
}

const ADMIN = 'PlatformAdmin_0123456789abcdef';
const DEVELOPER = 'Developer_fedcba9876543210';

/** The people, by account and tool. */
export const PEOPLE = {
  aliceConsole: person(ACCOUNTS.prod, ADMIN, 'alice', { console: true, userAgent: BROWSER }),
  aliceCli: person(ACCOUNTS.prod, ADMIN, 'alice', { userAgent: CLI }),
  bobCli: person(ACCOUNTS.dev, DEVELOPER, 'bob', { sourceIp: '198.51.100.77', userAgent: CLI }),
  bobProd: person(ACCOUNTS.prod, DEVELOPER, 'bob', { sourceIp: '198.51.100.77', userAgent: CLI }),
  bobAsTerraform: person(ACCOUNTS.dev, DEVELOPER, 'bob', { sourceIp: '198.51.100.77', userAgent: TERRAFORM }),
  carol: identity('user', ACCOUNTS.prod, 'carol', { sourceIp: '198.51.100.9', userAgent: CLI }),
  daveConsole: person(ACCOUNTS.dev, DEVELOPER, 'dave', { console: true, sourceIp: '203.0.113.90', userAgent: BROWSER }),
  frankTerraform: identity('role', ACCOUNTS.prod, 'terraform-apply', { session: 'frank', sourceIp: '203.0.113.51', userAgent: TERRAFORM }),
  graceConsole: person(ACCOUNTS.security, ADMIN, 'grace', { console: true, sourceIp: '203.0.113.12', userAgent: BROWSER }),
  oscarConsole: person(ACCOUNTS.prod, ADMIN, 'oscar', { console: true, sourceIp: '192.0.2.66', userAgent: BROWSER }),
  erinBreakGlass: identity('role', ACCOUNTS.prod, 'BreakGlassAdmin', {
    session: 'erin',
    sourceIp: '203.0.113.80',
    userAgent: CLI,
    mfa: true,
  }),
  contractor: identity('role', ACCOUNTS.dev, 'contractor', { session: 'GitHubActions', sourceIp: '192.0.2.133', userAgent: CLI }),
  root: identity('root', ACCOUNTS.dev, 'root', { sourceIp: '192.0.2.14', userAgent: BROWSER, mfa: true }),
} as const;

/** Declared pipelines. */
export const PIPELINES = {
  deployProd: identity('role', ACCOUNTS.prod, 'gha-deploy-shop', {
    session: 'GitHubActions',
    sourceIp: '192.0.2.201',
    identityProvider: GITHUB,
  }),
  deployDev: identity('role', ACCOUNTS.dev, 'gha-deploy-shop', {
    session: 'GitHubActions',
    sourceIp: '192.0.2.202',
    identityProvider: GITHUB,
  }),
  terraformProd: identity('role', ACCOUNTS.prod, 'terraform-apply', {
    session: 'GitHubActions-terraform',
    sourceIp: '192.0.2.210',
    userAgent: TERRAFORM,
    identityProvider: GITHUB,
  }),
  terraformSecurity: identity('role', ACCOUNTS.security, 'terraform-apply', {
    session: 'GitHubActions-terraform',
    sourceIp: '192.0.2.211',
    userAgent: TERRAFORM,
    identityProvider: GITHUB,
  }),
} as const;

function linked(account: string, service: string, name: string, session: string): AwsIdentity {
  const host = `${service}.amazonaws.com`;
  return identity('role', account, name, { path: `/aws-service-role/${host}/`, session, sourceIp: host, userAgent: host });
}

/** Service-linked roles and services acting for themselves. */
export const SERVICES = {
  config: Object.values(ACCOUNTS).map((account) => linked(account, 'config', 'AWSServiceRoleForConfig', 'AWSConfig-Describe')),
  autoscaling: [ACCOUNTS.prod, ACCOUNTS.dev].map((account) =>
    linked(account, 'autoscaling', 'AWSServiceRoleForAutoScaling', 'AutoScaling'),
  ),
  ecs: [ACCOUNTS.prod, ACCOUNTS.dev].map((account) => linked(account, 'ecs', 'AWSServiceRoleForECS', 'ecs-service-scheduler')),
  eks: [ACCOUNTS.prod, ACCOUNTS.dev].map((account) => linked(account, 'eks', 'AWSServiceRoleForAmazonEKS', 'AmazonEKS')),
  cloudtrail: Object.values(ACCOUNTS).map((account) => identity('service', account, 'cloudtrail.amazonaws.com', {})),
  lambda: Object.values(ACCOUNTS).map((account) => identity('service', account, 'lambda.amazonaws.com', {})),
} as const;

function irsa(account: string, role: string, session: string): AwsIdentity {
  return identity('role', account, role, {
    session,
    identityProvider: 'oidc.eks.eu-west-1.amazonaws.com/id/D539D4633E53DE1B716D3041E0FEDCBA',
  });
}

function holder(account: string, role: string, session: string, type: string, arn: string): AwsIdentity {
  return identity('role', account, role, { session, inScopeOf: `{"issuerType":"${type}","credentialsIssuedTo":"${arn}"}` });
}

/** Software whose credentials prove what it is. */
export const WORKLOADS = {
  loadBalancer: irsa(ACCOUNTS.prod, 'demo-aws-load-balancer-controller', '1763596800123456789'),
  autoscaler: irsa(ACCOUNTS.prod, 'demo-karpenter', '1763596811987654321'),
  externalDns: irsa(ACCOUNTS.prod, 'demo-external-dns', '1763596822555555555'),
  lambda: holder(
    ACCOUNTS.prod,
    'order-archiver',
    'order-archiver',
    'AWS::Lambda::Function',
    `arn:aws:lambda:eu-west-1:${ACCOUNTS.prod}:function:order-archiver`,
  ),
  ecs: holder(
    ACCOUNTS.dev,
    'invoice-task',
    '5f1c2d3e4b5a69788796a5b4c3d2e1f0',
    'AWS::ECS::Task',
    `arn:aws:ecs:eu-central-1:${ACCOUNTS.dev}:task/apps/5f1c2d3e4b5a69788796a5b4c3d2e1f0`,
  ),
} as const;

/** Machines on EC2: no evidence of who acts, so their changes are reported; their agent's reports are noise by action. */
export const INSTANCE = holder(ACCOUNTS.dev, 'app-server', 'i-0a1b2c3d4e5f60718', 'AWS::EC2::Instance', 'i-0a1b2c3d4e5f60718');

/** Monitoring from outside: reads only. */
export const MONITOR = identity('role', ACCOUNTS.prod, 'monitoring-integration', { session: 'MetricCollector', sourceIp: '192.0.2.40' });
