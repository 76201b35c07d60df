import { describe, expect, test } from 'vitest';
import { type Mute, mutedBy, subjectOf } from '../../../../lib/core/deliver/mute.ts';
import { deliveryWith } from '../../../support/deliveries.ts';
import { alarm, deed } from '../../../support/incidents.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const HOUR = 3_600_000;
const change = deed({ id: 'e1', atMs: AT });

function muteOf(over: Partial<Mute> = {}): Mute {
  return {
    incident: 'g-1',
    subject: subjectOf(change),
    actions: ['apps patch deployments'],
    worst: 'Warning',
    user: 'alice',
    place: 'demo',
    by: 'bob',
    sinceMs: AT,
    untilMs: AT + HOUR,
    ...over,
  };
}

describe('a mute', () => {
  test('keeps this action of this principal from people until it is over', () => {
    const mute = muteOf();
    const other = muteOf({ incident: 'g-2', subject: 'somebody else' });
    expect(mutedBy([other, mute], change, AT)).toBe(mute);
    expect(mutedBy([mute], deed({ id: 'e2', atMs: AT + 1 }), AT + HOUR - 1)).toBe(mute);
    expect(mutedBy([mute], change, AT + HOUR)).toBeUndefined();
    expect(mutedBy([], change, AT)).toBeUndefined();
  });

  test('leaves other actions, and what is worse than what was muted, to be told', () => {
    expect(mutedBy([muteOf({ actions: ['apps delete deployments'] })], change, AT)).toBeUndefined();
    expect(mutedBy([muteOf()], deed({ id: 'e3', atMs: AT, priority: 'Critical' }), AT)).toBeUndefined();
    expect(mutedBy([muteOf()], deed({ id: 'e4', atMs: AT, priority: 'Debug' }), AT)).toBeDefined();
  });

  test('never reaches alerts of an Alertmanager', () => {
    const alert = alarm({ startsAtMs: AT });
    expect(mutedBy([muteOf({ subject: subjectOf(alert) })], alert, AT)).toBeUndefined();
  });
});

describe('who a mute is about', () => {
  test.each([
    ['another principal', { user: 'mallory' }],
    ['another session', { session: 's2' }],
    ['another account', { account: '999988887777' }],
    ['another cluster', { cluster: 'other' }],
  ])('is not %s', (_, over) => {
    expect(subjectOf(deed({ id: 'e1', atMs: AT, ...over }))).not.toBe(subjectOf(change));
  });

  test('is the user where a record names no principal, on one host where Falco tells of it', () => {
    const falco = (hostname: string, user = 'root') =>
      deliveryWith({ findings: [{ source: 'falco', hostname, account: null, cluster: null, actor: { user, principal: null } }] });
    expect(subjectOf(falco('web-1'))).toBe(subjectOf(falco('web-1')));
    expect(subjectOf(falco('web-1'))).not.toBe(subjectOf(falco('web-2')));
    expect(subjectOf(falco('web-1'))).not.toBe(subjectOf(falco('web-1', 'www')));
  });
});
