import { CHECKS } from './checks.ts';

/** The documentation page about the checks, made from their table (`docs/rules/lint.md`). */
export function lintPage(): string {
  const rows = CHECKS.map(({ id, level, about }) => `| \`${id}\` | ${level} | ${about.replaceAll('|', '\\|')} |`);
  return `# Checks of \`driftwire rules lint\`

Made from the checks in \`lib/core/rules/lint/\`; do not edit by hand.

A rule file may load without an error and still not mean what was meant. \`driftwire rules lint FILE...\` names such places with file, line and column, and
says what to do. A warning is something that cannot be meant, and makes the exit status 1; a note is worth a look (\`--strict\` counts it too, \`--skip CHECK\` leaves a check out). The files are looked
at as they are loaded: after the built-in rules, whose lists and macros they may use; only findings in the files given are shown.

| Check | Level | What it finds |
| --- | --- | --- |
${rows.join('\n')}
`;
}
