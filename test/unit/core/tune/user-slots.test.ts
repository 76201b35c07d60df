import { expect, test } from 'vitest';
import { userSlot, usersIn } from '../../../../lib/core/tune/user-slots.ts';

const slotsOf = (count: number) => new Set(Array.from({ length: count }, (_, at) => userSlot(`user-${at}@example.com`)));

test('a name has one slot of 256, and names are spread over them', () => {
  expect(userSlot('alice@example.com')).toBe(userSlot('alice@example.com'));
  const slots = slotsOf(5_000);
  expect(slots.size).toBe(256);
  expect([Math.min(...slots), Math.max(...slots)]).toEqual([0, 255]);
});

test('few names are counted as they are, many within a tenth or so', () => {
  expect(usersIn(new Set())).toEqual({ users: 0, usersAreMore: false });
  expect(usersIn(slotsOf(1))).toEqual({ users: 1, usersAreMore: false });
  for (let taken = 1; taken <= 10; taken++) expect(usersIn(new Set(Array.from({ length: taken }, (_, at) => at))).users).toBe(taken);
  for (const count of [50, 100, 200, 400]) {
    const { users, usersAreMore } = usersIn(slotsOf(count));
    expect(Math.abs(users - count) / count, `${count} users`).toBeLessThan(0.15);
    expect(usersAreMore).toBe(false);
  }
});

test('when all slots are taken there are at least as many as that takes', () => {
  expect(usersIn(slotsOf(5_000))).toEqual({ users: 1_420, usersAreMore: true });
});
