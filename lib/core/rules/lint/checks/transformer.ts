import type { LintCheck } from '../check.ts';
import { eachCheck, shownValues } from '../each-check.ts';
import { resolvedValues, specOf } from '../subject.ts';

/** What never stands in the result of a transformer. */
const IMPOSSIBLE: ReadonlyMap<string, { readonly pattern: RegExp; readonly gives: string }> = new Map([
  ['tolower', { pattern: /[A-Z]/, gives: 'no capital letters' }],
  ['toupper', { pattern: /[a-z]/, gives: 'no small letters' }],
  ['basename', { pattern: /\//, gives: 'no slash' }],
]);
const LITERAL = ['=', '==', '!=', 'in', 'intersects', 'contains', 'startswith', 'endswith', 'glob'];

/** `tolower(x) = "Upper"`. */
export const transformerNeverMatches: LintCheck = {
  id: 'transformer-never-matches',
  level: 'warning',
  about: 'A transformed field compared with a value that the transformer cannot give, such as `tolower(x) = "Admin"`.',
  run: (subject) =>
    eachCheck(subject, ({ check, left }) => {
      const rule = check.left.kind === 'call' ? IMPOSSIBLE.get(check.left.name) : undefined;
      if (rule === undefined || !LITERAL.includes(check.operator)) return undefined;
      const bad = resolvedValues(check, subject.lists).filter((value) => rule.pattern.test(withoutBrackets(value, check.operator)));
      if (bad.length === 0) return undefined;
      return {
        message: `${left} gives ${rule.gives}, so it never ${check.operator === '!=' ? 'is' : 'matches'} ${shownValues(bad)}`,
        advice: 'write the value as the transformer gives it, or leave the transformer out',
      };
    }),
};

/** In a glob, letters in brackets are one of several. */
function withoutBrackets(value: string, operator: string): string {
  return operator === 'glob' ? value.replace(/\[[^\]]*\]/g, '') : value;
}

/** Falco's engine never finds anything in a transformed list. */
export const listTransformer: LintCheck = {
  id: 'list-transformer',
  level: 'warning',
  about: 'A transformer over a list field with `in` or `intersects`: Falco never finds a constant in the transformed list.',
  run: (subject) =>
    eachCheck(subject, ({ check, field, left }) => {
      if (check.left.kind !== 'call' || !IMPOSSIBLE.has(check.left.name) || !['in', 'intersects'].includes(check.operator))
        return undefined;
      if (specOf(field)?.isList !== true) return undefined;
      return {
        message: `${field} is a list, and ${left} ${check.operator} (...) never matches in Falco's engine`,
        advice: `compare ${field} itself, with the values in the case in which they are recorded`,
      };
    }),
};
