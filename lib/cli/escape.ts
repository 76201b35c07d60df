/**
 * Characters that do something instead of showing something: C0 and C1 controls, DEL, line and paragraph separators, and
 * everything invisible that may reorder or hide its neighbours (bidi controls, zero-width and other format characters,
 * variation selectors, tags, lone surrogates, soft hyphen, Hangul fillers).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u115f\u1160\u3164\uffa0\p{Cf}\p{Cs}\p{Variation_Selector}]/gu;

/**
 * Makes text that comes from a log safe to show: a control character becomes `\xNN`, an invisible one `\u{NNNN}`.
 * The result has no line break and shows in the order in which it is stored.
 */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });
}

/**
 * The same for the text of a JSON value that stays JSON: outside the white space between tokens such characters stand in
 * strings only, so each becomes the JSON escape that means the same character.
 */
export function visibleJson(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === '\n' || character === '\r' || character === '\t') return character;
    return Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(
      '',
    );
  });
}
