import { describe, expect, test } from 'vitest';
import { claimed, groupOfMarker, withIncident } from '../../../../../lib/core/deliver/incident/claim.ts';
import { EMPTY_GROUP, type Group, MAX_DETAILED } from '../../../../../lib/core/deliver/incident/incident.ts';
import { incidentView } from '../../../../../lib/core/deliver/incident/incident-view-of.ts';
import type { Delivery } from '../../../../../lib/core/model/delivery.ts';
import { alarm, deed } from '../../../../support/incidents.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const settings = { windowMs: 15 * MINUTE, manner: 'threads' as const };

function claim(deliveries: readonly Delivery[], group: Group = EMPTY_GROUP, nowMs = AT) {
  return claimed('ab12', group, deliveries, '#drift', nowMs, settings);
}
/** The group with everything told. */
function told(group: Group): Group {
  const done = group.incidents.map((each) => ({
    ...each,
    home: 'own' as const,
    shown: { total: each.total, rev: each.rev },
    detailed: [[1, Math.min(each.total, MAX_DETAILED)] as const],
  }));
  return { ...group, incidents: done };
}
const at = (minutes: number, over: Partial<Parameters<typeof deed>[0]> = {}) =>
  deed({ id: `e${minutes}`, atMs: AT + minutes * MINUTE, ...over });

describe('events of one person', () => {
  test('within a window of each other are one incident, which has a number for each', () => {
    const { group, places } = claim([at(0), at(14), at(29), at(-15)]);
    expect(group.incidents).toHaveLength(1);
    const [incident] = group.incidents;
    expect(places).toEqual([1, 2, 3, 4].map((seq) => ({ marker: incident?.marker, seq })));
    expect(incident).toMatchObject({ total: 4, firstMs: AT - 15 * MINUTE, lastMs: AT + 29 * MINUTE, rev: 4, kind: 'changes' });
    expect(groupOfMarker(incident?.marker ?? '')).toBe('ab12');
  });

  test('after a longer silence are another incident, and a late one joins the one it belongs to', () => {
    const first = claim([at(0), at(16)]);
    expect(first.group.incidents.map(({ total }) => total)).toEqual([1, 1]);
    expect(new Set(first.group.incidents.map(({ marker }) => marker)).size).toBe(2);
    const late = claim([at(-10), at(25)], first.group, AT + HOUR);
    expect(late.group.incidents.map(({ total }) => total)).toEqual([2, 2]);
  });

  test('are told anew after four hours, even without a silence', () => {
    const { group } = claim(Array.from({ length: 30 }, (_, n) => at(n * 10)));
    expect(group.incidents.map(({ firstMs, lastMs }) => (lastMs - firstMs) / MINUTE)).toEqual([240, 40]);
  });

  test('say who, how bad, and what most', () => {
    const { group } = claim([
      at(0, { priority: 'Notice', session: 's\u202e', resource: 'a', rules: ['r1', 'r2'] }),
      at(1, { priority: 'Critical', resource: 'b', rules: ['r1'] }),
      at(2, { priority: 'Critical', resource: 'b', rules: ['r1'] }),
    ]);
    const [incident] = group.incidents;
    if (incident === undefined) throw new Error('no incident');
    expect(incidentView(incident)).toMatchObject({
      user: 'alice',
      principal: 'alice',
      session: 's\\u{202e}',
      worst: 'Critical',
      total: 3,
      lead: { id: 'e1' },
      rules: [
        { name: 'r1', count: 3 },
        { name: 'r2', count: 1 },
      ],
      actions: [{ name: 'apps patch deployments', count: 3 }],
      others: { resources: 0, actions: 0, rules: 0 },
    });
    expect(incidentView(incident).resources.map(({ count }) => count)).toEqual([2, 1]);
    expect(incidentView(incident)).not.toHaveProperty('alerts');
  });

  test('show who has acknowledged or muted it', () => {
    const [incident] = claim([at(0)]).group.incidents;
    if (incident === undefined) throw new Error('no incident');
    const by = { by: '<@U1>', atMs: 1 };
    expect(incidentView({ ...incident, acknowledged: by, muted: { by: 'U2', untilMs: 2 } })).toMatchObject({
      acknowledged: by,
      muted: { by: 'U2', untilMs: 2 },
    });
  });

  test('have no resource to count where the record names none', () => {
    const bare = at(0);
    const [first] = bare.findings;
    const target = { kind: null, name: null, namespace: null, subresource: null, arn: null };
    const { group } = claim([{ ...bare, findings: [{ ...first, finding: { ...first.finding, target } }] }]);
    expect(group.incidents[0]?.resources.names).toEqual([]);
  });

  test('keep a bounded record, however many they are', () => {
    let group = EMPTY_GROUP;
    for (let n = 0; n < 2_000; n++)
      group = claim([deed({ id: `e${n}`, atMs: AT + n * 100, resource: `pod-${n}`, rules: [`rule ${n}`] })], group).group;
    expect(group.incidents[0]?.total).toBe(2_000);
    expect(JSON.stringify(group).length).toBeLessThan(12_000);
  });
});

