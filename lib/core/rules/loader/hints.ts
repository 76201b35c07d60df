/** What to do about a condition or an output that does not compile. */
import { FIELDS } from '../field-table.ts';
import type { FieldSpec } from '../fields/field.ts';
import { OPERATORS } from '../parser.ts';
import type { ConditionText } from './condition-text.ts';
import type { BadName, Macro } from './macros.ts';
import { didYouMean, nearest } from './nearest.ts';
import { EVENT_SOURCES } from './source-fields.ts';

const WORD = /[A-Za-z_][A-Za-z0-9_.]*/y;
/** Operators of other languages, and what they are here. */
const FOREIGN: Readonly<Record<string, string>> = {
  '&&': "write 'and' for &&",
  '||': "write 'or' for ||",
  '!': "write 'not' for !",
  AND: "write 'and' in lower case",
  OR: "write 'or' in lower case",
  NOT: "write 'not' in lower case",
  'not in': "write 'not FIELD in (...)'",
  '~': "write 'regex' or 'glob' for ~",
  like: "write 'glob', 'contains', 'startswith' or 'endswith' for like",
  matches: "write 'regex' or 'glob' for matches",
};

/** Fields that Falco has for system calls alone. */
const SYSTEM_FIELD = /^(?:proc|thread|fd|fdlist|user|group|container|k8s|syslog|evt)\.(?!time|num|source|raw|datetime)/;

/** What to do about a message of the parser, by how it begins. */
const PARSE_HINTS: readonly (readonly [words: string, hint: string])[] = [
  ["unexpected token after 'exists'", "'exists' asks whether a field is there: no value follows"],
  ['unexpected token after', "join checks with 'and' or 'or'; a value with blanks or parentheses needs quotes"],
  ['expected a string value', 'a value is missing here: write a text, in quotes if it is empty or has blanks, commas or parentheses'],
  ['expected a number value', 'the operators < <= > >= take a number'],
  ["expected a ')'", 'a parenthesis is not closed, or a value with parentheses is not in quotes'],
  ['expected a list', "write the values in parentheses: 'in (a, b)'"],
  ["expected a '('", 'here a check should stand: FIELD OPERATOR VALUE, or the name of a macro'],
  ['unsupported string escape', 'in quotes a backslash is written twice'],
];

