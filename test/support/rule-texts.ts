import { loadRules, type RuleProblem } from '../../lib/core/rules/load-rules.ts';
import type { LoadIssue } from '../../lib/core/rules/loader/issues.ts';
import { type RuleFile, validateFiles } from '../../lib/core/rules/loader/load-files.ts';
import type { RuleModel } from '../../lib/core/rules/loader/model.ts';
import { DRIFTWIRE_SETTINGS } from '../../lib/core/rules/loader/settings.ts';
import type { Selection } from '../../lib/core/rules/selection.ts';

/** Everything runs, and every rule that matches is told. */
export const ALL_RULES: Selection = { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] };

/** Texts as rule files `1.yaml`, `2.yaml` and so on. */
export function ruleFiles(texts: readonly string[]): readonly RuleFile[] {
  return texts.map((text, index) => ({ name: `${index + 1}.yaml`, text }));
}

/** A rule for Kubernetes as an item of a rule file; `more` are further lines of it. */
export function ruleText(name: string, condition: string, ...more: readonly string[]): string {
  const lines = [
    `- rule: ${name}`,
    '  desc: d',
    `  condition: ${condition}`,
    '  output: o %ka.verb',
    '  priority: INFO',
    '  source: k8s_audit',
  ];
  return `${[...lines, ...more.map((line) => `  ${line}`)].join('\n')}\n`;
}

/** The issues that Falco gives for texts: `file code message`, errors first. */
export function falcoIssues(...texts: readonly string[]): readonly string[] {
  const { falco } = validateFiles(ruleFiles(texts), DRIFTWIRE_SETTINGS);
  const words = (name: string, { code, message }: LoadIssue): string => `${name} ${code}${message === '' ? '' : ` ${message}`}`;
  return falco.results.flatMap(({ name, errors, warnings }) => [...errors, ...warnings].map((issue) => words(name, issue)));
}

/** Everything that people are told of texts, one line each. */
export function problemLines(...texts: readonly string[]): readonly string[] {
  return problemsIn(...texts).map(({ file, line, column, severity, message }) => `${file}:${line}:${column}: ${severity}: ${message}`);
}

/** Everything that people are told of texts. */
export function problemsIn(...texts: readonly string[]): readonly RuleProblem[] {
  return loadRules(ruleFiles(texts), ALL_RULES).problems;
}

/** What texts define. */
export function modelIn(...texts: readonly string[]): RuleModel {
  return loadRules(ruleFiles(texts), ALL_RULES).model;
}
