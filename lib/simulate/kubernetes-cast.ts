/** Who and what is in the two clusters. */
import { iamMapped, type KubernetesIdentity, stableHex } from './audit-record.ts';
import { ACCOUNTS, CLUSTERS, type Cluster } from './cast.ts';

const KUBECTL = 'kubectl/v1.34.2 (darwin/arm64) kubernetes/8cc511e';

/** The people, as the clusters see them. */
export const KUBE_PEOPLE = {
  // access entry with the default user name: the ARN of the session
  alice: iamMapped({
    username: `arn:aws:sts::${ACCOUNTS.prod}:assumed-role/AWSReservedSSO_PlatformAdmin_0123456789abcdef/alice@example.com`,
    groups: ['platform-admins'],
    account: ACCOUNTS.prod,
    arnTail: 'assumed-role/AWSReservedSSO_PlatformAdmin_0123456789abcdef/alice@example.com',
    sourceIp: '203.0.113.24',
    userAgent: KUBECTL,
  }),
  // mapped in aws-auth to developer:{{SessionName}}, where the @ becomes -
  bob: iamMapped({
    username: 'developer:bob-example.com',
    groups: ['developers'],
    account: ACCOUNTS.dev,
    arnTail: 'assumed-role/AWSReservedSSO_Developer_fedcba9876543210/bob@example.com',
    sourceIp: '198.51.100.77',
    userAgent: KUBECTL,
  }),
  carol: iamMapped({
    username: 'carol',
    groups: ['ops'],
    account: ACCOUNTS.prod,
    arnTail: 'user/carol',
    sourceIp: '198.51.100.9',
    userAgent: KUBECTL,
  }),
  erin: iamMapped({
    username: 'breakglass',
    groups: ['system:masters'],
    account: ACCOUNTS.prod,
    arnTail: 'assumed-role/BreakGlassAdmin/erin',
    sourceIp: '203.0.113.80',
    userAgent: KUBECTL,
  }),
  // an IAM role that aws-auth maps to the name of a machine
  mallory: iamMapped({
    username: 'system:serviceaccount:argocd:argocd-application-controller',
    groups: [],
    account: ACCOUNTS.prod,
    arnTail: 'assumed-role/contractor/mallory',
    sourceIp: '192.0.2.133',
    userAgent: 'argocd-application-controller/v0.0.0 (linux/amd64) kubernetes/$Format',
  }),
} as const;

const HELM_DEPLOYERS = {
  demo: helmRole(CLUSTERS.demo),
  staging: helmRole(CLUSTERS.staging),
} as const;

function helmRole({ account }: Cluster): KubernetesIdentity {
  return iamMapped({
    username: 'helm-deployer',
    groups: ['deployers'],
    account,
    arnTail: 'assumed-role/gha-helm/GitHubActions',
    sourceIp: '192.0.2.205',
    userAgent: 'Helm/4.0',
  });
}

/** The role with which CI runs helm against a cluster. */
export function helmDeployer(cluster: Cluster): KubernetesIdentity {
  return HELM_DEPLOYERS[cluster.name];
}

/** One pod and the app it belongs to. */
export interface Pod {
  readonly namespace: string;
  readonly app: string;
  readonly pod: string;
}

const APPS = {
  demo: ['shop/web', 'shop/cart', 'shop/checkout', 'payments/ledger', 'payments/gateway'],
  staging: ['shop/web', 'shop/cart', 'team-a/frontend', 'team-a/worker'],
} as const;

const PODS = { demo: podList('demo'), staging: podList('staging') } as const;

function podList(cluster: keyof typeof APPS): readonly Pod[] {
  return APPS[cluster].flatMap((name) => {
    const [namespace = '', app = ''] = name.split('/');
    return [0, 1, 2].map((replica) => ({
      namespace,
      app,
      pod: `${app}-${stableHex(app, 10)}-${stableHex(`${cluster}${app}${replica}`, 5)}`,
    }));
  });
}

/** Every pod of a cluster. */
export function podsOf(cluster: Cluster): readonly Pod[] {
  return PODS[cluster.name];
}
