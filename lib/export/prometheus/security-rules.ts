import { labelsBut, METRIC } from '../metrics.ts';
import type { ExportOptions } from '../options.ts';
import { countWithout, EXPORTER_HEARTBEAT, OWN_HEARTBEAT, selector } from '../promql.ts';
import type { RuleGroup } from '../rule-file.ts';
import { type AlertText, alertRule } from './alert.ts';

/** Built-in rules that have an alert of their own, whatever their priority is; the general one leaves them out. */
const OWN_ALERT = {
  auditTrail: 'Audit trail weakened',
  breakGlass: 'Break-glass principal used.*',
  root: 'Root user activity',
  machineName: 'Machine name used by a person',
} as const;

const WINDOW = '5m';
/** Window and number of refusals from which somebody is trying things out, or something is broken. */
const BURST_WINDOW = '15m';
const DENIALS = 20;

/**
 * Alerts about what nobody should be doing. They need no `for`: what has happened once has happened. Each reads findings,
 * which Driftwire counts once, however often a record is delivered.
 */
export function securityGroups(options: ExportOptions): readonly RuleGroup[] {
  return [{ name: 'driftwire-security', interval: '1m', rules: ALERTS.map((text) => alertRule(text, options)) }];
}

function found(rule: string, window = WINDOW): string {
  return countWithout([], selector(METRIC.findings, [`rule=~"${rule}"`]), window);
}

const ALERTS: readonly AlertText[] = [
  {
    name: 'CriticalFinding',
    expr: `${countWithout(
      [],
      selector(METRIC.findings, ['priority=~"Emergency|Alert|Critical"', `rule!~"${Object.values(OWN_ALERT).join('|')}"`]),
      WINDOW,
    )} > 0`,
    severity: 'critical',
    topic: 'security',
    summary: '{{ $labels.priority }}: {{ $labels.rule }}',
    description:
      'Rule "{{ $labels.rule }}" found something in {{ $labels.source }} (priority {{ $labels.priority }}): {{ printf "%.0f" $value }} in 5 minutes.',
  },
  {
    name: 'AuditTrailWeakened',
    expr: `${found(OWN_ALERT.auditTrail)} > 0`,
    severity: 'critical',
    topic: 'security',
    summary: 'An audit trail was stopped, deleted or changed',
    description:
      'A trail, a recorder, a detector or the route of audit events was stopped, deleted or changed: {{ printf "%.0f" $value }} in 5 minutes. After this, less is seen than before.',
  },
  {
    name: 'BreakGlassPrincipalUsed',
    expr: `${found(OWN_ALERT.breakGlass)} > 0`,
    severity: 'critical',
    topic: 'security',
    summary: 'A break-glass principal is being used ({{ $labels.source }})',
    description:
      'A principal declared under break_glass did something other than reading: {{ printf "%.0f" $value }} in 5 minutes ({{ $labels.rule }}).',
  },
  {
    name: 'RootUserActivity',
    expr: `${found(OWN_ALERT.root)} > 0`,
    severity: 'critical',
    topic: 'security',
    summary: 'The root user of an AWS account is acting',
    description: 'The root user of an account did something other than reading: {{ printf "%.0f" $value }} in 5 minutes.',
  },
  {
    name: 'MachineNameUsedByPerson',
    expr: `${found(OWN_ALERT.machineName)} > 0`,
    severity: 'critical',
    topic: 'security',
    summary: 'A person acts in a cluster under the name of a machine',
    description:
      'An IAM identity acts under the name of a service account, a node or a component: {{ printf "%.0f" $value }} in 5 minutes. Look at who may edit the mapping of IAM identities.',
  },
  {
    name: 'PrivilegedContainerAdmitted',
    expr: `${found('Privileged container admitted')} > 0`,
    severity: 'warning',
    topic: 'security',
    summary: 'A privileged container was admitted by hand',
    description:
      'Somebody admitted a privileged container, or one in the namespaces of its host, by hand: {{ printf "%.0f" $value }} in 5 minutes.',
  },
  {
    name: 'ManyDeniedChangeAttempts',
    expr: `${countWithout(labelsBut(METRIC.findings, 'source'), selector(METRIC.findings, ['rule=~"Denied change attempt.*"']), BURST_WINDOW)} > ${DENIALS}`,
    severity: 'warning',
    topic: 'security',
    summary: 'Many denied attempts at a change ({{ $labels.source }})',
    description:
      '{{ printf "%.0f" $value }} changes by people or unknown callers were denied within 15 minutes: somebody tries out what a credential may do, or lost a right.',
  },
  {
    name: 'ManyPolicyEngineDenials',
    expr: `${countWithout(labelsBut(METRIC.findings, 'source'), selector(METRIC.findings, ['rule="Policy engine denied a request"']), BURST_WINDOW)} > ${DENIALS}`,
    severity: 'warning',
    topic: 'security',
    summary: 'The policy engine refuses many requests',
    description:
      'Gatekeeper, Kyverno, an admission webhook or a ValidatingAdmissionPolicy refused {{ printf "%.0f" $value }} requests within 15 minutes.',
  },
  {
    name: 'FalcoHighPriorityEvent',
    // Driftwire's own findings are in this metric too, so that the Falco dashboard shows them; they have their alerts above.
    expr: `${countWithout([], selector(METRIC.falco, ['priority=~"0|1|2"']), WINDOW, [OWN_HEARTBEAT, EXPORTER_HEARTBEAT])} > 0\nunless on (rule) ${METRIC.findings}{rule!="other"}`,
    severity: 'critical',
    topic: 'security',
    summary: 'Falco: {{ $labels.rule }}',
    description:
      'Falco rule "{{ $labels.rule }}" (priority {{ $labels.priority }} of 0 to 7, most urgent first) fired on {{ $labels.hostname }}{{ if $labels.k8s_pod_name }}, pod {{ $labels.k8s_ns_name }}/{{ $labels.k8s_pod_name }}{{ end }}: {{ printf "%.0f" $value }} in 5 minutes.',
  },
];
