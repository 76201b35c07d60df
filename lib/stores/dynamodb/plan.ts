/** What one transaction is to do, decided from what is known of the labels' values. Nothing here asks DynamoDB. */
import type { TransactWriteItem } from '../../clients/aws.ts';
import { type Admission, type LabelBudget, withinBudget } from '../../core/deliver/label-budget.ts';
import { mergeIncrements } from '../../core/deliver/merge-increments.ts';
import { seriesKey } from '../../core/deliver/series-key.ts';
import type { Increment, Mark } from '../../core/ports.ts';
import { type DayNoise, furtherNoise, mergeNoise } from '../../core/tune/day-noise.ts';
import { addToTotal, putMark, putValue, takeRoom } from './items.ts';
import { addNoise, noiseAdmission } from './noise.ts';

/** Actions of one transaction (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html, read 2026-11-20). */
export const MAX_ACTIONS = 100;

/** What is known of a value: it has its series, there is no room for it, or there was room when it was looked up. */
export type Standing = 'admitted' | 'full' | 'free';

/** What is known of the values that a transaction meets. */
export interface LabelsSeen {
  standing(admission: Admission): Standing | undefined;
  /** Values of a scope when it was looked up. */
  admitted(scope: string): number;
}

/** What is to be added. */
export interface Wanted {
  readonly increments: readonly Increment[];
  readonly noise: readonly DayNoise[];
}

/** How much room there is, and the time (ms since 1970), whose day gives room to groups of noise. */
export interface Room {
  readonly budget: LabelBudget;
  readonly noiseGroupsADay: number;
  readonly nowMs: number;
}

/** Increments and noise as they are to be made, and the values that get their series by it. */
export interface Resolved extends Wanted {
  readonly admissions: readonly Admission[];
  /** Must be looked up first: the answer above is only right if they all were free. */
  readonly unknown: readonly Admission[];
}

/** Applies the budget to increments, and the room for groups to noise. */
export function resolve(wanted: Wanted, { budget, noiseGroupsADay, nowMs }: Room, seen: LabelsSeen): Resolved {
  const admissions = new Map<string, Admission>();
  const unknown = new Map<string, Admission>();
  const taken = new Map<string, number>();
  const admit = (admission: Admission): boolean => {
    const { scope, value, limit } = admission;
    const id = JSON.stringify([scope, value]);
    const standing = seen.standing(admission);
    if (standing === undefined) unknown.set(id, admission);
    if (standing === 'admitted' || standing === undefined || admissions.has(id)) return true;
    const room = limit - seen.admitted(scope) - (taken.get(scope) ?? 0);
    if (standing === 'full' || room <= 0) return false;
    admissions.set(id, admission);
    taken.set(scope, (taken.get(scope) ?? 0) + 1);
    return true;
  };
  const within = wanted.increments.flatMap((increment) => withinBudget(increment, budget, admit));
  const noise = wanted.noise.map((each) =>
    each.kind === 'further' || admit(noiseAdmission(each, nowMs, noiseGroupsADay)) ? each : furtherNoise(each),
  );
  return {
    increments: mergeIncrements(within),
    noise: mergeNoise(noise),
    admissions: [...admissions.values()],
    unknown: [...unknown.values()],
  };
}

/** One thing a transaction does, and what it means when its condition does not hold. */
export interface Action {
  readonly write: TransactWriteItem;
  /** The mark (by its place) was counted before; or the labels are no longer as they were seen. */
  readonly guards: { readonly mark: number } | 'labels' | undefined;
}

/** Gives values their series: each value, and the room for them. */
export function admitActions(table: string, admissions: readonly Admission[], nowMs: number): readonly Action[] {
  const scopes = new Map<string, { readonly limit: number; readonly values: number }>();
  for (const { scope, limit } of admissions) scopes.set(scope, { limit, values: (scopes.get(scope)?.values ?? 0) + 1 });
  return [
    ...admissions.map(({ scope, value }): Action => ({ write: putValue(table, scope, value, nowMs), guards: 'labels' })),
    ...[...scopes].map(([scope, { limit, values }]): Action => ({ write: takeRoom(table, scope, values, limit, nowMs), guards: 'labels' })),
  ];
}

/** Counts marks. */
export function countActions(
  table: string,
  marks: readonly Pick<Mark, 'key' | 'note'>[],
  { increments, noise, admissions }: Resolved,
  { nowMs, random }: { readonly nowMs: number; readonly random: () => number },
): readonly Action[] {
  return [
    ...marks.map((each, mark): Action => ({ write: putMark(table, each, nowMs), guards: { mark } })),
    ...admitActions(table, admissions, nowMs),
    ...increments.map(
      ({ by, ...series }): Action => ({
        write: addToTotal(table, series.metric, seriesKey(series), by, random()),
        guards: undefined,
      }),
    ),
    ...noise.map((each): Action => ({ write: addNoise(table, each, nowMs, random()), guards: undefined })),
  ];
}
