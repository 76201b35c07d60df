import type { Question, Step, Term } from './cwl-parser.ts';

/** A number with its spelling, which quoted comparisons are about. */
class Spelled {
  readonly value: number;
  readonly text: string;

  constructor(value: number, text: string) {
    this.value = value;
    this.text = text;
  }
}

/** A value of a line. */
export type Value = null | boolean | string | Spelled | readonly Value[] | { readonly [key: string]: Value };

type ReviveWithSource = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A line's object; undefined for everything else, which no pattern matches. */
export function readLine(line: string): Value | undefined {
  const revive: ReviveWithSource = (_, value, { source }) => (typeof value === 'number' ? new Spelled(value, source ?? '') : value);
  try {
    const value = JSON.parse(line, revive as (key: string, value: unknown) => unknown) as Value;
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Spelled) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a line's object has what a term asks for; a comparison is false on what is not there. */
export function matchesTerm({ selector, question }: Term, value: Value): boolean {
  const found = select(selector, value);
  if (question.kind === 'absent') return found.length === 0;
  return found.some((each) => answers(question, each));
}

function select([step, ...rest]: readonly Step[], value: Value): readonly Value[] {
  if (step === undefined) return [value];
  return next(step, value).flatMap((each) => select(rest, each));
}

function next(step: Step, value: Value): readonly Value[] {
  if (typeof value !== 'object' || value === null || value instanceof Spelled) return [];
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    if (step.kind === 'elements') return items;
    const item = step.kind === 'index' ? items[step.index] : undefined;
    return item === undefined ? [] : [item];
  }
  const members = value as { readonly [key: string]: Value };
  if (step.kind === 'name') return Object.hasOwn(members, step.name) ? [members[step.name] as Value] : [];
  return step.kind === 'members' || step.kind === 'elements' ? Object.values(members) : [];
}

function answers(question: Question, value: Value): boolean {
  switch (question.kind) {
    case 'absent':
      return false;
    case 'null':
      return value === null || (Array.isArray(value) && (value as readonly Value[]).includes(null));
    case 'true':
      return value === true;
    case 'false':
      return value === false;
    case 'compare':
      return value instanceof Spelled && compared(question.operator, value.value, question.bound);
    case 'equal':
    case 'unequal':
    case 'matches':
    case 'matches-not':
      return (typeof value === 'string' || value instanceof Spelled) && equality(question, value);
  }
}

function compared(operator: '<' | '<=' | '>' | '>=', value: number, bound: number): boolean {
  return { '<': value < bound, '<=': value <= bound, '>': value > bound, '>=': value >= bound }[operator];
}

function equality(
  question: Extract<Question, { kind: 'equal' | 'unequal' | 'matches' | 'matches-not' }>,
  value: string | Spelled,
): boolean {
  const text = typeof value === 'string' ? value : value.text;
  if ('expression' in question) return question.expression.test(text) === (question.kind === 'matches');
  const isNumber = !question.isQuoted && /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(question.text);
  const isEqual = isNumber && value instanceof Spelled ? value.value === Number(question.text) : like(question.text, text);
  return isEqual === (question.kind === 'equal');
}

/** `*` any run of characters. */
function like(pattern: string, text: string): boolean {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
      .join('[^]*')}$`,
    'u',
  ).test(text);
}
