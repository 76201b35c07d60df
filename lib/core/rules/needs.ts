import type { Check } from './ast.ts';

/** For each field: the condition can be true only if the field's value is one of these. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>;

/** A condition that needs nothing of any one field. */
export const noNeeds: Needs = new Map();

/** More values than this select too little to be worth their memory. */
const MAX_VALUES = 2000;

/** What a check needs: a field that equals one of some constants. */
export function needsOf({ left, operator, right }: Check): Needs {
  if (left.kind !== 'field' || left.arg !== undefined) return noNeeds;
  const isEqual = operator === '=' || operator === '==';
  if (isEqual && right.kind === 'value') return new Map([[left.name, new Set([right.value])]]);
  const isListed = operator === 'in' || operator === 'intersects' || (isEqual && right.kind === 'values');
  return isListed && right.kind === 'values' && right.values.length <= MAX_VALUES ? new Map([[left.name, new Set(right.values)]]) : noNeeds;
}

/** What several conditions need together: each its own, and of one field what all of them allow. */
export function allNeeds(parts: readonly Needs[]): Needs {
  const together = new Map<string, ReadonlySet<string>>();
  for (const [field, values] of parts.flatMap((needs) => [...needs])) {
    const before = together.get(field);
    together.set(field, before === undefined ? values : new Set([...values].filter((value) => before.has(value))));
  }
  return together;
}

/** What one of several conditions needs: of the fields that all of them name, any of the values. */
export function anyNeeds(parts: readonly Needs[]): Needs {
  const [first = noNeeds, ...others] = parts;
  const either = new Map<string, ReadonlySet<string>>();
  for (const [field, values] of first) {
    const sets = others.map((needs) => needs.get(field));
    if (sets.includes(undefined)) continue;
    const union = new Set([values, ...sets].flatMap((set) => [...(set as ReadonlySet<string>)]));
    if (union.size <= MAX_VALUES) either.set(field, union);
  }
  return either;
}
