import { at, isObject } from '../normalise/access.ts';
import { type Format, type Item, inside } from './item.ts';
import { memberText } from './member-text.ts';

/**
 * Members under which other programs keep an event: log shippers (`log`, `message`, `event`, `_raw`), AKS diagnostic logs (`properties.log`, a string
 * or an object), and EventBridge events of which only `detail` was kept.
 */
const PATHS = [['event'], ['properties', 'log'], ['log'], ['message'], ['_raw'], ['detail']] as const;

/** Reads an object of which only one member is the event. */
export const wrapped: Format = (item) => PATHS.some((path) => unwrap(item, path));

function unwrap(item: Item, path: readonly string[]): boolean {
  const inner = at(item.value, ...path);
  const around = inside(item.around, path.join('.'));
  if (typeof inner === 'string' && /^\s*\{\s*"/.test(inner)) {
    item.decoder.text(inner, around);
    return true;
  }
  if (!isObject(inner)) return false;
  const text = path.reduce(memberText, item.text);
  // As a text, because what was wrapped may be an envelope with an array of records.
  item.decoder.text(text, around);
  return true;
}
