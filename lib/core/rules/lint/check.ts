import type { Place } from '../loader/model.ts';
import type { LintSubject } from './subject.ts';

/** warning: this cannot be meant. note: this is easily meant otherwise; look at it once. */
export type LintLevel = 'warning' | 'note';

/** One thing that loads but cannot mean what was meant. */
export interface LintFinding extends Place {
  /** Id of the check, for suppressing and for documentation. */
  readonly id: string;
  readonly level: LintLevel;
  /** What it stands in: `rule 'Shell in a pod'`. */
  readonly item: string;
  readonly message: string;
  readonly advice: string;
}

/** What a check found, before its id and level are put to it. */
export interface Found {
  readonly place: Place;
  readonly item: string;
  readonly message: string;
  readonly advice: string;
}

/** One check: what it looks for, and how. */
export interface LintCheck {
  readonly id: string;
  readonly level: LintLevel;
  /** What it finds, in one sentence for the documentation. */
  readonly about: string;
  run(subject: LintSubject): Iterable<Found>;
}
