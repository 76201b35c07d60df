import type { Place, RuleModel } from '../../loader/model.ts';
import type { LintCheck } from '../check.ts';

/** Rules of sources that are not read may use what seems unused. */
function hasUnread(model: RuleModel, { file }: Place): boolean {
  return model.rules.some(({ condition, place }) => condition === undefined && place.file === file);
}

/** Macros that nothing refers to. */
export const unusedMacro: LintCheck = {
  id: 'unused-macro',
  level: 'warning',
  about: 'A macro that no rule and no other macro refers to.',
  run: ({ model }) =>
    model.macros
      .filter(({ isUsed, place }) => !isUsed && !hasUnread(model, place))
      .map(({ name, place }) => ({
        place,
        item: `macro '${name}'`,
        message: 'nothing refers to this macro',
        advice: 'use it, or remove it',
      })),
};

/** Lists that nothing refers to. */
export const unusedList: LintCheck = {
  id: 'unused-list',
  level: 'warning',
  about: 'A list that no condition and no other list refers to.',
  run: ({ model }) =>
    model.lists
      .filter(({ isUsed, place }) => !isUsed && !hasUnread(model, place))
      .map(({ name, place }) => ({
        place,
        item: `list '${name}'`,
        message: 'nothing refers to this list',
        advice: 'use it, or remove it',
      })),
};

/** Exceptions that except nothing. */
export const unusedException: LintCheck = {
  id: 'unused-exception',
  level: 'note',
  about: 'An exception without values: it lets nothing through until somebody appends values.',
  run: ({ model }) =>
    model.rules.flatMap(({ name, exceptions }) =>
      exceptions
        .filter(({ values }) => values.length === 0)
        .map((exception) => ({
          place: exception.place,
          item: `rule '${name}'`,
          message: `the exception '${exception.name}' has no values, so it lets nothing through`,
          advice: 'fine if another file appends values; else give it values or remove it',
        })),
    ),
};
