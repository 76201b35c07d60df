import type { Found, LintCheck } from '../check.ts';

/** Lists are put in before quotes are looked at. */
export const listInQuotes: LintCheck = {
  id: 'list-in-quotes',
  level: 'warning',
  about:
    "The name of a list as a word of its own inside a quoted text: the list's items are put there, because lists are replaced before quotes are read.",
  run: ({ conditions, lists }) =>
    conditions.flatMap((condition) =>
      [...condition.text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs)].flatMap((quoted): readonly Found[] => {
        // the quotes themselves do not end a word, so the first and the last word in them are safe
        const words = quoted[0].split(/[\s(),=]/).slice(1, -1);
        return words
          .filter((word) => lists.has(word))
          .map((word) => ({
            place: condition.place(quoted.index),
            item: condition.item,
            message: `'${word}' inside ${quoted[0]} is the name of a list, so its items are put in there`,
            advice: 'give the list a name that is no everyday word',
          }));
      }),
    ),
};
