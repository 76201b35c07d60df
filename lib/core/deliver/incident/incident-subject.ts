import { fingerprint } from '../../fingerprint.ts';
import type { Delivery } from '../../model/delivery.ts';

/** Names the group of incidents that share a subject and a channel; a part of each marker in it. */
export type GroupId = string;

/**
 * Who an incident is about: the same principal in the same session in one cluster or account (of Falco's events: on one host), told
 * in the same channel; or one group of alerts of an Alertmanager.
 */
export function groupIdOf({ findings, alert }: Delivery, channel: string): GroupId {
  if (alert !== undefined) return fingerprint(JSON.stringify(['alerts', channel, alert.groupKey]));
  const { actor, account, cluster, source, hostname } = findings[0].finding;
  const place = source === 'falco' ? ['host', hostname, cluster] : cluster === null ? ['account', account] : ['cluster', cluster];
  return fingerprint(JSON.stringify(['changes', channel, actor.principal ?? actor.user, actor.session, ...place]));
}

/** When what a delivery tells of happened, in ms since 1970. */
export function timeOf({ findings, alert }: Delivery): number {
  if (alert === undefined) return findings[0].timeMs;
  return alert.status === 'resolved' ? (alert.endsAtMs ?? alert.startsAtMs) : alert.startsAtMs;
}
