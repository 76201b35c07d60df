import type { LintCheck } from './check.ts';
import { absentComparison, negatedAbsent } from './checks/absent-comparison.ts';
import { contradiction } from './checks/contradiction.ts';
import { duplicateCondition } from './checks/duplicate-condition.ts';
import { emptyList, emptySet } from './checks/empty-set.ts';
import { eventNameCase } from './checks/event-name-case.ts';
import { impossibleValue } from './checks/impossible-value.ts';
import { listInQuotes } from './checks/list-in-quotes.ts';
import { listItemSplits } from './checks/list-item-splits.ts';
import { literalWildcard } from './checks/literal-wildcard.ts';
import { nestedList } from './checks/nested-list.ts';
import { neverPresent, outputNeverPresent } from './checks/never-present.ts';
import { noTags } from './checks/no-tags.ts';
import { numberAsText } from './checks/number-as-text.ts';
import { regexWholeValue } from './checks/regex-whole-value.ts';
import { rootUserName } from './checks/root-user-name.ts';
import { listTransformer, transformerNeverMatches } from './checks/transformer.ts';
import { macroAsValue, undefinedList } from './checks/undefined-name.ts';
import { unreachable } from './checks/unreachable.ts';
import { unusedException, unusedList, unusedMacro } from './checks/unused.ts';

/** Every check, in the order of the documentation. */
export const CHECKS: readonly LintCheck[] = [
  undefinedList,
  macroAsValue,
  listInQuotes,
  listItemSplits,
  nestedList,
  emptySet,
  emptyList,
  neverPresent,
  outputNeverPresent,
  absentComparison,
  negatedAbsent,
  impossibleValue,
  eventNameCase,
  rootUserName,
  literalWildcard,
  regexWholeValue,
  numberAsText,
  transformerNeverMatches,
  listTransformer,
  contradiction,
  duplicateCondition,
  unreachable,
  unusedMacro,
  unusedList,
  unusedException,
  noTags,
];
