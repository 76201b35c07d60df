import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { resolvedValues } from '../subject.ts';

const LITERAL = ['=', '==', '!=', 'in', 'intersects', 'contains', 'icontains', 'startswith', 'endswith'];
/** Fields in whose values a star is an ordinary thing: policies, roles' rules, URLs, whole documents. */
const MAY_HOLD_STARS =
  /^(?:ka\.req\.|ka\.uri|ct\.request|ct\.response|ct\.additional|ct\.resources|jevt\.|json\.|drift\.command|drift\.resource|s3\.key|s3\.uri)/;

/** A star where no star stands for anything. */
export const literalWildcard: LintCheck = {
  id: 'literal-wildcard',
  level: 'warning',
  about: 'A `*` at the beginning or the end of a value behind an operator that knows no wildcards: it is compared as a star.',
  run: (subject) =>
    eachCheck(subject, ({ check, field, left }) => {
      if (!LITERAL.includes(check.operator) || MAY_HOLD_STARS.test(field)) return undefined;
      return resolvedValues(check, subject.lists)
        .filter((value) => /^\*.|.\*$/.test(value))
        .map((value) => ({
          message: `the star in "${value}" is no wildcard behind ${check.operator}, so ${left} would have to hold a star`,
          advice: `write ${left} glob "${value}"${check.operator === 'in' ? ', or glob anyof (...)' : ''}`,
        }));
    }),
};
