import { CLOUDTRAIL_PROFILE } from '../../../classify/profile.ts';
import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { resolvedValues } from '../subject.ts';

const KNOWN: ReadonlyMap<string, string> = new Map(
  CLOUDTRAIL_PROFILE.flatMap(({ actions }) =>
    actions.filter((name) => !name.includes('*')).map((name) => [name.toLowerCase(), name] as const),
  ),
);
const EXACT = ['=', '==', '!=', 'in'];

/** Names of actions in another case. */
export const eventNameCase: LintCheck = {
  id: 'event-name-case',
  level: 'warning',
  about: 'An event name in another case than CloudTrail writes it, or one that begins with a small letter or holds a blank.',
  run: (subject) =>
    eachCheck(subject, ({ check, field, left }) => {
      if (field !== 'ct.name' || check.left.kind !== 'field' || !EXACT.includes(check.operator)) return undefined;
      return resolvedValues(check, subject.lists).flatMap((value) => {
        const known = KNOWN.get(value.toLowerCase());
        if (known !== undefined && known !== value) return [{ message: `${left} is never "${value}"`, advice: `write ${known}` }];
        if (known !== undefined || !/^[a-z]|\s/.test(value)) return [];
        return [
          {
            message: `no event name of CloudTrail looks like "${value}"`,
            advice: 'event names begin with a capital letter and are one word, such as RunInstances',
          },
        ];
      });
    }),
};
