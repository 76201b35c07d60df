/** The values of a check that were written without quotes: only those can be meant as names of lists or macros. */
export function bareWords(text: string): ReadonlySet<string> {
  const unquoted = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs, ' ');
  return new Set(unquoted.split(/[\s(),=]+/));
}
