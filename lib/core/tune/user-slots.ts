/**
 * How many different people are in a group, in a set that cannot grow: each name is one of 256 slots, and how many slots are taken says
 * how many names there were (linear counting, Whang et al. 1990). Sets of several days and writers are joined by their union.
 */
import { fingerprint } from '../fingerprint.ts';

const SLOTS = 256;

/** The slot of a person's name. */
export function userSlot(user: string): number {
  return Number.parseInt(fingerprint(user).slice(-2), 16);
}

/** How many names took these slots: exact for one, an estimate (within a tenth or so) for more; at least so many when all are taken. */
export function usersIn(slots: ReadonlySet<number>): { readonly users: number; readonly usersAreMore: boolean } {
  const free = Math.max(SLOTS - slots.size, 1);
  return { users: Math.round(SLOTS * Math.log(SLOTS / free)), usersAreMore: slots.size >= SLOTS };
}
