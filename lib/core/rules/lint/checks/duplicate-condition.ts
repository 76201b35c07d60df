import type { Found, LintCheck } from '../check.ts';
import { canonical } from '../conjunction.ts';

/** Rules that ask the same. */
export const duplicateCondition: LintCheck = {
  id: 'duplicate-condition',
  level: 'warning',
  about: 'Two rules of a source with the same condition, up to the order of its parts and the names of macros.',
  run: ({ rules, macros }) => {
    const seen = new Map<string, string>();
    return rules.flatMap(({ rule, condition, source, evaluated }): readonly Found[] => {
      const key = `${source} ${canonical(evaluated, macros)}`;
      const first = seen.get(key);
      seen.set(key, first ?? rule.name);
      if (first === undefined) return [];
      return [
        {
          place: rule.place,
          item: condition.item,
          message: `the same condition as the rule '${first}': each such event makes two findings`,
          advice: 'remove one of the two, or make them differ',
        },
      ];
    });
  },
};
