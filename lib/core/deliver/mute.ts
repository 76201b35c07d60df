/**
 * What people have asked not to be told of for a while: some actions of one principal. The record in Loki and the counts go on;
 * only messages stop. What is worse than it was when somebody muted it is told all the same, because nobody has agreed to that.
 */
import { fingerprint } from '../fingerprint.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Priority } from '../model/finding.ts';
import { actionName } from './incident/action-name.ts';
import { severity, worstFinding } from './slack/event-view.ts';

/** One mute. Its texts are bounded and safe to show. */
export interface Mute {
  /** Marker of the incident on which it was asked for; an incident has one mute at most. */
  readonly incident: string;
  /** Who is muted (see `subjectOf`). */
  readonly subject: string;
  /** As `actionName` names them; others of this principal are told. */
  readonly actions: readonly string[];
  /** The worst that is muted. */
  readonly worst: Priority;
  /** Who is muted and where, for people. */
  readonly user: string;
  readonly place: string;
  /** Who has muted it, and when, in ms since 1970. */
  readonly by: string;
  readonly sinceMs: number;
  /** From then on it is told again, in ms since 1970. */
  readonly untilMs: number;
}

/**
 * Who an event is about: a principal in its session, in one account or cluster, or on one host. Of a role that many people share
 * nothing but the session tells them apart, so a mute never reaches from one person's session to another's.
 */
export function subjectOf({ findings }: Pick<Delivery, 'findings'>): string {
  const { actor, account, cluster, source, hostname } = findings[0].finding;
  const host = source === 'falco' ? hostname : null;
  return fingerprint(JSON.stringify([source, actor.principal ?? actor.user, actor.session, account, cluster, host]));
}

/** The mute that keeps an event from people; undefined: tell them. Alerts of an Alertmanager are silenced there. */
export function mutedBy(mutes: readonly Mute[], delivery: Delivery, nowMs: number): Mute | undefined {
  if (delivery.alert !== undefined || mutes.length === 0) return undefined;
  const subject = subjectOf(delivery);
  const { finding } = worstFinding(delivery);
  const action = actionName(finding);
  return mutes.find(
    (mute) =>
      mute.subject === subject &&
      mute.actions.includes(action) &&
      nowMs < mute.untilMs &&
      severity(finding.priority) >= severity(mute.worst),
  );
}
