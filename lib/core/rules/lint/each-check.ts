import { printLeft } from '../print.ts';
import type { Found } from './check.ts';
import { fieldOf, type LintCondition, type LintSubject, type PlacedCheck } from './subject.ts';

/** One check of a condition with what stands round it. */
export interface Seen extends PlacedCheck {
  readonly condition: LintCondition;
  /** The field it reads, without what is done to it; empty when it reads none. */
  readonly field: string;
  /** The left side as it is written. */
  readonly left: string;
}

/** What is wrong with one check. */
export type Complaint = Pick<Found, 'message' | 'advice'>;

/** Looks at every check of every condition. */
export function eachCheck(subject: LintSubject, look: (seen: Seen) => Complaint | readonly Complaint[] | undefined): readonly Found[] {
  return subject.conditions.flatMap((condition) =>
    condition.checks.flatMap((placed) => {
      const { check } = placed;
      const complaints = look({ ...placed, condition, field: fieldOf(check.left) ?? '', left: printLeft(check.left) });
      if (complaints === undefined) return [];
      return [complaints].flat().map((complaint) => ({ place: condition.place(check.start), item: condition.item, ...complaint }));
    }),
  );
}

/** Texts as they are shown in a sentence: quoted, and not more of them than anybody reads. */
export function shownValues(values: readonly string[]): string {
  const MOST = 5;
  const shown = values.slice(0, MOST).map((value) => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value));
  return values.length > MOST ? `${shown.join(', ')} and ${values.length - MOST} more` : shown.join(', ');
}
