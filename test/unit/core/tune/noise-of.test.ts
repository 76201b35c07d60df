import { describe, expect, test } from 'vitest';
import { noiseOf } from '../../../../lib/core/tune/noise-of.ts';
import { userSlot } from '../../../../lib/core/tune/user-slots.ts';
import { foundWith } from '../../../support/findings.ts';

const found = foundWith();
const further = { kind: 'further', day: '2026-03-14', count: 1 };

describe('what an event adds to the noise of its day', () => {
  test('is each finding of our rules, by the day of the event', () => {
    const noise = noiseOf({ principal: 'kubernetes:alice', findings: [found, foundWith({ rule: 'Second rule', priority: 'Notice' })] });
    expect(noise).toEqual([
      {
        kind: 'group',
        day: '2026-03-14',
        group: { rule: 'Manual Kubernetes change', source: 'k8s_audit', principal: 'kubernetes:alice', action: 'patch deployments' },
        count: 1,
        seen: {
          priority: 'Warning',
          reason: 'kubernetes_user',
          users: [userSlot('alice@example.com')],
          firstMs: found.timeMs,
          lastMs: found.timeMs,
          last: { id: found.finding.id, message: found.finding.message },
        },
      },
      expect.objectContaining({ group: expect.objectContaining({ rule: 'Second rule' }) }),
    ]);
  });

  test('is nothing for what Falco has judged: it is silenced there', () => {
    expect(noiseOf({ principal: 'p', findings: [foundWith({ source: 'falco' })] })).toEqual([]);
  });

  test('has no group where an older version did not tell whose the event is', () => {
    expect(noiseOf({ findings: [found] })).toEqual([further]);
  });

  test.each([
    ['a principal', 'p'.repeat(513), {}],
    ['a principal that is no Unicode', 'p\ud800', {}],
    ['an action', 'p', { action: { name: 'a'.repeat(513) } }],
    ['a rule', 'p', { rule: 'r'.repeat(257) }],
  ])('has no group where no exception could name %s as it is', (_, principal, change) => {
    expect(noiseOf({ principal, findings: [foundWith(change)] })).toEqual([further]);
  });

  test('shows of foreign texts no more than a few lines, and only Unicode', () => {
    const [noise] = noiseOf({ principal: 'p', findings: [foundWith({ id: 'i'.repeat(1_000), message: `\ud800${'m'.repeat(1_000)}` })] });
    if (noise?.kind !== 'group') throw new Error('no group');
    expect([noise.seen.last.id.length, noise.seen.last.message.length]).toEqual([256, 300]);
    expect(noise.seen.last.message.isWellFormed()).toBe(true);
  });
});
