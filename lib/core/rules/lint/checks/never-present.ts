import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { whyNeverPresent } from '../field-facts.ts';
import { outputFields } from '../output-fields.ts';

const BODILESS = ['get', 'list', 'watch', 'deletecollection'];

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
      const verb = field.startsWith('ka.req.') ? beside.find((other) => isVerb(other.left) && other.operator === '=') : undefined;
      if (verb?.right.kind === 'value' && BODILESS.includes(verb.right.value)) {
        return never(
          `a request with the verb ${verb.right.value} has no body, so ${left} is absent`,
          'ask for create, update or patch, or for a field of ka.target',
        );
      }
      return undefined;
    }),
};

function isVerb(left: { readonly kind: string; readonly name: string }): boolean {
  return left.kind === 'field' && left.name === 'ka.verb';
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
