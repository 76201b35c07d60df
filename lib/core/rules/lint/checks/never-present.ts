import type { Check } from '../../ast.ts';
import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { whyNeverPresent } from '../field-facts.ts';
import { outputFields } from '../output-fields.ts';
import { type LintSubject, resolvedValues } from '../subject.ts';

/** Their body, if any, is no object: a `delete` has options. */
const BODILESS = ['get', 'list', 'watch', 'delete', 'deletecollection'];

/** Fields that no event has. */
export const neverPresent: LintCheck = {
  id: 'never-present',
  level: 'warning',
  about: 'A check of a field that is absent from every event that reaches it: it is never true.',
  run: (subject) =>
    eachCheck(subject, ({ check, field, left, negated, beside, condition }) => {
      const never = (message: string, advice: string) => ({
        message: `${message}, so this check is never true${negated ? ' and its `not` always' : ''}`,
        advice,
      });
      const why = whyNeverPresent(field, condition.source);
      if (why !== undefined) return never(`${left} is absent from every event`, why);
      if (field === 'ka.sourceips' && check.right.kind !== 'none') {
        return {
          message: 'ka.sourceips reads requestObject.rules[].sourceIPs, not where the request came from',
          advice: 'use drift.source_ip or jevt.value[/sourceIPs/0]',
        };
      }
      const verb = field.startsWith('ka.req.') ? beside.find((other) => isOnlyBodiless(other, subject)) : undefined;
      if (verb !== undefined) {
        return never(
          `a request with the verb ${resolvedValues(verb, subject.lists).join(' or ')} has no object in its body, so ${left} is absent`,
          'ask for create, update or patch, or for a field of ka.target',
        );
      }
      return undefined;
    }),
};

/** The condition asks for verbs without a body and no others. */
function isOnlyBodiless({ left, operator, ...check }: Check, { lists }: LintSubject): boolean {
  if (left.kind !== 'field' || left.name !== 'ka.verb' || !['=', '==', 'in'].includes(operator)) return false;
  const verbs = resolvedValues({ left, operator, ...check }, lists);
  return verbs.length > 0 && verbs.every((verb) => BODILESS.includes(verb));
}

/** The same in an output: it always shows `<NA>`. */
export const outputNeverPresent: LintCheck = {
  id: 'output-never-present',
  level: 'warning',
  about: 'A field in the output that no event of the source has: it always shows `<NA>`.',
  run: ({ rules }) =>
    rules.flatMap(({ rule, source }) =>
      outputFields(rule.output, source).flatMap((field) => {
        const why = whyNeverPresent(field, source);
        if (why === undefined) return [];
        return [
          {
            place: rule.place,
            item: `rule '${rule.name}'`,
            message: `the output names ${field}, which no event of ${source} has`,
            advice: why,
          },
        ];
      }),
    ),
};
