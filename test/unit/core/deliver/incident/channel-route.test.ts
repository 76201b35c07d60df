import { expect, test } from 'vitest';
import { channelOf, isAtLeast, priorityOf } from '../../../../../lib/core/deliver/incident/channel-route.ts';
import { deed } from '../../../../support/incidents.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const routing = {
  routes: [
    { priority: 'Critical' as const, account: '111122223333', channel: '#page' },
    { tags: ['iam', 'root'], channel: '#identity' },
    { cluster: 'lab', channel: '#lab' },
  ],
  clusters: { demo: '#demo' },
  accounts: { '111122223333': '#prod' },
  channel: '#drift',
};
const at = (over: Partial<Parameters<typeof deed>[0]>) =>
  channelOf(deed({ id: 'e', atMs: AT, cluster: null, account: null, ...over }), routing);

test('the first route that matches wins', () => {
  expect(at({ priority: 'Alert', account: '111122223333', tags: ['iam'] })).toBe('#page');
  expect(at({ priority: 'Error', account: '111122223333', tags: ['x', 'iam'] })).toBe('#identity');
  expect(at({ cluster: 'lab' })).toBe('#lab');
});

test('then the cluster, the account, and the channel for everything else', () => {
  expect(at({ cluster: 'demo', account: '111122223333' })).toBe('#demo');
  expect(at({ cluster: 'other', account: '111122223333' })).toBe('#prod');
  expect(at({ cluster: 'constructor', account: '__proto__' })).toBe('#drift');
  expect(at({})).toBe('#drift');
});

test('a threshold takes its own priority and worse ones', () => {
  const event = deed({ id: 'e', atMs: AT, priority: 'Warning' });
  expect([isAtLeast(event, 'Warning'), isAtLeast(event, 'Notice'), isAtLeast(event, 'Error')]).toEqual([true, true, false]);
  expect([priorityOf('critical'), priorityOf('informational'), priorityOf('no such')]).toEqual(['Critical', 'Informational', 'Debug']);
});