test('one incident of a person changes alone', () => {
  const { group, places } = claim([at(0), at(30)]);
  const changed = withIncident(group, places[1]?.marker ?? '', (incident) => ({ ...incident, refused: 'no' }));
  expect(changed.incidents.map(({ refused }) => refused)).toEqual([undefined, 'no']);
});

describe('the lead of an incident', () => {
  test('that stood in the message alone goes to the thread when a worse event takes its place', () => {
    const { group } = claim([at(0, { priority: 'Notice' })]);
    const alone = withIncident(told(group), group.incidents[0]?.marker ?? '', (incident) => ({ ...incident, inParent: 1 }));
    const worse = claim([at(1, { priority: 'Critical' }), at(2, { priority: 'Alert' })], alone).group.incidents[0];
    expect(worse).toMatchObject({ leadSeq: 3, lead: { id: 'e2' }, displaced: { seq: 1, view: { id: 'e0' } } });
    expect(claim([at(1, { priority: 'Critical' })], told(group)).group.incidents[0]).not.toHaveProperty('displaced');
  });

  test('stays for one that is as bad', () => {
    expect(claim([at(0), at(1)]).group.incidents[0]).toMatchObject({ leadSeq: 1, lead: { id: 'e0' } });
  });
});

describe('what is kept of a person', () => {
  test('is three incidents when everything is told', () => {
    let group = EMPTY_GROUP;
    for (let n = 0; n < 9; n++) group = told(claim([at(n * 30)], group).group);
    expect(group.incidents.map(({ firstMs }) => (firstMs - AT) / MINUTE)).toEqual([180, 210, 240]);
    expect(group.begun).toBe(9);
  });

  test('is six when nothing is, and more events have to wait until they are told', () => {
    const { group, places } = claim(Array.from({ length: 8 }, (_, n) => at(n * 30)));
    expect(group.incidents).toHaveLength(6);
    expect(places.map((place) => place?.seq)).toEqual([1, 1, 1, 1, 1, 1, undefined, undefined]);
    const later = claim([at(180), at(210)], told(group), AT + HOUR);
    expect(later.places.map((place) => place?.seq)).toEqual([1, 1]);
  });

  test('is not held up for ever by what a queue has given up', () => {
    const { group } = claim(Array.from({ length: 6 }, (_, n) => at(n * 30)));
    expect(claim([at(400)], group, AT + 73 * HOUR).places).toMatchObject([{ seq: 1 }]);
  });
});

describe('alerts of one group', () => {
  test('are one incident from the first that fires to the last that is resolved, however long it takes', () => {
    const { group } = claim([
      alarm({ startsAtMs: AT }),
      alarm({ startsAtMs: AT + 9 * HOUR, fingerprint: 'f2' }),
      alarm({ startsAtMs: AT, status: 'resolved', endsAtMs: AT + 10 * HOUR }),
    ]);
    expect(group.incidents).toHaveLength(1);
    const [incident] = group.incidents;
    if (incident === undefined) throw new Error('no incident');
    expect(incidentView(incident)).toMatchObject({ kind: 'alerts', total: 3, alerts: { firing: 1, resolved: 1 } });
    const over = claim(
      [alarm({ startsAtMs: AT + 9 * HOUR, fingerprint: 'f2', status: 'resolved', endsAtMs: AT + 20 * HOUR })],
      group,
    ).group;
    expect(over.incidents).toHaveLength(1);
    const again = claim([alarm({ startsAtMs: AT + 30 * HOUR })], over).group;
    expect(again.incidents).toHaveLength(2);
    const late = claim([alarm({ startsAtMs: AT, status: 'resolved', endsAtMs: AT + 40 * HOUR, fingerprint: 'f1' })], over).group;
    expect(late.incidents).toHaveLength(1);
  });

  test('take in whatever is of their group', () => {
    const { group } = claim([alarm({ startsAtMs: AT })]);
    expect(claim([at(0)], group).group.incidents).toHaveLength(1);
    const { group: changes } = claim([at(0)]);
    expect(claim([alarm({ startsAtMs: AT })], changes).group.incidents[0]).toMatchObject({ total: 2, alerts: { alerts: [{}] } });
  });
});
