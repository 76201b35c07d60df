import { base64Bytes } from './base64.ts';
import { asciiLower, asciiUpper, byteLength, textOfBytes } from './bytes.ts';
import type { EngineType, FieldValue } from './fields/field.ts';
import type { Source } from './operand.ts';
import { OperatorError } from './resolve-field.ts';

type Present = Exclude<FieldValue, undefined>;

/** A transformer of one argument: the type it gives, and what it does to a value that is there. */
export interface Change {
  readonly result: { readonly engineType: EngineType; readonly isList: boolean; readonly hasEndMark: boolean };
  readonly change: (value: Present) => FieldValue;
}

const TEXT_CHANGES: Readonly<Record<string, (text: string) => string | undefined>> = {
  tolower: asciiLower,
  toupper: asciiUpper,
  basename: (text) => text.slice(text.lastIndexOf('/') + 1),
  b64: (text) => {
    const bytes = base64Bytes(text)?.split('\0', 1)[0];
    return bytes === undefined ? undefined : textOfBytes(bytes);
  },
};

/** The transformer of that name on a field or on another's result. @throws OperatorError */
export function changeOf(
  name: string,
  { engineType, isList, name: field, original }: Pick<Source, 'engineType' | 'isList' | 'name' | 'original'>,
): Change {
  const isText = engineType === 'CHARBUF';
  if (name !== 'len' && !Object.hasOwn(TEXT_CHANGES, name)) throw new OperatorError(`unknown field transfomer '${name}'`);
  if (!isText && !(name === 'len' && isList)) {
    const what = `${isList ? 'list ' : ''}field '${field}'`;
    throw new OperatorError(
      `can't add field transformer: type '${engineType}' is not supported by '${name}' transformer applied on ${what}`,
    );
  }
  if (name === 'len')
    return { result: { engineType: 'UINT64', isList: false, hasEndMark: false }, change: lengthOf(isList, original.isList) };
  const change = TEXT_CHANGES[name] as (text: string) => string | undefined;
  return {
    result: { engineType, isList, hasEndMark: true },
    change: (value) => (Array.isArray(value) ? changedAll(value, change) : change(value as string)),
  };
}

/** One element that cannot be changed makes the whole list absent. */
function changedAll(texts: readonly string[], change: (text: string) => string | undefined): readonly string[] | undefined {
  const changes = texts.map(change);
  return changes.includes(undefined) ? undefined : (changes as readonly string[]);
}

/** Elements of a list, bytes of a text. What `getopt` gives counts as a text at run time: its first element does. */
function lengthOf(isList: boolean, wasList: boolean): Change['change'] {
  return (value) => {
    if (!Array.isArray(value)) return BigInt(byteLength(value as string));
    if (isList && wasList) return BigInt(value.length);
    const [first] = value as readonly string[];
    return first === undefined ? undefined : BigInt(byteLength(first));
  };
}
