/** What means something in Discord's markdown, in any place of a text (https://docs.discord.com/developers/reference#message-formatting). */
const MARKUP = /[\\*_~`|>#[\]()<@:+-]/;

/**
 * A text from a log, as `shownText` made it, for a place where Discord reads markdown: each character that could format, mention or
 * link has a backslash before it, which Discord does not show. An address is written as one that nobody should follow,
 * `https[:]//`, because Discord makes a link of it whatever stands before it.
 *
 * @param maxChars - Bound of the result, backslashes included, in UTF-16 units; at least 1.
 */
export function discordText(text: string, maxChars: number): string {
  let escaped = '';
  let head = '';
  for (const character of text.replaceAll('://', '[:]//')) {
    const piece = MARKUP.test(character) ? `\\${character}` : character;
    if (escaped.length + piece.length > maxChars) return `${head}…`;
    escaped += piece;
    if (escaped.length < maxChars) head = escaped;
  }
  return escaped;
}
