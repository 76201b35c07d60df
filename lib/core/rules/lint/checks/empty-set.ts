import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { resolvedValues } from '../subject.ts';

/** Nothing is in an empty set. */
export const emptySet: LintCheck = {
  id: 'empty-set',
  level: 'warning',
  about: 'A comparison with `()`: it is never true.',
  run: (subject) =>
    eachCheck(subject, ({ check, left, negated }) => {
      if (check.right.kind !== 'values' || check.right.values.length > 0) return undefined;
      return {
        message: `${left} ${check.operator} () has nothing to compare with, so it is never true${negated ? ' and its `not` always' : ''}`,
        advice: 'put values in, or take the check out',
      };
    }),
};

/** A list may be there for others to fill. */
export const emptyList: LintCheck = {
  id: 'empty-list',
  level: 'note',
  about: 'A comparison with lists that have no items: it is never true until another file appends some.',
  run: (subject) =>
    eachCheck(subject, ({ check, left, negated }) => {
      if (check.right.kind !== 'values' || check.right.values.length === 0 || resolvedValues(check, subject.lists).length > 0)
        return undefined;
      const names = check.right.values.map((name) => `'${name}'`).join(', ');
      return {
        message: `${left} ${check.operator} (...) is never true${negated ? ' and its `not` always' : ''}: the list ${names} has no items`,
        advice: 'fine if another file appends items; else give it some, or take the check out',
      };
    }),
};
