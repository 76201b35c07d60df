import type { LoadedRule } from '../rules/loader/model.ts';
import { quotedText } from '../rules/print.ts';
import { holdsListName, quotedGlob } from './condition-text.ts';
import { plainYamlText, yamlText } from './yaml-text.ts';

/** What an exception lets through: one action of one principal. */
export interface Excepted {
  readonly principal: string;
  readonly action: string;
}

/** What is loaded already, as far as an exception depends on it. */
export interface Loaded {
  /** Names of lists: they would be replaced inside a value. */
  readonly lists: ReadonlySet<string>;
  /** The rule with the exceptions that it has. */
  readonly rule: Pick<LoadedRule, 'name' | 'exceptions'>;
}

const FIELDS = ['drift.principal', 'drift.action'];

/** One exception of the appended item. */
interface Appended {
  readonly name: string;
  readonly comp: '=' | 'glob';
  readonly rows: readonly (readonly string[])[];
}

/**
 * The item of a rule file that appends exceptions to a rule, so that exactly these actions of these principals make no finding
 * of it any more: both are compared whole, and neither is anything that a caller chooses.
 */
export function exceptionItem(excepted: readonly Excepted[], { lists, rule }: Loaded): string {
  const isSafe = (each: Excepted): boolean => [each.principal, each.action].every((text) => !holdsListName(quotedText(text), lists));
  const safe = excepted.filter(isSafe);
  // a name of a list inside a value would be replaced by its items: such a value is written as a pattern instead
  const others = excepted.filter((each) => !isSafe(each));
  const appended: readonly Appended[] = [
    ...(safe.length === 0 ? [] : [{ name: 'known_principal_action', comp: '=' as const, rows: rowsOf(safe, quotedText) }]),
    ...(others.length === 0 ? [] : [{ name: 'known_principal_action_glob', comp: 'glob' as const, rows: rowsOf(others, quotedGlob) }]),
  ];
  return [
    `- rule: ${plainYamlText(rule.name)}`,
    '  exceptions:',
    ...appended.flatMap((each) => exceptionLines(each, rule.exceptions)),
    '  override:',
    '    exceptions: append',
    '',
  ].join('\n');
}

/** Whether the rule has such an exception already, as `exceptionItem` writes them. */
export function isExcepted({ principal, action }: Excepted, { exceptions }: Pick<LoadedRule, 'exceptions'>): boolean {
  const rows = [quotedText, quotedGlob].map((quote) => JSON.stringify([quote(principal), quote(action)]));
  return exceptions.some(
    ({ fields, comps, values }) =>
      (isOurs(fields, comps, '=') && values.some((row) => JSON.stringify(row) === rows[0])) ||
      (isOurs(fields, comps, 'glob') && values.some((row) => JSON.stringify(row) === rows[1])),
  );
}

function isOurs(fields: unknown, operators: unknown, comp: Appended['comp']): boolean {
  return JSON.stringify(fields) === JSON.stringify(FIELDS) && JSON.stringify(operators) === JSON.stringify(FIELDS.map(() => comp));
}

function rowsOf(excepted: readonly Excepted[], quote: (text: string) => string): readonly (readonly string[])[] {
  return excepted.map(({ principal, action }) => [quote(principal), quote(action)]);
}

/** Values are added to an exception that is there; a new one says its fields. */
function exceptionLines({ name, comp, rows }: Appended, exceptions: LoadedRule['exceptions']): readonly string[] {
  const comps = FIELDS.map(() => comp);
  const known = new Map(exceptions.map((exception) => [exception.name, isOurs(exception.fields, exception.comps, comp)]));
  let free = name;
  for (let number = 2; known.get(free) === false; number++) free = `${name}_${number}`;
  return [
    `    - name: ${free}`,
    ...(known.has(free) ? [] : [`      fields: [${FIELDS.join(', ')}]`, `      comps: [${comps.map((each) => `"${each}"`).join(', ')}]`]),
    '      values:',
    ...rows.flatMap((row) => rowLines(row.map(yamlText))),
  ];
}

/** On one line if it fits a terminal, else one value a line: a line that is folded on the screen is pasted folded. */
function rowLines(row: readonly string[]): readonly string[] {
  const line = `        - [${row.join(', ')}]`;
  return line.length <= 80 ? [line] : row.map((value, index) => `        ${index === 0 ? '-' : ' '} - ${value}`);
}
