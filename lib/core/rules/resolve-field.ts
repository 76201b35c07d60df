/**
 * A field's name with its argument, as falcosecurity/libs finds it (`sinsp_filtercheck.cpp`, `plugin_filtercheck.cpp`): the longest
 * known name that the text begins with is taken, then the rest must be an argument that the field allows. Messages are upstream's.
 */
import type { FieldRef } from './ast.ts';
import type { FieldSpec } from './fields/field.ts';

/** Why a check or an output cannot be compiled, in words. */
export class OperatorError extends Error {}

/** A field and its argument, which is empty when there is none. */
export interface ResolvedField {
  readonly spec: FieldSpec;
  readonly argument: string;
}

/** Finds a field by its exact name. */
export type FieldLookup = (name: string) => FieldSpec | undefined;

/** No field has a longer name. */
export const LONGEST_NAME = 100;

/** The field of a reference. @throws OperatorError */
export function resolveField({ name, arg }: Pick<FieldRef, 'name' | 'arg'>, lookup: FieldLookup): ResolvedField {
  return resolveText(arg === undefined ? name : `${name}[${arg}]`, lookup);
}

/** The field that a text as a whole is. @throws OperatorError */
export function resolveText(text: string, lookup: FieldLookup): ResolvedField {
  const spec = longestPrefix(text, lookup);
  const nonexistent = (): OperatorError => new OperatorError(`filter_check called with nonexistent field ${text}`);
  if (spec === undefined || (spec.origin === 'engine' && text !== spec.name)) throw nonexistent();
  const shown = text.split(' ', 1)[0] as string;
  const bracket = shown.indexOf('[');
  if (bracket >= 0 && bracket !== spec.name.length) throw nonexistent();
  const argument = bracket < 0 ? undefined : argumentOf(shown, bracket, spec);
  const length = argument === undefined ? spec.name.length : bracket + argument.length + 2;
  if (argument === undefined && spec.argument === 'key') {
    throw new OperatorError(`filter '${shown}': ${spec.name} requires an argument but none provided`);
  }
  if (length !== text.length) throw nonexistent();
  return { spec, argument: argument ?? '' };
}

function longestPrefix(text: string, lookup: FieldLookup): FieldSpec | undefined {
  for (let length = Math.min(text.length, LONGEST_NAME); length > 0; length--) {
    const spec = lookup(text.slice(0, length));
    if (spec !== undefined) return spec;
  }
  return undefined;
}

function argumentOf(shown: string, bracket: number, spec: FieldSpec): string {
  const fail = (what: string): OperatorError => new OperatorError(`filter '${shown}': ${spec.name} ${what}`);
  if (bracket + 1 >= shown.length) throw fail('terminates with incomplete argument brackets');
  const end = shown.indexOf(']', bracket);
  if (end < 0) throw fail('has unbalanced argument brackets');
  const argument = shown.slice(bracket + 1, end);
  if (spec.argument === 'none') throw fail(`does not allow nor require an argument but one is provided: ${argument}`);
  const wrong = spec.argument === 'index' ? wrongIndex(argument) : undefined;
  if (wrong !== undefined) throw new OperatorError(`filter ${shown} ${spec.name} has an invalid index argument ${wrong}: ${argument}`);
  return argument;
}

function wrongIndex(argument: string): string | undefined {
  if (!/^[0-9]*$/.test(argument)) return 'not composed only by digits';
  if (argument === '' || (argument.length > 1 && argument.startsWith('0'))) return 'starting with 0';
  return BigInt(argument.slice(0, 30)) >= 2n ** 64n ? 'not representable on 64 bit' : undefined;
}
