import { outputFields } from '../../core/rules/lint/output-fields.ts';
import type { LoadedRule, RuleModel } from '../../core/rules/loader/model.ts';
import { visible, visibleJson } from '../escape.ts';
import { shownPath } from '../shown-path.ts';
import { wrap } from '../table/fit.ts';
import { count, type TableLook } from '../table/table.ts';
import { conditionFields } from './condition-fields.ts';

/** Forms in which rules can be listed. */
export const RULE_LIST_FORMATS = ['text', 'markdown', 'json'] as const;
export type RuleListFormat = (typeof RULE_LIST_FORMATS)[number];

/** The rules as lines, in load order. */
export function ruleList(rules: readonly LoadedRule[], model: RuleModel, format: RuleListFormat, look: TableLook): readonly string[] {
  switch (format) {
    case 'text':
      return [...rules.flatMap((rule) => textOf(rule, look)), count(rules.length, 'rule')];
    case 'markdown':
      return [
        '| Rule | Source | Priority | Tags | Defined in | Description |',
        '| --- | --- | --- | --- | --- | --- |',
        ...rules.map(markdownOf),
      ];
    case 'json':
      return [
        visibleJson(
          JSON.stringify(
            rules.map((rule) => jsonOf(rule, model)),
            undefined,
            2,
          ),
        ),
      ];
  }
}

/** Why a rule does not run; empty when it does. */
function stateOf({ runs, source, condition }: LoadedRule): string {
  if (runs) return '';
  return condition === undefined && !isRead(source) ? ' · events of this source are not read here' : ' · switched off';
}

function isRead(source: string): source is 'aws_cloudtrail' | 'k8s_audit' {
  return source === 'aws_cloudtrail' || source === 'k8s_audit';
}

function placeOf({ place }: LoadedRule): string {
  return `${shownPath(place.file)}:${place.line}`;
}

function descOf({ desc }: LoadedRule): string {
  return desc.trim().replace(/\s+/g, ' ');
}

function textOf(rule: LoadedRule, { columns, paint }: TableLook): readonly string[] {
  const facts = `${rule.priority} · ${rule.source} · ${placeOf(rule)}${stateOf(rule)}`;
  const paragraph = (text: string): readonly string[] => wrap(visible(text), columns - 2).map((line) => `  ${line}`);
  return [
    ...wrap(visible(rule.name), columns).map(paint.bold),
    ...paragraph(facts).map((line) => paint.priority(rule.priority, line)),
    ...(rule.tags.length === 0 ? [] : paragraph(rule.tags.join(' ')).map((line) => paint.dim(line))),
    ...paragraph(descOf(rule)),
    '',
  ];
}

function markdownOf(rule: LoadedRule): string {
  const cells = [rule.name, rule.source, rule.priority, rule.tags.join(', '), placeOf(rule), descOf(rule)];
  return `| ${cells.map((cell) => visible(cell).replace(/[\\|<>&]/g, '\\$&')).join(' | ')} |`;
}

function jsonOf(rule: LoadedRule, model: RuleModel): object {
  const { name, desc, source, priority, tags, runs: enabled, place, condition, output, exceptions } = rule;
  return {
    ...{ name, desc, source, priority, tags, enabled, file: place.file, line: place.line },
    condition: condition?.text ?? null,
    output,
    exceptions: exceptions.map((exception) => exception.name),
    fields: {
      condition: condition === undefined ? [] : conditionFields(condition.ast, model),
      output: isRead(source) ? outputFields(output, source) : [],
    },
  };
}
