import { nearest } from '../../loader/nearest.ts';
import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { knownForm, knownValues } from '../field-facts.ts';
import { resolvedValues } from '../subject.ts';

const EXACT = ['=', '==', '!=', 'in', 'intersects'];

/** Values that a field cannot have. */
export const impossibleValue: LintCheck = {
  id: 'impossible-value',
  level: 'warning',
  about:
    'A comparison with a value that the field never has: another case (`"True"`), another word (`created`), another form (`s3` for `s3.amazonaws.com`).',
  run: (subject) =>
    eachCheck(subject, ({ check, field, left }) => {
      // a transformed value has another form; transformers have a check of their own
      if (check.left.kind !== 'field' || !EXACT.includes(check.operator)) return undefined;
      const values = resolvedValues(check, subject.lists);
      const known = knownValues(field);
      if (known !== undefined) {
        return values
          .filter((value) => !known.values.includes(value))
          .map((value) => {
            const near = nearest(value, known.values);
            return {
              message: `${left} is never "${value}": it is ${known.what}`,
              advice: `${near === undefined ? '' : `did you mean ${near}? `}it can be ${known.values.slice(0, 12).join(', ')}${known.values.length > 12 ? ', ...' : ''}`,
            };
          });
      }
      const form = knownForm(field);
      if (form === undefined) return undefined;
      return values
        .filter((value) => !form.matches(value))
        .map((value) => ({ message: `${left} is never "${value}"`, advice: form.advice }));
    }),
};
