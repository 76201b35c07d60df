import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { resolvedValues } from '../subject.ts';

/** Nothing is in an empty set. */
export const emptySet: LintCheck = {
  id: 'empty-set',
  level: 'warning',
  about: 'A comparison with a list that has no items: it is never true.',
  run: (subject) =>
    eachCheck(subject, ({ check, left, negated }) => {
      if (check.right.kind !== 'values' || resolvedValues(check, subject.lists).length > 0) return undefined;
      const [name] = check.right.values;
      return {
        message: `${left} ${check.operator} ${name ?? '()'} has nothing to compare with, so it is never true${negated ? ' and its `not` always' : ''}`,
        advice: name === undefined ? 'put values in, or take the check out' : `give the list '${name}' items, or take the check out`,
      };
    }),
};
