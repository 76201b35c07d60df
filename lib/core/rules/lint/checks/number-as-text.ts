import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { specOf, valuesOf } from '../subject.ts';

const ORDER = ['<', '<=', '>', '>='];

/** Order of texts is not order of numbers. */
export const numberAsText: LintCheck = {
  id: 'number-as-text',
  level: 'warning',
  about: '`<`, `<=`, `>`, `>=` on a field that is a text: texts are compared letter by letter, so "1000" is less than "300".',
  run: (subject) =>
    eachCheck(subject, ({ check, field, left }) => {
      if (!ORDER.includes(check.operator) || check.left.kind !== 'field' || specOf(field)?.type !== 'string') return undefined;
      // a status always has three digits, and so has what it is compared with: the order is the same
      if (field === 'ka.response.code' && valuesOf(check).every((value) => /^\d{3}$/.test(value))) return undefined;
      return {
        message: `${left} is a text, so ${check.operator} compares letter by letter: "1000" is less than "300"`,
        advice: 'compare with =, or with a regex that has as many digits as are meant',
      };
    }),
};
