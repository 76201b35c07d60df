/**
 * Lists are text: their items are put into a condition before it is parsed, wherever the list's name stands between
 * blanks, parentheses, commas or equals signs (Falco's own way, so that a list may also stand inside another or in a macro).
 */
export function putListsIn(condition: string, lists: ReadonlyMap<string, { readonly items: readonly string[] }>): string {
  let text = condition;
  // In the order of definition: a later list's name inside an earlier list's items is still replaced.
  for (const [name, { items }] of lists) {
    const words = items.map(quoted).join(', ');
    text = text.replace(new RegExp(`(?<=^|[\\s(),=])${escaped(name)}(?=$|[\\s(),=])`, 'g'), () => words);
  }
  return text;
}

/** Names of lists that stand in a text. */
export function listsIn(text: string, lists: ReadonlyMap<string, unknown>): readonly string[] {
  return [...lists.keys()].filter((name) => new RegExp(`(?<=^|[\\s(),=])${escaped(name)}(?=$|[\\s(),=])`).test(text));
}

function quoted(item: string): string {
  return /\s/.test(item) && !/^["']/.test(item) ? `"${item}"` : item;
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
