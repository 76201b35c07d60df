import { visible } from '../../escape.ts';
import { wrap } from '../../table/fit.ts';
import { count, type TableLook } from '../../table/table.ts';
import type { CaseResult } from './run-case.ts';
import type { FileResult } from './run-file.ts';
import { CASE_KINDS, type CaseKind } from './test-file.ts';

type Ran = Extract<FileResult, { ok: true }>;

/** A rule of the files under test that lacks a kind of case. */
export interface Lack {
  readonly rule: string;
  readonly kinds: readonly CaseKind[];
}

const KIND_WORDS: Readonly<Record<CaseKind, string>> = { positive: 'positive', negative: 'negative', failed_call: 'failed-call' };

/** The outcome as lines: each case that went wrong, then a line for each file, then the sum. */
export function testReport(files: readonly Ran[], lacks: readonly Lack[], isVerbose: boolean, look: TableLook): readonly string[] {
  const cases = files.flatMap((file) => file.cases);
  const failed = cases.filter(({ passed }) => !passed);
  const { paint, columns } = look;
  const lackLines = lacks.flatMap(({ rule, kinds }) =>
    paragraph(`no ${kinds.map((kind) => KIND_WORDS[kind]).join(', no ')} case: ${rule}`, '', columns),
  );
  const sum = `${count(cases.length, 'case')}: ${failed.length === 0 ? 'all as expected' : `${cases.length - failed.length} as expected, ${failed.length} not`}`;
  return [
    ...cases
      .filter(({ passed }) => isVerbose || !passed)
      .flatMap((result) => (result.passed ? passedLines(result, look) : failedLines(result, look))),
    ...files.map(({ file, cases: own }) => paint.dim(visible(`${file}: ${count(own.length, 'case')}`))),
    ...lackLines.map((line) => paint.bad(line)),
    failed.length === 0 ? paint.good(sum) : paint.bad(sum),
  ];
}

function passedLines(result: CaseResult, { paint, columns }: TableLook): readonly string[] {
  return headed(paint.good('ok'), 'ok', result.name, (text) => text, columns);
}

function failedLines({ file, line, column, name, faults, expected, got }: CaseResult, { paint, columns }: TableLook): readonly string[] {
  const rules = (names: readonly string[]): string => (names.length === 0 ? '(none)' : names.join(', '));
  return [
    ...headed(paint.bad('FAIL'), 'FAIL', name, paint.bold, columns),
    ...paragraph(`${file}:${line}:${column}`, '     ', columns).map((text) => paint.dim(text)),
    ...paragraph(`expected: ${rules(expected)}`, '     ', columns),
    ...paragraph(`got:      ${rules(got)}`, '     ', columns),
    ...faults.flatMap(([what = '', ...why]) => [
      ...paragraph(what, '   - ', columns),
      ...why.flatMap((text) => paragraph(text, '       ', columns)),
    ]),
    '',
  ];
}

const INDENT = '     ';

/** A name behind the word of its outcome. */
function headed(painted: string, word: string, name: string, look: (text: string) => string, columns: number): readonly string[] {
  const gap = ' '.repeat(INDENT.length - word.length);
  return wrap(visible(name), columns - INDENT.length).map((line, index) => (index === 0 ? painted + gap : INDENT) + look(line));
}

/** Text of any origin, made safe, broken into lines; the first begins with the head, the others are as far in. */
function paragraph(text: string, head: string, columns: number): readonly string[] {
  const lines = wrap(visible(text), columns - head.length);
  return lines.map((line, index) => (index === 0 ? head : ' '.repeat(head.length)) + line);
}

/** The outcome as one JSON object. */
export function testReportJson(files: readonly Ran[], lacks: readonly Lack[]): string {
  const cases = files.flatMap((file) => file.cases.map(({ findings: _, ...shown }) => shown));
  const failed = cases.filter(({ passed }) => !passed).length;
  return JSON.stringify({ cases, without_cases: lacks, summary: { files: files.length, cases: cases.length, failed } }, undefined, 2);
}

/** Rules of these names that lack a positive, a negative or a failed-call case among the results. */
export function lacksOf(rules: readonly string[], files: readonly Ran[]): readonly Lack[] {
  const cases = files.flatMap((file) => file.cases);
  return rules
    .map((rule) => ({ rule, kinds: CASE_KINDS.filter((kind) => !cases.some((each) => each.rule === rule && each.kind === kind)) }))
    .filter(({ kinds }) => kinds.length > 0);
}
