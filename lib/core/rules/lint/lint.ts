import type { RuleFile } from '../load-rules.ts';
import type { RuleModel } from '../loader/model.ts';
import type { LintFinding } from './check.ts';
import { CHECKS } from './checks.ts';
import { lintSubject } from './subject.ts';

/** What to look at. */
export interface LintOptions {
  /** The texts of the files of the model, for places inside conditions. */
  readonly files: readonly RuleFile[];
  /** Names of the files whose findings are wanted; what is loaded before them is only looked at beside them. */
  readonly wanted: ReadonlySet<string>;
  /** With `first`, a rule can stand in the shadow of an earlier one. */
  readonly ruleMatching: 'all' | 'first';
}

/** Finds what loads but cannot mean what was meant, in the order of the files. */
export function lint(model: RuleModel, { files, wanted, ruleMatching }: LintOptions): readonly LintFinding[] {
  const subject = lintSubject(model, files, ruleMatching);
  const order = new Map(files.map(({ name }, index) => [name, index]));
  const position = ({ file }: LintFinding): number => order.get(file) ?? 0;
  return CHECKS.flatMap(({ id, level, run }) =>
    [...run(subject)].map(({ place, item, message, advice }): LintFinding => ({ id, level, ...place, item, message, advice })),
  )
    .filter(({ file }) => wanted.has(file))
    .sort((left, right) => position(left) - position(right) || left.line - right.line || left.column - right.column);
}
