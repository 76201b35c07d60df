/** The place behind the string that begins at a quote; the end of the text if the string does not end. */
export function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charAt(first - 1) === '\\') first--;
  return (at - first) % 2 === 1;
}

/** Changes what stands between the strings of a JSON text; the strings stay as they are, however long they are. */
export function changeBetweenStrings(json: string, change: (between: string) => string): string {
  let changed = '';
  let at = 0;
  for (let quote = json.indexOf('"'); quote >= 0; quote = json.indexOf('"', at)) {
    const end = stringEnd(json, quote);
    changed += change(json.slice(at, quote)) + json.slice(quote, end);
    at = end;
  }
  return changed + change(json.slice(at));
}