/** What may be meant where a condition does not parse. */
export function parseHint(message: string, { expanded }: ConditionText, offset: number): string {
  const rest = expanded.slice(offset).trimStart();
  if (expanded.startsWith('<>', offset - 1)) return "write '!=' for <>";
  if (message.startsWith("unexpected token after '~'")) return "write 'regex' or 'glob' for =~";
  for (const [word, hint] of Object.entries(FOREIGN))
    if (rest.startsWith(word) && !(/^\w/.test(word) && /^\w/.test(rest.slice(word.length)))) return hint;
  WORD.lastIndex = 0;
  const word = WORD.exec(rest)?.[0] ?? '';
  if (message.startsWith('expected a valid check operator')) return didYouMean(word, OPERATORS) || afterField(rest);
  const isValue = message.startsWith('expected a string value');
  if (isValue && rest.startsWith('(')) return "one value is wanted here: write 'in (a, b)' for several";
  if (isValue && /^["']/.test(rest)) return 'the quote is not closed';
  if (message.startsWith('unexpected token') && rest.startsWith(',')) return "several values stand in parentheses: 'in (a, b)'";
  if (message.startsWith("expected a '('") && rest === '') return 'the condition ends where a check should stand';
  const first = /^\s*(and|or)\s*$/.exec(expanded.slice(0, offset))?.[1];
  if (first !== undefined) return `'${first}' joins two checks, and there is none before it`;
  if (isValue && rest.startsWith('=')) return "write '=' once";
  return PARSE_HINTS.find(([words]) => message.startsWith(words))?.[1] ?? '';
}

function afterField(rest: string): string {
  return rest === ''
    ? "the field is not compared with anything: write 'FIELD exists' to ask whether it is there"
    : 'behind a field an operator must stand';
}

/** What may be meant by a macro's name that is none. */
export function badNameHint({ name, message, text }: BadName, macros: ReadonlyMap<string, Macro>, inside?: string): string {
  if (message.startsWith('reference loop')) return 'macros may not refer to each other in a circle';
  if (name === inside) return 'a macro cannot refer to itself';
  if (name === 'true' || name === 'false')
    return 'there are no constants: a condition is made of checks, such as evt.num > 0, which is always true';
  if (macros.has(name)) return `'${name}' is defined later: a macro sees only those before it`;
  if (!text.written.includes(name))
    return `it is an item of a list that stands where a check should: write 'FIELD in (${text.lists.join(', ')})'`;
  return didYouMean(name, macros.keys()) || `define it with '- macro: ${name}', in this file or in one that is loaded before`;
}

/** What to do about an operator that the type of a field does not have, by how the message ends. */
const TYPE_HINTS: readonly (readonly [words: string, hint: string])[] = [
  ['for numeric filters', 'a number is compared with = != < <= > >= or in (...)'],
  ['not supported list filters', "the field is a list: write 'FIELD intersects (a, b)' for any of them, 'FIELD in (a, b)' for all"],
];

/** What may be meant by a check that does not compile. */
export function fieldHint(message: string, source: string, fields: ReadonlyMap<string, FieldSpec>): string {
  const name = /^filter_check called with nonexistent field ([^[]+)/.exec(message)?.[1];
  if (name !== undefined) return unknownField(name, source, fields);
  const keyed = /(\S+) requires an argument/.exec(message)?.[1];
  if (keyed !== undefined) return `write the argument in brackets: ${keyed}[name]`;
  if (message.includes('invalid regex pattern'))
    return 'patterns are RE2 in POSIX syntax: no \\d \\w \\s \\b, no (?...); [0-9] and [[:alpha:]] work';
  return TYPE_HINTS.find(([words]) => message.endsWith(words))?.[1] ?? '';
}

/** What may be meant by an output that does not compile. */
export function outputHint(message: string, text: string, source: string, fields: ReadonlyMap<string, FieldSpec>): string {
  if (message.startsWith('invalid formatting syntax')) return "a field's name must follow each %; there is no way to write a % alone";
  for (const [, found, bracket] of text.matchAll(/%[0-9]*([^\s%,;()[\]]*)(\[?)/g)) {
    const name = (found as string).replace(/[.]+$/, '');
    const field = fields.get(name);
    if (field?.argument === 'key' && bracket === '') return `'%${name}' needs an argument: %${name}[...]`;
    if (field !== undefined) continue;
    if (/^[a-zA-Z]/.test(name)) return `no field begins at '%${name}': ${unknownField(name, source, fields)}`;
    return "a field's name must follow each %; there is no way to write a % alone";
  }
  return '';
}

/** What to do about a line that does not belong to what stands before it. */
export const INDENT_HINT =
  "what stood before ends with this line: items begin with '- ' in one column, and the keys of an item two columns further right";

/** What to write where a text is no YAML; the beginning of the line says most. */
export function yamlHint(message: string, text: string, at: number): string {
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  if (/^ *\t/.test(before + text.charAt(at))) return 'a tab as indentation: YAML takes blanks only';
  if (message.startsWith('nested mappings'))
    return /:\s/.test(text.slice(at).split('\n', 1)[0] as string)
      ? 'a value with a colon and a blank in it needs quotes'
      : 'the next line begins too far right: the keys of one item begin in the same column';
  if (message.startsWith('plain value cannot start')) return 'put the value in quotes';
  if (message.startsWith('implicit keys')) return 'is a colon missing behind a key?';
  if (message.startsWith('sequence item without')) return 'the keys of one item begin in the same column';
  if (message.endsWith('at node end'))
    return before.trim() === '' ? INDENT_HINT : 'the value ended before this: put the whole value in quotes';
  if (message.startsWith('missing closing')) return 'the quote that opens here is not closed';
  return '';
}

function unknownField(name: string, source: string, fields: ReadonlyMap<string, FieldSpec>): string {
  const other = EVENT_SOURCES.find((each) => each !== source && FIELDS[each].has(name));
  if (other !== undefined) return `it is a field of ${other}, and this rule is for ${source}`;
  if (SYSTEM_FIELD.test(name)) return 'it is a field of system calls, which audit logs do not have';
  const near = nearest(name, fields.keys());
  return near === undefined ? `driftwire rules fields --source ${source} shows the fields there are` : `did you mean '${near}'?`;
}
