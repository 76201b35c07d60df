/** What a text that is no JSON seems to be. */
export type TextKind = 'component_log' | 'garbage' | 'fragment' | 'text';

/** klog: severity letter, month and day, time (github.com/kubernetes/klog, "Log line format"). */
const KLOG = /^[IWEF]\d{4} \d{2}:\d{2}:\d{2}\.\d{1,9} /;
/** logfmt as aws-iam-authenticator writes it. */
const LOGFMT = /^time="[^"]{1,64}" level=\w{1,16} /;

/** Tells from its beginning what a line is that holds no JSON. */
export function textKind(line: string): TextKind {
  if (KLOG.test(line) || LOGFMT.test(line)) return 'component_log';
  const head = line.slice(0, 512);
  if (hasBinary(head)) return 'garbage';
  return /^[[\]{}"]/.test(head) ? 'fragment' : 'text';
}

/** One of so many characters may be the mark of bytes that were no UTF-8 before a text counts as binary: an old log may have a Latin-1 letter or two. */
const MAX_FOREIGN_PART = 8;

/** True when a text holds what no text log has: control characters, or many bytes that were no UTF-8. */
export function hasBinary(text: string): boolean {
  let foreign = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Tab, line feed, carriage return, and the escape of terminal colours.
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 27) || code === 0x7f) return true;
    if (code === 0xfffd) foreign++;
  }
  return foreign * MAX_FOREIGN_PART > text.length;
}

/** Control characters, the separators that some terminals take for line feeds, the marks that turn the direction of writing, and halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text of foreign origin made fit for a message: unsafe characters as `\xNN` or `\uNNNN`, cut at `max` UTF-16 units. */
export function shown(text: string, max: number): string {
  const head = text.slice(0, max).replace(/[\ud800-\udbff]$/, '');
  const safe = head.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
  return text.length > max ? `${safe}...` : safe;
}
