/** The machines of the two clusters: control plane, nodes, GitOps, software. */
import { controlPlane, iamMapped, type KubernetesIdentity, serviceAccount } from './audit-record.ts';
import { CLUSTERS, type Cluster } from './cast.ts';

const VERSION = 'v1.34.2 (linux/amd64) kubernetes/8cc511e';
const MANAGER = (account: string) => `kube-controller-manager/${VERSION}/system:serviceaccount:kube-system:${account}`;
const controller = (name: string) => serviceAccount('kube-system', name, '172.16.62.11', MANAGER(name));

/** The scheduler. */
export const SCHEDULER = controlPlane('system:kube-scheduler', '["system:authenticated"]', `kube-scheduler/${VERSION}/scheduler`);
/** The controller manager itself. */
export const KCM = controlPlane(
  'system:kube-controller-manager',
  '["system:authenticated"]',
  `kube-controller-manager/${VERSION}/leader-election`,
);
/** The API server itself. */
export const APISERVER = controlPlane('system:apiserver', '["system:authenticated","system:masters"]', `kube-apiserver/${VERSION}`);
/** Its controller for deployments. */
export const DEPLOYMENTS = controller('deployment-controller');
/** Its controller for replica sets. */
export const REPLICASETS = controller('replicaset-controller');
/** Its controller for endpoint slices. */
export const ENDPOINTS = controller('endpointslice-controller');
/** Its garbage collector. */
export const COLLECTOR = controller('generic-garbage-collector');
/** Argo CD. */
export const ARGOCD = serviceAccount(
  'argocd',
  'argocd-application-controller',
  '10.0.1.11',
  'argocd-application-controller/v0.0.0 (linux/amd64) kubernetes/$Format',
  'argocd-application-controller-0',
);
/** Flux. */
export const FLUX = serviceAccount(
  'flux-system',
  'kustomize-controller',
  '10.0.2.12',
  'kustomize-controller/v0.0.0 (linux/amd64) kubernetes/$Format',
  'kustomize-controller-7c5f9d8b6-x2k4q',
);
/** cert-manager. */
export const CERTS = serviceAccount(
  'cert-manager',
  'cert-manager',
  '10.0.1.11',
  'cert-manager-controller/v1.19.0 (linux/amd64) cert-manager/1a2b3c4',
  'cert-manager-6d4f7b9c5-8wq2z',
);
/** kube-state-metrics. */
export const METRICS = serviceAccount(
  'monitoring',
  'kube-state-metrics',
  '10.0.2.12',
  'kube-state-metrics/v2.17.0 (linux/arm64) kube-state-metrics/4d5e6f7',
  'kube-state-metrics-5b8c7d6f4-pp9ls',
);

function eksUser(name: string): KubernetesIdentity {
  // the role is in an account of AWS, not in one of ours
  return iamMapped({
    username: name,
    groups: [],
    account: '123456789012',
    arnTail: `assumed-role/AWSWesleyClusterManagerLambda-Add-AddonManagerRole-1AB2C3D4E5F6/${Math.abs(name.length * 7919)}`,
    sourceIp: '127.0.0.1',
    userAgent: 'Go-http-client/1.1',
  });
}
/** The EKS add-on manager. */
export const ADDON = eksUser('eks:addon-manager');
/** The EKS node manager. */
export const EKS_NODES = controlPlane('eks:node-manager', '["system:authenticated"]', 'Go-http-client/1.1');

function node(cluster: Cluster, address: string, instance: string): KubernetesIdentity {
  const name = `ip-${address.replaceAll('.', '-')}.${cluster.region}.compute.internal`;
  return iamMapped({
    username: `system:node:${name}`,
    groups: ['system:bootstrappers', 'system:nodes'],
    account: cluster.account,
    arnTail: `assumed-role/eks-${cluster.name}-node/${instance}`,
    sourceIp: address,
    userAgent: `kubelet/${VERSION}`,
  });
}
/** The nodes of each cluster. */
export const NODES = {
  demo: [node(CLUSTERS.demo, '10.0.1.11', 'i-0a9b8c7d6e5f43210'), node(CLUSTERS.demo, '10.0.2.12', 'i-0f9e8d7c6b5a43210')],
  staging: [node(CLUSTERS.staging, '10.4.1.21', 'i-01928374655647382')],
} as const;
