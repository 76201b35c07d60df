import type { Delivery } from '../../model/delivery.ts';
import { subjectOf } from '../mute.ts';
import { eventView, severity, worstFinding } from '../slack/event-view.ts';
import { redactText } from '../slack/redact-secrets.ts';
import { shownText } from '../slack/shown-text.ts';
import { actionName } from './action-name.ts';
import { EMPTY_BOOK, holds, noted, standing } from './alert-book.ts';
import { expectedEntries } from './expected-entries.ts';
import { type Group, type Incident, isSettled, type Manner } from './incident.ts';
import { type GroupId, timeOf } from './incident-subject.ts';
import { EMPTY_TALLY, tallied } from './tally.ts';
import { EMPTY_THREAD } from './thread.ts';

/** How events become incidents. */
export interface GroupingSettings {
  /** An event this long after the last one, or before the first, still belongs to an incident, in ms. */
  readonly windowMs: number;
  readonly manner: Manner;
}

/** Where an event has been counted. */
export interface Place {
  readonly marker: string;
  /** From 1. */
  readonly seq: number;
}

/** A group after events have been counted in it. */
export interface Claim {
  readonly group: Group;
  /** Undefined for one that has to wait: too much of its group is still untold. */
  readonly places: readonly (Place | undefined)[];
}

/** Longest span of an incident, in ms: beyond it a new message says that it goes on. */
const MAX_SPAN_MS = 4 * 3_600_000;
/** Incidents of one subject that late events may still join. */
const MAX_KEPT = 3;
/** Incidents of one subject whose messages are not done; a scan of old files makes many at once. */
const MAX_OPEN = 6;
/** After this time nobody hands in again what is untold of an incident (a queue has given it up), in ms. */
const ABANDONED_MS = 3 * 24 * 3_600_000;
/** Bound of a name in UTF-16 units. */
const MAX_NAME = 100;

/**
 * Counts events that were never counted before, each in the incident it belongs to.
 *
 * @param deliveries - All of one group, in the order of their time.
 */
export function claimed(
  id: GroupId,
  group: Group,
  deliveries: readonly Delivery[],
  channel: string,
  nowMs: number,
  settings: GroupingSettings,
): Claim {
  let current = group;
  const places = deliveries.map((delivery) => {
    const joined = current.incidents.findLast((incident) => belongs(incident, delivery, settings.windowMs));
    if (joined === undefined) {
      const room = roomIn(current, nowMs, settings.manner);
      if (room === undefined) return undefined;
      const incident = firstOf(delivery, `${id}-${nowMs.toString(36)}-${room.begun + 1}`, channel, nowMs);
      current = { incidents: [...room.incidents, incident], begun: room.begun + 1 };
      return { marker: incident.marker, seq: 1 };
    }
    const grown = withEvent(joined, delivery, nowMs);
    current = { ...current, incidents: current.incidents.map((incident) => (incident === joined ? grown : incident)) };
    return { marker: grown.marker, seq: grown.total };
  });
  return { group: current, places };
}

/** The id of the group that an incident belongs to. */
export function groupOfMarker(marker: string): GroupId {
  return marker.slice(0, marker.indexOf('-'));
}

/** The group with one of its incidents changed. */
export function withIncident(group: Group, marker: string, change: (incident: Incident) => Incident): Group {
  return { ...group, incidents: group.incidents.map((incident) => (incident.marker === marker ? change(incident) : incident)) };
}

function belongs({ firstMs, lastMs, alerts }: Incident, delivery: Delivery, windowMs: number): boolean {
  const timeMs = timeOf(delivery);
  const isNear = timeMs >= firstMs - windowMs && timeMs <= lastMs + windowMs;
  if (delivery.alert !== undefined && alerts !== undefined) {
    return isNear || holds(alerts, delivery.alert) || standing(alerts).firing > 0;
  }
  return isNear && Math.max(lastMs, timeMs) - Math.min(firstMs, timeMs) <= MAX_SPAN_MS;
}

