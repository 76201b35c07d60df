/** True when some text is matched by both globs (`*` any run of characters, `?` one character): an entry that allows may cover one that never may. */
export function globsOverlap(a: string, b: string): boolean {
  // places[j]: the beginning of `a` read so far and the first j characters of `b` have a text in common
  let places: readonly boolean[] = row(undefined, undefined, b);
  for (const character of a) places = row(places, character, b);
  return places[b.length] === true;
}

function row(before: readonly boolean[] | undefined, character: string | undefined, b: string): readonly boolean[] {
  const places: boolean[] = [];
  for (let j = 0; j <= b.length; j++) {
    const other = b[j - 1];
    const left = j > 0 && places[j - 1] === true;
    const above = before?.[j] === true;
    const diagonal = j > 0 && before?.[j - 1] === true;
    const start = before === undefined && j === 0;
    const byStar = (character === '*' && (above || left)) || (other === '*' && (left || above));
    const byOne = diagonal && (character === '?' || other === '?' || character === other);
    places.push(start || byStar || byOne);
  }
  return places;
}
