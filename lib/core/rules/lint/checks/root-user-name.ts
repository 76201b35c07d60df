import type { LintCheck } from '../check.ts';
import { eachCheck } from '../each-check.ts';
import { resolvedValues } from '../subject.ts';

/** Root has no user name. */
export const rootUserName: LintCheck = {
  id: 'root-user-name',
  level: 'warning',
  about: '`ct.user = root`: nearly all records of the root user have no user name, so that `ct.user` is absent.',
  run: (subject) =>
    eachCheck(subject, ({ check, field, left }) => {
      if (field !== 'ct.user' || !['=', '==', 'in', '!='].includes(check.operator)) return undefined;
      return resolvedValues(check, subject.lists)
        .filter((value) => value.toLowerCase() === 'root')
        .map((value) => ({
          message: `${left} is absent from nearly all records of the root user, so it is hardly ever "${value}"`,
          advice: 'use ct.user.identitytype = Root, or drift.root = true',
        }));
    }),
};
