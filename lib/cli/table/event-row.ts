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

/** The action as people name it; a failed one with its error. */
export function whatOf({ source, action }: Finding): string {
  const name = source === 'k8s_audit' ? action.verb : action.name;
  return action.error === null ? name : `${name} (${action.error})`;
}

/** What was acted on: `Deployment prod/payments`, `Pod prod/web-0 (exec)`, `Bucket logs`. */
export function resourceOf({ source, action, target }: Finding): string {
  const name = [target.namespace, target.name].filter((part) => part !== null && part !== '').join('/');
  const subresource = target.subresource === null || target.subresource === '' ? '' : `(${target.subresource})`;
  const kind = target.kind ?? (source === 'k8s_audit' ? '' : action.service);
  return [kind, name, subresource].filter((part) => part !== '').join(' ');
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
