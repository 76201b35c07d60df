import { type Finding, type FindingWithOrigin, PRIORITIES, type Priority } from '../../core/model/finding.ts';
import { visible } from '../escape.ts';

/** Longest text of one cell, in UTF-16 units; a log may hold names of any length. */
const MAX_CELL_CHARS = 400;

/** One event with its findings, folded into one row whose texts are safe to show. */
export interface EventRow {
  /** ms since 1970. */
  readonly timeMs: number;
  /** Worst priority of its findings. */
  readonly priority: Priority;
  /** How many rules found it. */
  readonly findings: number;
  readonly user: string;
  readonly hand: string;
  /** The action and, when it failed, its error. */
  readonly what: string;
  readonly resource: string;
  readonly where: string;
  /** The channel: console, cli, kubectl, ... */
  readonly how: string;
  /** Names of the rules, worst first. */
  readonly rules: readonly string[];
}

/** Position in Falco's order: 0 is the worst. */
export function severity(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/** Folds the findings of one event; there is at least one. */
export function eventRow(findings: readonly [FindingWithOrigin, ...FindingWithOrigin[]]): EventRow {
  const sorted = [...findings].sort((left, right) => severity(left.finding.priority) - severity(right.finding.priority));
  const [{ finding, timeMs }] = findings;
  return {
    timeMs,
    priority: sorted[0]?.finding.priority ?? finding.priority,
    findings: findings.length,
    user: cell(finding.actor.user) || '(nobody named)',
    hand: finding.actor.hand,
    what: cell(whatOf(finding)),
    resource: cell(resourceOf(finding)),
    where: cell(whereOf(finding)),
    how: finding.actor.channel,
    rules: sorted.map((each) => cell(each.finding.rule)),
  };
}

/** The action as people name it, a failed one with its error; a session by what was opened, which the verb does not say. */
export function whatOf(finding: Finding): string {
  const { source, action } = finding;
  const name = sessionOf(finding) ?? (source === 'k8s_audit' ? action.verb : action.name);
  return action.error === null ? name : `${name} (${action.error})`;
}

/** What was acted on: `Deployment prod/payments`, `Deployment prod/payments (scale)`, `Bucket logs`. */
export function resourceOf(finding: Finding): string {
  const { source, action, target } = finding;
  const name = [target.namespace, target.name].filter((part) => part !== null && part !== '').join('/');
  const isPlain = target.subresource === null || target.subresource === '' || sessionOf(finding) !== undefined;
  const kind = target.kind ?? (source === 'k8s_audit' ? '' : action.service);
  return [kind, name, isPlain ? '' : `(${target.subresource})`].filter((part) => part !== '').join(' ');
}

/** `exec`, `attach`, `portforward`: a session in a cluster is recorded as `get` or `create` of a subresource. */
function sessionOf({ source, action, target }: Finding): string | undefined {
  return source === 'k8s_audit' && action.class === 'interactive' ? (target.subresource ?? undefined) : undefined;
}

/** Where it happened: the cluster, or account and region. */
export function whereOf({ source, cluster, account, account_name: accountName, region }: Finding): string {
  if (source === 'k8s_audit' && cluster !== null) return cluster;
  return [accountName ?? account, region].filter((part) => part !== null).join(' ') || '-';
}

function cell(text: string): string {
  const bounded = text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS)}…` : text;
  return visible(bounded);
}

/** Kind of the resource, for counting; the service where the record does not say more. */
export function resourceKind({ target, action }: Finding): string {
  return cell(target.kind ?? action.service) || '(none)';
}
