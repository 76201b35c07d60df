import type { LintCheck } from '../check.ts';

/** Items are put into a condition as they are. */
export const listItemSplits: LintCheck = {
  id: 'list-item-splits',
  level: 'warning',
  about: 'An item of a list that holds a comma: put into a condition it becomes two items.',
  run: ({ model }) =>
    model.lists.flatMap(({ name, place, items }) =>
      items
        .filter((item) => item.includes(',') && !/^\s*["']/.test(item))
        .map((item) => ({
          place,
          item: `list '${name}'`,
          message: `the item ${JSON.stringify(item)} holds a comma and becomes ${item.split(',').length} items in a condition`,
          advice: `quote it twice: '"${item}"'`,
        })),
    ),
};
