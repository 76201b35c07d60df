import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { RuleInfo } from '../../core/rules/engine.ts';
import { loadRules } from '../../core/rules/load-rules.ts';
import { BUILTIN_RULES } from '../../wire.ts';

const TECHNIQUE = /^T(\d{4})(?:\.(\d{3}))?$/;

/** The documentation page about the built-in rules, made from the rule files (`docs/rules/builtin-rules.md`). */
export function builtinRulesPage(): string {
  const files = BUILTIN_RULES.map((path) => ({ name: basename(path), text: readFileSync(path, 'utf8') }));
  const { engine } = loadRules(files, { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] });
  const rules = engine?.rules ?? [];
  return `# Built-in rules

Made from the files in \`rules/\`; do not edit by hand. \`driftwire rules list\` prints the same for the rules that you have loaded, and \`rules/tests/\` has the
cases that show what each one finds and what it leaves. Findings of rules with the tag \`drift\` are manual changes and sessions; the others say what else is wrong
with an event. Numbers such as T1609 are techniques of MITRE ATT&CK.

${['aws_cloudtrail', 'k8s_audit'].map((source) => sectionOf(source, rules)).join('\n')}`;
}

function sectionOf(source: string, rules: readonly RuleInfo[]): string {
  const own = rules.filter((rule) => rule.source === source);
  return `## ${source}

| Rule | Priority | What it finds | Tags |
| --- | --- | --- | --- |
${own.map((rule) => `| ${[rule.name, rule.priority, rule.desc, rule.tags.map(tagLink).join(', ')].map(cell).join(' | ')} |`).join('\n')}
`;
}

function cell(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[|<>&]/g, '\\$&');
}

function tagLink(tag: string): string {
  const [, technique, part] = TECHNIQUE.exec(tag) ?? [];
  if (technique === undefined) return tag;
  return `[${tag}](https://attack.mitre.org/techniques/T${technique}/${part === undefined ? '' : `${part}/`})`;
}
