import { Document, type YAMLMap, type YAMLSeq } from 'yaml';
import type { CompiledAuditPolicy } from '../core/policy/to-audit-policy.ts';
import type { GeneratedFile } from './generated-file.ts';

const HEAD = `Audit policy for kube-apiserver, made by \`driftwire export audit-policy\` from driftwire.yaml and the loaded rules.

It logs whatever a loaded rule may match, with the bodies that rules read, and of machines' noise nothing. Make it again after each change of rules or
configuration: it knows no others. The first rule that matches a request decides, so rules of your own go in front; one that logs more hides nothing from
Driftwire, one with a lower level does.

Use (a cluster of your own: kubeadm, kops, k3s, RKE2, kind):
  kube-apiserver --audit-policy-file=/etc/kubernetes/audit-policy.yaml --audit-log-path=/var/log/kubernetes/audit.log
                 --audit-log-maxsize=100 --audit-log-maxbackup=5
  and restart it: the file is read at the start only. With kubeadm, mount the file and the log's folder into the static pod (hostPath).
EKS, GKE and AKS have policies of their own, which cannot be changed: this file is not for them.`;

const WITHOUT_IAM = `
It counts on this: no IAM identity has a name in the cluster (aws-iam-authenticator; if so, export with --iam-identities, or a person who is given a
machine's name is not seen), and only nodes are in the group system:nodes.`;

const WITH_IAM = `
IAM identities have names in the cluster, so anybody may wear a machine's name, and machines are logged too.`;

const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** The policy as a file, with how to use it and the reason for each rule as comments. */
export function auditPolicyFile({ policy, reasons, blind }: CompiledAuditPolicy, iamIdentities: boolean): GeneratedFile {
  const document = new Document(policy, { aliasDuplicateObjects: false });
  const unseen = blind.map(({ of, reason }) => oneLine(`Never matches: ${of} (${reason}).`));
  document.commentBefore = commented([HEAD, iamIdentities ? WITH_IAM : WITHOUT_IAM, ...unseen].join('\n'));
  const { items } = document.get('rules') as YAMLSeq<YAMLMap>;
  for (const [index, rule] of items.entries()) {
    rule.commentBefore = commented(oneLine(reasons[index] as string));
    rule.spaceBefore = index > 0;
  }
  return { path: 'audit-policy.yaml', text: document.toString({ lineWidth: 0 }) };
}

/** Names of rules and entries may hold anything. */
function oneLine(text: string): string {
  return text.replace(UNSAFE, ' ');
}

function commented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : ` ${line}`))
    .join('\n');
}
