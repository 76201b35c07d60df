import { describe, expect, test } from 'vitest';
import { claimed } from '../../../../../lib/core/deliver/incident/claim.ts';
import { EMPTY_GROUP, type Incident, isSettled, MAX_DETAILED, standingOf } from '../../../../../lib/core/deliver/incident/incident.ts';
import {
  acknowledged,
  afterAdmission,
  afterArrival,
  afterCertainty,
  afterDeletion,
  afterDetailRefusal,
  afterDigest,
  afterGivingUp,
  afterRefusal,
  afterUnknown,
  afterUnsent,
  begunParent,
  begunReply,
  muted,
  nextStep,
} from '../../../../../lib/core/deliver/incident/incident-steps.ts';
import type { Priority } from '../../../../../lib/core/model/finding.ts';
import { deed } from '../../../../support/incidents.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const lease = { nowMs: AT, leaseMs: 15_000 };

function incidentOf(priorities: readonly Priority[], from?: Incident): Incident {
  const group = from === undefined ? EMPTY_GROUP : { incidents: [from], begun: 1 };
  const start = from?.total ?? 0;
  const events = priorities.map((priority, n) => deed({ id: `e${start + n + 1}`, atMs: AT + start + n, priority }));
  const [incident] = claimed('ab12', group, events, '#drift', AT, { windowMs: 60_000, manner: 'threads' }).group.incidents;
  if (incident === undefined) throw new Error('no incident');
  return incident;
}
const warnings = (count: number) => Array.from({ length: count }, (): Priority => 'Warning');
const seqs = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** The incident after its claimed message has arrived. */
function arrivedAt(incident: Incident, ts: string, how: 'post' | 'edit' = 'post'): Incident {
  const arrival = afterArrival(incident, { marker: incident.thread.sending?.marker ?? '', ts, channelId: 'C1', how });
  if (arrival.kind !== 'committed') throw new Error(arrival.kind);
  return arrival.incident;
}
const own = (incident: Incident) => afterAdmission(incident, 'own');
const withParent = (incident: Incident) => arrivedAt(begunParent(own(incident), { how: 'post', ...lease }), '1.0');
const standings = (incident: Incident) => seqs(incident.total).map((seq) => standingOf(incident, seq, 'threads'));

describe('one event', () => {
  test('is told by the message of its incident', () => {
    const incident = incidentOf(['Warning']);
    expect(nextStep(incident, [1], AT, 'threads')).toEqual({ kind: 'admit' });
    expect(nextStep(own(incident), [1], AT, 'threads')).toEqual({ kind: 'parent' });
    const sending = begunParent(own(incident), { how: 'post', ...lease });
    expect(nextStep(sending, [1], AT, 'threads')).toEqual({ kind: 'wait', untilMs: AT + 15_000 });
    expect([standings(sending), isSettled(sending, 'threads')]).toEqual([['open'], false]);
    const told = arrivedAt(sending, '1.0');
    expect(nextStep(told, [1], AT, 'threads')).toEqual({ kind: 'done' });
    expect([standings(told), isSettled(told, 'threads')]).toEqual([['told'], true]);
    expect(isSettled(begunParent(told, { how: 'edit', ...lease }), 'threads')).toBe(false);
  });

  test('goes to the thread as well when a worse one is about to take its place in the message', () => {
    const sending = begunParent(own(incidentOf(['Notice'])), { how: 'post', ...lease });
    const told = arrivedAt(incidentOf(['Critical'], sending), '1.0');
    expect(standings(told)).toEqual(['open', 'open']);
    expect(nextStep(told, [1], AT, 'threads')).toEqual({ kind: 'reply', seqs: [1] });
  });
});

describe('several events', () => {
  test('are told one after the other: the message, the details in its thread, the count', () => {
    const incident = withParent(incidentOf(warnings(2)));
    expect([standings(incident), isSettled(incident, 'threads')]).toEqual([['open', 'open'], false]);
    expect(nextStep(incident, [2], AT, 'threads')).toEqual({ kind: 'reply', seqs: [2] });
    const more = incidentOf(warnings(1), incident);
    const replied = arrivedAt(begunReply(more, [1, 2, 3], lease), '2.0');
    expect(standings(replied)).toEqual(['told', 'told', 'open']);
    expect(nextStep(replied, [1, 2, 3], AT, 'threads')).toEqual({ kind: 'edit' });
    const edited = arrivedAt(begunParent(replied, { how: 'edit', ...lease }), '1.0', 'edit');
    expect(edited.thread.posted).toHaveLength(2);
    expect(nextStep(edited, [1, 2, 3], AT, 'threads')).toEqual({ kind: 'done' });
    expect([standings(edited), isSettled(edited, 'threads')]).toEqual([['told', 'told', 'told'], true]);
  });

  test('beyond a number are told by the count', () => {
    const incident = withParent(incidentOf(warnings(MAX_DETAILED + 1)));
    expect(standings(incident)).toEqual([...seqs(MAX_DETAILED).map(() => 'open'), 'told']);
    expect(nextStep(incident, [MAX_DETAILED + 1], AT, 'threads')).toEqual({ kind: 'done' });
    const replied = arrivedAt(begunReply(incident, seqs(MAX_DETAILED), lease), '2.0');
    expect(isSettled(replied, 'threads')).toBe(true);
    expect(isSettled(arrivedAt(begunReply(incident, seqs(MAX_DETAILED, 2), lease), '2.0'), 'threads')).toBe(false);
  });

  test('tell a displaced lead first, and then no more', () => {
    const worse = incidentOf(['Critical'], withParent(incidentOf(['Notice'])));
    expect(standings(worse)).toEqual(['open', 'open']);
    expect(nextStep(worse, [], AT, 'threads')).toEqual({ kind: 'reply', seqs: [] });
    const without = arrivedAt(begunReply(worse, [2], lease), '2.0');
    expect(without.displaced).toBeDefined();
    const told = arrivedAt(begunReply(worse, [1, 2], lease), '2.0');
    expect(told.displaced).toBeUndefined();
    expect(nextStep(told, [], AT, 'threads')).toEqual({ kind: 'edit' });
  });

  test('are one message and no more where Slack takes only that', () => {
    const incident = own(incidentOf(warnings(2)));
    expect(standingOf(incident, 1, 'single')).toBe('open');
    const told = incidentOf(warnings(1), withParent(incident));
    expect(nextStep(told, [1, 2, 3], AT, 'single')).toEqual({ kind: 'done' });
    expect([standingOf(told, 3, 'single'), isSettled(told, 'single')]).toEqual(['told', true]);
  });
});

