/**
 * What makes noise, as stores keep it: findings by rule, principal and action, for each day (UTC) of the events. It is counted under
 * the mark of its event, so once, but it is no metric: it is never read for `/metrics`, and it is forgotten 30 days after it was last
 * added to. Days because the window of `tune` is then exact to the day; everything in a day's group is bounded.
 */
import type { Priority } from '../model/finding.ts';
import type { EventSource } from '../model/raw-record.ts';
import { civilTime } from '../time.ts';

/** What an exception is about. Whole texts: a part of one would silence something else, or nothing. */
export interface NoiseGroupId {
  readonly rule: string;
  readonly source: EventSource;
  /** `drift.principal`. */
  readonly principal: string;
  /** `drift.action`. */
  readonly action: string;
}

/** What is known of the findings that were counted. */
export interface NoiseSeen {
  readonly priority: Priority;
  /** `drift.reason`. */
  readonly reason: string;
  /** Slots of the people's names (`user-slots.ts`), in rising order, each once. */
  readonly users: readonly number[];
  /** ms since 1970. */
  readonly firstMs: number;
  /** ms since 1970, of the finding in `last`. */
  readonly lastMs: number;
  readonly last: { readonly id: string; readonly message: string };
}

/** Findings of one group on one day. */
export interface GroupNoise {
  readonly kind: 'group';
  /** `2026-11-21`. */
  readonly day: string;
  readonly group: NoiseGroupId;
  readonly count: number;
  readonly seen: NoiseSeen;
}

/** Findings of one day that are in no group: there was no room for it, or no exception could name it. */
export interface FurtherNoise {
  readonly kind: 'further';
  readonly day: string;
  readonly count: number;
}

export type DayNoise = GroupNoise | FurtherNoise;

/** The years that a day can name in ten characters, in ms since 1970; a time that a record claims beyond them counts at their ends. */
const FIRST_MS = -62_135_596_800_000;
const LAST_MS = 253_402_300_799_999;

/** The day of a moment (ms since 1970) in UTC. Days compare as their moments do. */
export function dayOf(timeMs: number): string {
  return civilTime(BigInt(Math.min(Math.max(timeMs, FIRST_MS), LAST_MS)) * 1_000_000n).date;
}

/** A group as one text, by which stores keep it. */
export function groupText({ rule, source, principal, action }: NoiseGroupId): string {
  return JSON.stringify([rule, source, principal, action]);
}

/** The group of a text that `groupText` made. */
export function groupOf(text: string): NoiseGroupId {
  const [rule, source, principal, action] = JSON.parse(text) as readonly [string, EventSource, string, string];
  return { rule, source, principal, action };
}

/** The same findings without their group. */
export function furtherNoise({ day, count }: DayNoise): FurtherNoise {
  return { kind: 'further', day, count };
}

/** What is known of both: the earliest and the latest, of two of one time the later given. */
export function mergeSeen(before: NoiseSeen, now: NoiseSeen): NoiseSeen {
  const newest = now.lastMs >= before.lastMs ? now : before;
  return {
    ...newest,
    users: [...new Set([...before.users, ...now.users])].sort((left, right) => left - right),
    firstMs: Math.min(before.firstMs, now.firstMs),
  };
}

/** The same noise with each group of a day once, in the order in which they first come. */
export function mergeNoise(noise: readonly DayNoise[]): readonly DayNoise[] {
  const merged = new Map<string, DayNoise>();
  for (const each of noise) {
    const key = `${each.day} ${each.kind === 'group' ? groupText(each.group) : ''}`;
    merged.set(key, mergeTwo(merged.get(key), each));
  }
  return [...merged.values()];
}

function mergeTwo(before: DayNoise | undefined, now: DayNoise): DayNoise {
  const count = (before?.count ?? 0) + now.count;
  if (before?.kind !== 'group' || now.kind !== 'group') return { ...now, count };
  return { ...now, count, seen: mergeSeen(before.seen, now.seen) };
}
