import type { RuleInfo } from '../../core/rules/engine.ts';
import { visible } from '../escape.ts';
import { wrap } from '../table/fit.ts';
import { count, type TableLook } from '../table/table.ts';

/** Forms in which rules can be listed. */
export const RULE_LIST_FORMATS = ['text', 'markdown', 'json'] as const;
export type RuleListFormat = (typeof RULE_LIST_FORMATS)[number];

/** The rules as lines, in load order. */
export function ruleList(rules: readonly RuleInfo[], format: RuleListFormat, look: TableLook): readonly string[] {
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
      return [JSON.stringify(rules, undefined, 2)];
  }
}

function textOf(rule: RuleInfo, { columns, paint }: TableLook): readonly string[] {
  const state = rule.enabled ? '' : ' · switched off';
  const facts = `${rule.priority} · ${rule.source} · ${rule.file}:${rule.line}${state}`;
  const paragraph = (text: string): readonly string[] => wrap(visible(text), columns - 2).map((line) => `  ${line}`);
  return [
    paint.bold(visible(rule.name)),
    ...paragraph(facts).map((line) => paint.priority(rule.priority, line)),
    ...(rule.tags.length === 0 ? [] : paragraph(rule.tags.join(' ')).map((line) => paint.dim(line))),
    ...paragraph(rule.desc.trim().replace(/\s+/g, ' ')),
    '',
  ];
}

function markdownOf(rule: RuleInfo): string {
  const cells = [
    rule.name,
    rule.source,
    rule.priority,
    rule.tags.join(', '),
    `${rule.file}:${rule.line}`,
    rule.desc.trim().replace(/\s+/g, ' '),
  ];
  return `| ${cells.map((cell) => visible(cell).replace(/[\\|<>&]/g, '\\$&')).join(' | ')} |`;
}
