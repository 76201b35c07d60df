import type { LintFinding } from '../../../core/rules/lint/check.ts';
import { visible, visibleJson } from '../../escape.ts';
import { shownPath } from '../../shown-path.ts';
import { wrap } from '../../table/fit.ts';
import { count, type TableLook } from '../../table/table.ts';

/** The findings as lines for a terminal: where, what, and what to do. */
export function lintReport(findings: readonly LintFinding[], looked: number, look: TableLook): readonly string[] {
  const warnings = findings.filter(({ level }) => level === 'warning').length;
  const notes = findings.length - warnings;
  const sum =
    findings.length === 0
      ? 'nothing found'
      : [counted(warnings, 'warning'), counted(notes, 'note')].filter((text) => text !== '').join(', ');
  const total = `${count(looked, 'rule')}, with what they use: ${sum}`;
  return [...findings.flatMap((finding) => findingLines(finding, look)), warnings > 0 ? look.paint.bad(total) : look.paint.good(total)];
}

function counted(value: number, noun: string): string {
  return value === 0 ? '' : count(value, noun);
}

function findingLines(
  { id, level, file, line, column, item, message, advice }: LintFinding,
  { columns, paint }: TableLook,
): readonly string[] {
  const head = level === 'warning' ? paint.priority('Warning', level) : paint.priority('Notice', level);
  // a path is never cut: it is there to be clicked or copied
  const paragraph = (text: string): readonly string[] => wrap(visible(text), columns - 4).map((each) => `    ${each}`);
  return [
    `${visible(`${shownPath(file)}:${line}:${column}`)}: ${head}: ${paint.bold(id)}`,
    ...paragraph(`${item}: ${message}`),
    ...paragraph(`-> ${advice}`).map((each) => paint.dim(each)),
    '',
  ];
}

/** The findings as one JSON object. */
export function lintJson(findings: readonly LintFinding[]): string {
  const warnings = findings.filter(({ level }) => level === 'warning').length;
  return visibleJson(JSON.stringify({ findings, summary: { warnings, notes: findings.length - warnings } }, undefined, 2));
}