/** The group with room for one more incident: those that are done are forgotten, oldest first. */
function roomIn(group: Group, nowMs: number, manner: Manner): Group | undefined {
  const done = group.incidents.filter((incident) => isSettled(incident, manner) || nowMs - incident.countedMs > ABANDONED_MS);
  const surplus = new Set(done.slice(0, Math.max(0, group.incidents.length + 1 - MAX_KEPT)));
  const incidents = group.incidents.filter((incident) => !surplus.has(incident));
  return incidents.length < MAX_OPEN ? { ...group, incidents } : undefined;
}

function firstOf(delivery: Delivery, marker: string, channel: string, nowMs: number): Incident {
  const { finding } = worstFinding(delivery);
  const lead = eventView(delivery);
  const timeMs = timeOf(delivery);
  return {
    marker,
    kind: delivery.alert === undefined ? 'changes' : 'alerts',
    channel,
    user: lead.user,
    principal: shownOrNull(finding.actor.principal),
    session: shownOrNull(finding.actor.session),
    firstMs: timeMs,
    lastMs: timeMs,
    countedMs: nowMs,
    total: 1,
    worst: lead.priority,
    ...talliesWith({ resources: EMPTY_TALLY, actions: EMPTY_TALLY, rules: EMPTY_TALLY }, delivery, lead.resource),
    lead,
    leadSeq: 1,
    subject: subjectOf(delivery),
    ...expectedOf(delivery),
    ...(delivery.alert === undefined ? {} : { alerts: noted(EMPTY_BOOK, delivery.alert) }),
    rev: 1,
    thread: EMPTY_THREAD,
    shown: { total: 0, rev: 0 },
    detailed: [],
  };
}

function withEvent(incident: Incident, delivery: Delivery, nowMs: number): Incident {
  const view = eventView(delivery);
  const timeMs = timeOf(delivery);
  const total = incident.total + 1;
  const isWorse = severity(view.priority) < severity(incident.worst);
  // a mute that is over is not shown any more, and may be asked for anew
  const { muted, expected, ...rest } = incident;
  const isMuted = muted !== undefined && nowMs < muted.untilMs;
  return {
    ...rest,
    ...(isMuted ? { muted } : {}),
    ...(isWorse ? expectedOf(delivery) : definedExpected(expected)),
    firstMs: Math.min(incident.firstMs, timeMs),
    lastMs: Math.max(incident.lastMs, timeMs),
    countedMs: nowMs,
    total,
    ...talliesWith(incident, delivery, view.resource),
    ...(isWorse ? { worst: view.priority, lead: view, leadSeq: total, ...displacedBy(incident) } : {}),
    ...(delivery.alert === undefined ? {} : { alerts: noted(incident.alerts ?? EMPTY_BOOK, delivery.alert) }),
    rev: incident.rev + 1,
  };
}

/** The details of an event that came alone stand in the parent only, and go from there when a worse one takes its place. */
function displacedBy({ lead, leadSeq, inParent }: Incident): Pick<Incident, 'displaced'> {
  return inParent === leadSeq ? { displaced: { seq: leadSeq, view: lead } } : {};
}

function expectedOf(delivery: Delivery): Pick<Incident, 'expected'> {
  return definedExpected(expectedEntries(delivery));
}

function definedExpected(expected: Incident['expected']): Pick<Incident, 'expected'> {
  return expected === undefined ? {} : { expected };
}

function talliesWith(
  { resources, actions, rules }: Pick<Incident, 'resources' | 'actions' | 'rules'>,
  delivery: Delivery,
  resource: string,
): Pick<Incident, 'resources' | 'actions' | 'rules'> {
  return {
    resources: resource === '' ? resources : tallied(resources, resource),
    actions: tallied(actions, actionName(worstFinding(delivery).finding)),
    rules: delivery.findings.reduce((tally, { finding }) => tallied(tally, shown(finding.rule)), rules),
  };
}

function shownOrNull(text: string | null): string | null {
  return text === null ? null : shown(text);
}

function shown(text: string): string {
  return shownText(redactText(text), MAX_NAME);
}
