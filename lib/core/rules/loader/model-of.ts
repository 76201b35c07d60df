import type { Ast } from '../ast.ts';
import { compareBytes } from '../bytes.ts';
import { isSelected, type Selection } from '../selection.ts';
import type { ExceptionEntry, ExceptionInfo, RuleEntry } from './collection.ts';
import type { ConditionText } from './condition-text.ts';
import type { Context } from './context.ts';
import type { Where } from './issues.ts';
import type { LoadedFiles } from './load-files.ts';
import { macroNames } from './macros.ts';
import type { ExceptionValue, LoadedCondition, LoadedException, LoadedList, LoadedMacro, LoadedRule, Place, RuleModel } from './model.ts';

/** What loaded files define, after a selection. */
export function modelOf({ collection, compiled }: LoadedFiles, selection: Selection): RuleModel {
  const rules = [...collection.rules.values()].map((entry): LoadedRule => {
    const ready = compiled?.rules.get(entry.name);
    const condition = ready === undefined ? undefined : conditionOf(ready);
    return { ...ruleOf(entry), condition, runs: ready !== undefined && isSelected({ ...ruleOf(entry) }, selection) };
  });
  const macros = [...(compiled?.macros.values() ?? [])].flatMap(({ entry, parsed, isUsed }): readonly LoadedMacro[] =>
    parsed === undefined ? [] : [{ name: entry.name, place: placeOf(entry.context), condition: conditionOf(parsed), isUsed }],
  );
  const lists = [...collection.lists.values()].map(({ name, context, items }): LoadedList => {
    const ready = compiled?.lists.get(name);
    return { name, place: placeOf(context), items, expanded: ready?.items ?? items, isUsed: ready?.isUsed === true };
  });
  return { rules, macros, lists };
}

function ruleOf({ name, source, parts, context }: RuleEntry): Omit<LoadedRule, 'condition' | 'runs'> {
  const { desc, priority, tags, enabled, output, exceptions } = parts;
  return {
    name,
    desc,
    source,
    priority,
    tags: [...tags].sort(compareBytes),
    enabled,
    place: placeOf(context),
    output,
    exceptions: exceptions.map(exceptionOf),
  };
}

function conditionOf({ text, ast }: { readonly text: ConditionText; readonly ast: Ast }): LoadedCondition {
  return {
    text: text.written,
    expanded: text.expanded,
    ast,
    place: placeOf(text.begin()),
    placeOf: (offset) => placeOf(text.locate(offset)),
    macros: macroNames(ast),
    lists: text.lists,
  };
}

function exceptionOf({ name, fields, comps, values, context }: ExceptionInfo): LoadedException {
  return { name, fields: entryValue(fields), comps: entryValue(comps), values: values.map(entryValue), place: placeOf(context) };
}

function entryValue({ isList, item, items }: ExceptionEntry): ExceptionValue {
  return isList ? items.map(entryValue) : item;
}

function placeOf({ source, at }: Where | Context): Place {
  return { file: source.name, ...source.place(at) };
}
