import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { valuesOf } from '../subject.ts';

/** A regular expression is compared with the whole value. */
export const regexWholeValue: LintCheck = {
  id: 'regex-whole-value',
  level: 'warning',
  about:
    'A regular expression without any operator: it matches only a value that is equal to it, because `regex` looks at the whole value.',
  run: (subject) =>
    eachCheck(subject, ({ check, left }) => {
      if (check.operator !== 'regex') return undefined;
      return valuesOf(check)
        .filter((pattern) => !/[\\^$.|?*+()[\]{}]/.test(pattern))
        .map((pattern) => ({
          message: `regex "${pattern}" is compared with the whole value, so it is no search`,
          advice: `write ${left} contains "${pattern}" to search, or ${left} = "${pattern}" if the whole value is meant`,
        }));
    }),
};
