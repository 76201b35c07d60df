import type { FieldValue } from '../../core/rules/fields/field.ts';
import type { Trace, TraceStep } from '../../core/rules/trace.ts';

/** How many sentences there are at most, and how many checks in one; a rule may be true or false for dozens of reasons. */
const MOST_SENTENCES = 4;
const MOST_CHECKS = 3;
/** Longest check and longest value that are shown whole, in UTF-16 units. */
const MAX_CHECK = 160;
const MAX_VALUE = 120;

/** The checks that decided, with what their fields held; checks of the same fields share a sentence. Not yet made safe to show. */
export function whyLines({ because }: Trace): readonly string[] {
  const groups = [...Map.groupBy(because, (step) => JSON.stringify([isTrue(step), heldWords(step), step.macros])).values()];
  const more = groups.slice(MOST_SENTENCES).reduce((sum, steps) => sum + steps.length, 0);
  return [...groups.slice(0, MOST_SENTENCES).map(sentence), ...(more > 0 ? [`and ${more} more ${more === 1 ? 'check' : 'checks'}`] : [])];
}

function sentence(steps: readonly TraceStep[]): string {
  const [first] = steps;
  if (first === undefined) return '';
  const more = steps.length - MOST_CHECKS;
  const checks = [...steps.slice(0, MOST_CHECKS).map(written), ...(more > 0 ? [`${more} more`] : [])];
  const list = checks.length === 1 ? checks[0] : `${checks.slice(0, -1).join('; ')} and ${checks.at(-1)}`;
  const inside = first.macros.length === 0 ? '' : ` (in ${first.macros.join(', ')})`;
  const held = heldWords(first);
  return `${list}${inside} ${steps.length === 1 ? 'is' : 'are'} ${isTrue(first) ? 'true' : 'false'}${held === '' ? '' : `: ${held}`}`;
}

/** Whether the check is true as the condition asks for it, a `not` before it included. */
function isTrue({ holds, isNegated }: TraceStep): boolean {
  return holds !== isNegated;
}

function written({ check, isNegated }: TraceStep): string {
  return `${isNegated ? 'not ' : ''}${cut(check.trim().replace(/\s+/g, ' '), MAX_CHECK)}`;
}

function heldWords({ values }: TraceStep): string {
  return values.map(({ name, value }) => `${name} ${valueWords(value)}`).join(', ');
}

function valueWords(value: FieldValue): string {
  if (value === undefined) return 'is absent';
  if (typeof value === 'string') return `is ${cut(JSON.stringify(value), MAX_VALUE)}`;
  if (typeof value === 'object') return `is ${cut(`(${value.map((item) => JSON.stringify(item)).join(', ')})`, MAX_VALUE)}`;
  return `is ${String(value)}`;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
