import type { Delivery } from '../../model/delivery.ts';
import { PRIORITIES, type Priority } from '../../model/finding.ts';
import { severity, worstFinding } from '../slack/event-view.ts';

/** Which channel is told of what. */
export interface Routing {
  /** The first that matches wins. */
  readonly routes: readonly Route[];
  readonly clusters: Readonly<Record<string, string>>;
  readonly accounts: Readonly<Record<string, string>>;
  /** For everything else. */
  readonly channel: string;
}

/** One route; all that is given must hold. */
export interface Route {
  readonly channel: string;
  /** This priority or a worse one. */
  readonly priority?: Priority | undefined;
  /** At least one of them is a tag of one of the event's rules. */
  readonly tags?: readonly string[] | undefined;
  readonly account?: string | undefined;
  readonly cluster?: string | undefined;
}

/** The channel that is told of an event: by route, then by its cluster, then by its account. */
export function channelOf(delivery: Delivery, { routes, clusters, accounts, channel }: Routing): string {
  const { account, cluster } = delivery.findings[0].finding;
  return routes.find((route) => matches(route, delivery))?.channel ?? named(clusters, cluster) ?? named(accounts, account) ?? channel;
}

/** A priority as configuration files write it. */
export function priorityOf(word: string): Priority {
  return PRIORITIES.find((priority) => priority.toLowerCase() === word) ?? 'Debug';
}

/** True for an event that is at least as bad as the threshold. */
export function isAtLeast(delivery: Delivery, threshold: Priority): boolean {
  return severity(worstFinding(delivery).finding.priority) <= severity(threshold);
}

function matches({ priority, tags, account, cluster }: Route, delivery: Delivery): boolean {
  const { finding } = delivery.findings[0];
  return (
    (priority === undefined || isAtLeast(delivery, priority)) &&
    (tags === undefined || delivery.findings.some((each) => each.finding.tags.some((tag) => tags.includes(tag)))) &&
    (account === undefined || account === finding.account) &&
    (cluster === undefined || cluster === finding.cluster)
  );
}

function named(channels: Readonly<Record<string, string>>, name: string | null): string | undefined {
  return name !== null && Object.hasOwn(channels, name) ? channels[name] : undefined;
}
