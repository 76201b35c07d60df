/**
 * Characters that do something instead of showing something: controls, line and paragraph separators, and everything invisible
 * that may reorder or hide its neighbours (bidi controls, zero-width characters, variation selectors, tags, lone surrogates).
 */
const UNSAFE = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Variation_Selector}|\u034f|[\u115f\u1160]|\u17b4|\u17b5|[\u2800\u3164\uffa0]/u;
/** Accents and the like, which stack on the character before them; a few are writing, many cover the lines around. */
const MARK = /\p{M}/u;
const MAX_MARKS = 4;
/**
 * What begins a mention, a date or a link where somebody reads chat markup (`<!channel>`, `<@U0>`, `<https://...|label>`). Where we
 * put foreign texts nobody does; but messages are read by bridges, exports and mail as well, and Discord has mentions of the same form.
 */
const ENTITY = /<(?=[!@#:]|\/?[a-z][a-z0-9+.-]{0,30}:)/gi;

/**
 * A text from a log as people may see it: one line, in the order in which it is stored, with `\xNN` or `\u{NNNN}` for what would
 * not show, and with `‹` for a `<` that would begin a mention or a link. A longer one is cut between characters, never inside such
 * an escape, and ends in `…`.
 *
 * @param maxChars - Bound of the result, in UTF-16 units; at least 1.
 */
export function shownText(text: string, maxChars: number): string {
  let shown = '';
  let head = '';
  let marks = 0;
  // what is behind the bound is not looked at: texts of records are as long as anybody likes
  for (const character of text.slice(0, maxChars + 1).replace(ENTITY, '‹')) {
    marks = MARK.test(character) ? marks + 1 : 0;
    const piece = UNSAFE.test(character) || marks > MAX_MARKS ? escaped(character) : character;
    if (shown.length + piece.length > maxChars) return `${head}…`;
    shown += piece;
    if (shown.length < maxChars) head = shown;
  }
  return shown;
}

/** A text for a place where Slack reads its markup: the three characters that begin an entity, a link or a mention are escaped. */
export function mrkdwnText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A foreign text for such a place: a span of code, in which Slack knows no formatting, emoji or mentions. What would end the span
 * is shown as an apostrophe; an address is written as people write one that nobody should follow, `https[:]//`, because mail
 * and some clients make a link of it even there.
 */
export function mrkdwnCode(text: string): string {
  return text === '' ? '' : `\`${mrkdwnText(text).replaceAll('`', "'").replaceAll('://', '[:]//')}\``;
}

function escaped(character: string): string {
  const hex = Number(character.codePointAt(0)).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
