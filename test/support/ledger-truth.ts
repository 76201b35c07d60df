import { expect } from 'vitest';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Ledger, Noise } from '../../lib/core/ports.ts';
import type { DayNoise } from '../../lib/core/tune/day-noise.ts';
import { foundWith } from './findings.ts';

const CHANGES = 'kubernetes_audit_manual_changes_total';

/** An event of a test: its number makes who, where and how many rules fired, so that equal numbers are equal events. */
export function numberedDelivery(number: number): Delivery {
  const found = foundWith({
    id: `event-${number}`,
    tags: isChange(number) ? ['drift'] : ['audit'],
    actor: { user: userOf(number) },
    target: { namespace: `ns-${number % 2}` },
  });
  const second = { ...found, finding: { ...found.finding, rule: 'Second rule', tags: ['audit'] } };
  const [key, requestKey] = [`k8s_audit event-${number} ResponseComplete`, `k8s_audit event-${number} request`];
  return { key, requestKey, principal: `kubernetes:${userOf(number)}`, findings: number % 4 === 0 ? [second, found] : [found] };
}

/** Checks every total against the distinct events that were handed in, however often each was. */
export async function expectTruth(ledger: Ledger & Noise, numbers: Iterable<number>, budget: { readonly users: number }): Promise<void> {
  const distinct = [...new Set(numbers)];
  const changes = distinct.filter(isChange);
  const totals = await ledger.totals();
  const sum = (metric: string, label?: string, value?: string) =>
    totals
      .filter((total) => total.metric === metric && (label === undefined || total.labels[label] === value))
      .reduce((all, each) => all + each.value, 0);
  expect(sum('driftwire_records_total', 'outcome', 'finding')).toBe(distinct.length);
  expect(sum('driftwire_findings_total', 'rule', 'Manual Kubernetes change')).toBe(distinct.length);
  expect(sum('driftwire_findings_total', 'rule', 'Second rule')).toBe(distinct.filter((number) => number % 4 === 0).length);
  expect(sum('falco_events')).toBe(distinct.length + distinct.filter((number) => number % 4 === 0).length);
  expect(sum(CHANGES)).toBe(changes.length);
  const users = new Set(changes.map(userOf));
  const own = [...users].filter((user) => sum(CHANGES, 'user', user) > 0);
  expect(own).toHaveLength(Math.min(users.size, budget.users));
  // Who has a series has all of it: nobody was counted under `other` first and by name later, or the other way round.
  for (const user of own) expect(sum(CHANGES, 'user', user)).toBe(changes.filter((number) => userOf(number) === user).length);
  await expectTrueNoise(ledger, distinct);
}

/** Checks what makes noise: of each rule and person the number of distinct events. */
async function expectTrueNoise(noise: Noise, distinct: readonly number[]): Promise<void> {
  const kept: DayNoise[] = [];
  await noise.noise({}, (each) => kept.push(each));
  const told = kept.map((each) => [each.day, each.kind === 'group' ? `${each.group.rule} ${each.group.principal}` : each.kind, each.count]);
  const expected = [...new Set(distinct.map(userOf))].flatMap((user) => {
    const own = distinct.filter((number) => userOf(number) === user);
    const second = own.filter((number) => number % 4 === 0).length;
    return [
      ['2026-03-14', `Manual Kubernetes change kubernetes:${user}`, own.length],
      ...(second === 0 ? [] : [['2026-03-14', `Second rule kubernetes:${user}`, second]]),
    ];
  });
  expect(told.toSorted()).toEqual(expected.toSorted());
}

function isChange(number: number): boolean {
  return number % 5 !== 0;
}

function userOf(number: number): string {
  return `user-${number % 6}`;
}
