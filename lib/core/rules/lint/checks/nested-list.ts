import type { Found, LintCheck } from '../check.ts';
import { bareWords } from '../quoted.ts';
import { valuesOf } from '../subject.ts';

/** Falco puts a list's items into another list one level deep, and only where the order of definition allows it. */
export const nestedList: LintCheck = {
  id: 'nested-list',
  level: 'warning',
  about:
    'The name of a list that is still there as a text after all lists have been put in: a list in a list in a list, defined in an order in which it is not resolved.',
  run: ({ conditions, lists }) =>
    conditions.flatMap(({ item, evaluated, loaded }) =>
      evaluated.flatMap(({ check }): readonly Found[] => {
        const bare = bareWords(loaded.expanded.slice(check.rightStart, check.end));
        return valuesOf(check)
          .filter((value) => lists.has(value) && bare.has(value))
          .map((value) => ({
            place: loaded.placeOf(check.start),
            item,
            message: `the list '${value}' is not put in here: it is compared as the text "${value}"`,
            advice: 'define the outer list before the inner ones, or write the items of the inner list into it',
          }));
      }),
    ),
};
