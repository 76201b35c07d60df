import { nearest } from '../../loader/nearest.ts';
import type { LintCheck } from '../check.ts';
import { eachCheck, type Seen } from '../each-check.ts';
import { knownValues } from '../field-facts.ts';
import { bareWords } from '../quoted.ts';
import { type LintSubject, valuesOf } from '../subject.ts';

/** Operators behind which lists stand. */
const SETS = ['in', 'intersects', 'pmatch'];
/** Values of audit logs are written with capitals, dots and dashes; names of lists with underscores. */
const LIKE_A_LIST = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/;

/** A word that is meant as the name of a list, and is a text because no list has that name. */
export const undefinedList: LintCheck = {
  id: 'undefined-list',
  level: 'warning',
  about:
    'A word in a list of values that looks like the name of a list, but no list of that name is defined before it is used: it is compared as a text.',
  run: (subject) =>
    eachCheck(subject, (seen) =>
      unquoted(seen)
        .filter((word) => isMeantAsList(word, seen, subject))
        .map((word) => {
          const near = nearest(word, subject.lists.keys());
          return {
            message: `no list '${word}' is defined, so ${seen.left} is compared with the text "${word}"`,
            advice: `${near === undefined ? 'define the list' : `did you mean '${near}'? else define the list`}, or write "${word}" in quotes if the text is meant`,
          };
        }),
    ),
};

function unquoted({ check, condition }: Seen): readonly string[] {
  const bare = bareWords(condition.text.slice(check.rightStart, check.end));
  return valuesOf(check).filter((value) => bare.has(value));
}

function isMeantAsList(word: string, { check, field, condition }: Seen, { lists, macros }: LintSubject): boolean {
  if (lists.has(word) || macros.has(word) || knownValues(field)?.values.includes(word) === true) return false;
  const isSet = SETS.includes(check.operator);
  // `in name` without parentheses takes a list and nothing else
  if (isSet && condition.text[check.rightStart] !== '(') return true;
  if (!isSet && check.right.kind !== 'values') return false;
  // those are also names of resources, and of nothing else that a field holds
  if (field !== 'ka.target.resource' && CALLED_LIKE_A_LIST.test(word)) return true;
  return LIKE_A_LIST.test(word) || isSlipOf(word, nearest(word, lists.keys()));
}

/** A word so near to the name of a list that it is hardly another word. */
function isSlipOf(word: string, name: string | undefined): boolean {
  return name !== undefined && word.length > 4 && Math.abs(word.length - name.length) < 3 && /^[a-z0-9]+$/.test(word);
}

/** Words by which people call lists of users, images and the like. */
const CALLED_LIKE_A_LIST =
  /^(?:users|admins|accounts|images|names|namespaces|roles|ips|regions|services|commands|binaries|buckets|clusters|groups|principals|pipelines|bots)$/;

/** A macro's name where a value stands. */
export const macroAsValue: LintCheck = {
  id: 'macro-as-value',
  level: 'warning',
  about: 'The name of a macro where a value stands: it is compared as a text, a macro stands alone or after `and`, `or`, `not`.',
  run: (subject) =>
    eachCheck(subject, (seen) =>
      unquoted(seen)
        .filter((word) => subject.macros.has(word) && !subject.lists.has(word) && !isOwnValue(word, seen))
        .map((word) => ({
          message: `'${word}' is a macro, but here it is the text "${word}" that ${seen.left} is compared with`,
          advice: `write the macro alone (... and ${word}), or "${word}" in quotes if the text is meant`,
        })),
    ),
};

/** `macro: create` may well be about `ka.verb = create`. */
function isOwnValue(word: string, { condition, field }: Seen): boolean {
  return condition.item === `macro '${word}'` || knownValues(field)?.values.includes(word) === true;
}