describe('a digest', () => {
  test('tells an incident by its count', () => {
    const incident = afterAdmission(incidentOf(warnings(2)), { digest: 'digest-1' });
    expect(afterAdmission(incident, 'own').home).toEqual({ digest: 'digest-1' });
    expect(nextStep(incident, [1], AT, 'threads')).toEqual({ kind: 'digest', digest: 'digest-1' });
    const told = afterDigest(incident, 2);
    expect(nextStep(told, [1, 2], AT, 'threads')).toEqual({ kind: 'done' });
    expect(afterDigest(told, 1).shown.total).toBe(2);
    expect([standings(told), isSettled(told, 'threads')]).toEqual([['told', 'told'], true]);
  });
});

describe('a message whose fate is unknown', () => {
  const sending = begunParent(own(incidentOf(['Warning'])), { how: 'post', ...lease });
  const marker = sending.thread.sending?.marker ?? '';

  test('is asked for; one that is found is committed once', () => {
    const unknown = afterUnknown(sending, marker, AT + 2_000);
    expect(nextStep(unknown, [1], AT + 2_000, 'threads')).toMatchObject({ kind: 'settle', sending: { marker } });
    const told = arrivedAt(unknown, '1.0');
    expect(afterArrival(told, { marker, ts: '1.0', channelId: 'C1', how: 'post' })).toEqual({ kind: 'known' });
  });

  test('is given up when it is not there; the next one is told when no double can appear any more', () => {
    const given = afterGivingUp(sending, marker, AT + 20_000);
    expect(nextStep(given, [1], AT, 'threads')).toEqual({ kind: 'parent' });
    const told = arrivedAt(begunParent(given, { how: 'post', ...lease }), '2.0');
    expect(nextStep(told, [1], AT, 'threads')).toEqual({ kind: 'rest', untilMs: AT + 20_000 });
    expect([standings(told), isSettled(told, 'threads')]).toEqual([['open'], false]);
    expect(afterArrival(told, { marker, ts: '1.0', channelId: 'C1', how: 'post' })).toEqual({ kind: 'double' });
    expect(nextStep(told, [1], AT + 20_000, 'threads')).toMatchObject({ kind: 'verify', doubt: { marker } });
    const sure = afterCertainty(told, marker);
    expect(sure.rev).toBe(told.rev);
    expect(standings(sure)).toEqual(['told']);
  });

  test('is made good by another when it was an edit, because it may have overtaken a later one', () => {
    const editing = begunParent(incidentOf(warnings(1), withParent(incidentOf(['Warning']))), { how: 'edit', ...lease });
    const given = afterGivingUp(editing, editing.thread.sending?.marker ?? '', AT + 20_000);
    const sure = afterCertainty(given, editing.thread.sending?.marker ?? '');
    expect(sure.rev).toBe(given.rev + 1);
  });

  test('that was not sent is sent again', () => {
    expect(nextStep(afterUnsent(sending, marker), [1], AT, 'threads')).toEqual({ kind: 'parent' });
  });
});

describe('a message that Slack does not take', () => {
  test('for ever, is said of all its events', () => {
    const sending = begunParent(own(incidentOf(warnings(2))), { how: 'post', ...lease });
    const refused = afterRefusal(sending, sending.thread.sending?.marker ?? '', 'invalid_blocks');
    expect(standings(refused)).toEqual(['refused', 'refused']);
    expect(nextStep(refused, [1, 2], AT, 'threads')).toEqual({ kind: 'done' });
    expect(isSettled(refused, 'threads')).toBe(true);
  });

  test('because of its details, leaves them to the count', () => {
    const worse = incidentOf(['Critical'], withParent(incidentOf(['Notice'])));
    const sending = begunReply(worse, [1, 2], lease);
    expect(afterDetailRefusal(sending, 'x')).toBe(sending);
    const without = afterDetailRefusal(sending, sending.thread.sending?.marker ?? '');
    expect(without.displaced).toBeUndefined();
    expect(nextStep(without, [1, 2], AT, 'threads')).toEqual({ kind: 'edit' });
  });

  test('because somebody has deleted it, is posted anew', () => {
    const editing = begunParent(incidentOf(warnings(1), withParent(incidentOf(['Warning']))), { how: 'edit', ...lease });
    const gone = afterDeletion(editing, editing.thread.sending?.marker ?? '');
    expect(nextStep(gone, [2], AT, 'threads')).toEqual({ kind: 'parent' });
  });
});

test('what people say about an incident changes its message', () => {
  const told = withParent(incidentOf(['Warning']));
  const known = muted(acknowledged(told, 'U1', AT), 'U2', AT + 1);
  expect(known).toMatchObject({ acknowledged: { by: 'U1', atMs: AT }, muted: { by: 'U2', untilMs: AT + 1 } });
  expect(nextStep(known, [], AT, 'threads')).toEqual({ kind: 'edit' });
});
