/** What Falco remarks on a condition that compiles: values that hardly mean what they say. */
import type { Ast, Check, Left, Operand } from '../ast.ts';
import type { FieldSpec } from '../fields/field.ts';
import { TRANSFORMERS } from '../parser.ts';
import { DEPRECATED_FIELDS } from './codes.ts';
import type { ConditionText } from './condition-text.ts';
import { fieldIn } from './source-fields.ts';

/** Comparisons with the text that stands for an absent value in outputs. */
const EQUALITIES: readonly string[] = ['==', '=', '!=', 'in', 'intersects', 'pmatch'];
const ABSENT = '<NA>';
const PLAIN_OPERATORS = "'=', 'contains', 'startswith', 'endswith'";

/** A check of a condition with its macros put in, and the text in which it stands. */
export interface PlacedCheck {
  readonly check: Check;
  readonly text: ConditionText;
}

/** A remark on the right side of a check. */
export interface ValueRemark {
  readonly message: string;
  readonly offset: number;
  readonly text: ConditionText;
}

/** The checks of a condition, from left to right, macros put in. */
export function checksOf(
  ast: Ast,
  text: ConditionText,
  macro: (name: string) => { readonly ast: Ast; readonly text: ConditionText } | undefined,
): readonly PlacedCheck[] {
  const found: PlacedCheck[] = [];
  const walk = (part: Ast, owner: ConditionText): void => {
    switch (part.kind) {
      case 'check':
        found.push({ check: part, text: owner });
        return;
      case 'not':
        walk(part.part, owner);
        return;
      case 'macro': {
        const inner = macro(part.name);
        if (inner !== undefined) walk(inner.ast, inner.text);
        return;
      }
      default:
        for (const each of part.parts) walk(each, owner);
    }
  };
  walk(ast, text);
  return found;
}

/** Whether a field of an audit event is compared with `<NA>`. */
export function comparesWithAbsent(checks: readonly PlacedCheck[]): boolean {
  return checks.some(({ check: { left, operator, right } }) => {
    if (!EQUALITIES.includes(operator) || right.kind === 'none' || (right.kind === 'values' && right.modifier !== undefined)) return false;
    // Falco looks at the field that it saw last
    const name = fieldNames(left).at(-1) ?? '';
    if (!name.startsWith('ka.') && !name.startsWith('jevt.')) return false;
    if (right.kind === 'operand') return textsOf(right.operand).includes(ABSENT);
    return right.kind === 'value' ? right.value === ABSENT : right.values.includes(ABSENT);
  });
}

/** Deprecated fields in a condition, in Falco's order. */
export function deprecatedFields(checks: readonly PlacedCheck[]): readonly string[] {
  const used = new Set(
    checks.flatMap(({ check: { left, right } }) => [...fieldNames(left), ...(right.kind === 'operand' ? fieldNames(right.operand) : [])]),
  );
  return [...DEPRECATED_FIELDS.keys()].filter((field) => used.has(field));
}

/** Constant values that may be meant otherwise. */
export function valueRemarks(checks: readonly PlacedCheck[], fields: ReadonlyMap<string, FieldSpec>): readonly ValueRemark[] {
  return checks.flatMap(({ check: { operator, right, rightStart }, text }) => {
    const values = right.kind === 'value' ? [right.value] : right.kind === 'values' ? right.values : [];
    return values.flatMap((value) => remarksOn(value, operator, fields).map((message) => ({ message, offset: rightStart, text })));
  });
}

function remarksOn(value: string, operator: string, fields: ReadonlyMap<string, FieldSpec>): readonly string[] {
  const bare = value.replace(/[ \t\n\v\f\r]+/g, '');
  const remarks: string[] = [];
  if (operator === 'regex' && isPlain(value))
    remarks.push(`regex check with '${value}' may be optimized with simpler operators such as ${PLAIN_OPERATORS}`);
  const found = fieldIn(bare, fields);
  // a field whose argument is wrong ends upstream's look at the value
  if (typeof found === 'string') return remarks;
  if (found) remarks.push(`'${value}' may be a valid field misused as a const string value`);
  for (const name of ['val', ...TRANSFORMERS])
    if (bare.startsWith(`${name}(`) && bare.endsWith(')'))
      remarks.push(`'${value}' may be a valid field transformer misused as a const string value`);
  return remarks;
}

/** Whether a pattern has nothing that needs a regular expression: no special character but anchors and any-runs at its ends. */
function isPlain(pattern: string): boolean {
  const { length } = pattern;
  for (let i = 0; i < length; i++) {
    const character = pattern.charAt(i);
    if ((i === 0 && character === '^') || (i === length - 1 && character === '$')) continue;
    const isEnd = (i === 0 && length > 1) || i === length - 2;
    if (isEnd && character === '.' && '+*?'.includes(pattern.charAt(i + 1))) i++;
    else if ('.+*?^$()[]{}|\\'.includes(character)) return false;
  }
  return true;
}

/** Names of the fields of an operand; what stands in a list of join is not looked at, as in Falco. */
function fieldNames(operand: Left | Operand): readonly string[] {
  if (operand.kind === 'field') return [operand.name];
  return operand.kind === 'call' ? operand.args.flatMap(fieldNames) : [];
}

function textsOf(operand: Left | Operand): readonly string[] {
  if (operand.kind === 'text') return [operand.value];
  return operand.kind === 'call' ? operand.args.flatMap(textsOf) : [];
}
