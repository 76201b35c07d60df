import { expect, test } from 'vitest';
import { type Admissions, admitted, NO_ADMISSIONS } from '../../../../../lib/core/deliver/incident/admission.ts';

const settings = { channel: '#drift', maxAMinute: 3, isNewDigest: false };

function admit(count: number, at: (n: number) => number, from: Admissions = NO_ADMISSIONS, over = settings) {
  let admissions = from;
  const homes = Array.from({ length: count }, (_, n) => {
    const next = admitted(admissions, at(n), over);
    admissions = next.admissions;
    return typeof next.home === 'string' ? next.home : next.home.digest;
  });
  return { admissions, homes };
}

test('so many new incidents a minute get a message of their own, the rest one digest', () => {
  const { homes } = admit(6, () => 1_000);
  expect(homes.slice(0, 3)).toEqual(['own', 'own', 'own']);
  expect(new Set(homes.slice(3)).size).toBe(1);
  expect(homes[3]).toMatch(/^digest-/);
});

test('the next minute begins anew, with another digest', () => {
  const first = admit(5, (n) => 1_000 + n);
  const second = admit(5, () => 61_000, first.admissions);
  expect(second.homes.slice(0, 3)).toEqual(['own', 'own', 'own']);
  expect(second.homes[4]).not.toBe(first.homes[4]);
  expect(admit(1, () => 60_999, first.admissions).homes).toEqual([first.homes[4]]);
});

test('a clock that was set back does not hold up messages', () => {
  const first = admit(5, () => 1_000_000);
  expect(admit(1, () => 1_000, first.admissions).homes).toEqual(['own']);
});

test('a full digest is followed by another, and so is one that cannot be changed any more', () => {
  const { homes } = admit(3 + 801, () => 1_000);
  expect(new Set(homes.slice(3)).size).toBe(3);
  const one = admit(4, () => 1_000);
  expect(admit(1, () => 1_000, one.admissions, { ...settings, isNewDigest: true }).homes).not.toEqual([one.homes[3]]);
});
