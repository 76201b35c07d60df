import { fingerprint } from '../fingerprint.ts';
import type { AlertState } from '../model/alert.ts';
import type { Delivery } from '../model/delivery.ts';
import { type Finding, PRIORITIES, type Priority } from '../model/finding.ts';
import type { Origin } from '../model/raw-record.ts';
import { ownEntry } from '../policy/policy.ts';
import { civilTime, formatRfc3339 } from '../time.ts';
import { type AlertTexts, firstText } from './alert-texts.ts';

/** What the installation knows beyond an alert. */
export interface AlertContext {
  /** Labels that every finding carries. */
  readonly labels: Finding['labels'];
  /** Names of accounts, by id. */
  readonly accounts: Readonly<Record<string, { readonly name?: string | undefined }>>;
}

/** Words of a `severity` label; Prometheus has no fixed set, these are the ones that rules in the wild use. */
const SEVERITIES: Readonly<Record<string, Priority>> = {
  emergency: 'Emergency',
  alert: 'Alert',
  critical: 'Critical',
  crit: 'Critical',
  page: 'Critical',
  high: 'Critical',
  error: 'Error',
  err: 'Error',
  major: 'Error',
  warning: 'Warning',
  warn: 'Warning',
  medium: 'Warning',
  minor: 'Warning',
  notice: 'Notice',
  info: 'Informational',
  informational: 'Informational',
  information: 'Informational',
  low: 'Informational',
  debug: 'Debug',
};

/** Labels that name a thing, the most telling first, with what kind of thing it is. */
const TARGETS: readonly (readonly [label: string, kind: string])[] = [
  ['pod', 'Pod'],
  ['k8s_pod_name', 'Pod'],
  ['deployment', 'Deployment'],
  ['statefulset', 'StatefulSet'],
  ['daemonset', 'DaemonSet'],
  ['job_name', 'Job'],
  ['persistentvolumeclaim', 'PersistentVolumeClaim'],
  ['node', 'Node'],
  ['hostname', 'Host'],
  ['instance', 'Instance'],
];

/**
 * The delivery that one alert makes, in the shape of a finding. Its key is equal for every repetition of the same state of the same alert.
 *
 * @param truncated - Alerts of the group that were left out and are to be told of with this one.
 */
export function alertDelivery(alert: AlertState, truncated: number, origin: Origin, context: AlertContext): Delivery {
  const { groupKey, fingerprint: id, startsAtMs, endsAtMs, status, labels } = alert;
  const key = `alertmanager ${fingerprint(JSON.stringify([groupKey, id, startsAtMs, status]))}`;
  const timeMs = status === 'resolved' ? (endsAtMs ?? startsAtMs) : startsAtMs;
  const accountLabel = firstText(labels, ['account', 'account_id', 'aws_account', 'aws_account_id']);
  const account = accountLabel !== null && /^\d{12}$/.test(accountLabel) ? accountLabel : null;
  const accountName = firstText(labels, ['account_name']) ?? (account === null ? accountLabel : namedAccount(account, context));
  const cluster = firstText(labels, ['cluster', 'cluster_name', 'k8s_cluster', 'k8s_cluster_name', 'eks_cluster']);
  const rule = nameOf(labels);
  const priority = priorityOf(labels);
  const message = `${messageOf(alert, rule)}${truncated === 0 ? '' : ` (${truncated} more of this group were left out by the sender)`}`;
  const { clock, nanos } = civilTime(BigInt(timeMs) * 1_000_000n);
  const finding: Finding = {
    id: key.slice('alertmanager '.length),
    rule,
    priority,
    source: 'alertmanager',
    tags: [],
    time: formatRfc3339(BigInt(timeMs) * 1_000_000n),
    hostname: firstText(labels, ['hostname', 'instance', 'node']) ?? cluster ?? accountName ?? account ?? 'alertmanager',
    message,
    output: `${clock}.${nanos}: ${priority} ${message}`,
    output_fields: { ...labels, ...(truncated === 0 ? {} : { truncated_alerts: truncated }) },
    account,
    account_name: accountName,
    region: firstText(labels, ['region', 'aws_region']),
    cluster,
    actor: {
      hand: 'unknown',
      user: firstText(labels, ['user', 'username', 'user_name', 'principal', 'ka_user_name', 'ct_user']) ?? 'unknown',
      principal: null,
      session: null,
      source_identity: null,
      channel: 'other',
      source_ip: null,
      user_agent: null,
      mfa: null,
      impersonates: null,
    },
    action: { class: 'data', service: 'alertmanager', name: rule, verb: status, error: null },
    target: targetOf(labels),
    reason: 'alert',
    pipeline: null,
    labels: context.labels,
    truncated: false,
  };
  return { key, requestKey: key, alert, findings: [{ finding, recordText: JSON.stringify(alert), origin, timeMs }] };
}

/** Falcosidekick's alerts have no `alertname` but the rule that fired. */
function nameOf(labels: AlertTexts): string {
  return firstText(labels, ['alertname', 'rule']) ?? 'alert without a name';
}

/** Falco's own word wins, because it is one of these; what no one has heard of is worth a look and wakes nobody. */
function priorityOf(labels: AlertTexts): Priority {
  const word = firstText(labels, ['priority'])?.toLowerCase();
  const own = PRIORITIES.find((priority) => priority.toLowerCase() === word);
  const severity = firstText(labels, ['severity', 'level', 'priority'])?.trim().toLowerCase();
  return own ?? ownEntry(SEVERITIES, severity) ?? 'Notice';
}

/** The alert in its author's words; a summary that only repeats the name says nothing, and falcosidekick puts the text into `info`. */
function messageOf({ annotations }: AlertState, rule: string): string {
  for (const name of ['summary', 'description', 'info', 'message', 'title']) {
    const said = firstText(annotations, [name]);
    if (said !== null && said !== rule) return said;
  }
  return rule;
}

function namedAccount(account: string, { accounts }: AlertContext): string | null {
  return ownEntry(accounts, account)?.name ?? null;
}

function targetOf(labels: AlertTexts): Finding['target'] {
  const [label, kind] = TARGETS.find(([name]) => firstText(labels, [name]) !== null) ?? ['name', null];
  return {
    kind: kind ?? firstText(labels, ['kind']),
    name: firstText(labels, [label]),
    namespace: firstText(labels, ['namespace', 'k8s_ns_name', 'exported_namespace']),
    subresource: null,
    arn: null,
  };
}
