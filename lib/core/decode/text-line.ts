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

/** True when a text holds characters that no text log has: control characters, or the mark of bytes that were no UTF-8. */
export function hasBinary(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 27) || code === 0xfffd || code === 0x7f) return true;
  }
  return false;
}

/** Text of foreign origin made fit for a message: control characters as `\xNN`, cut at `max` characters. */
export function shown(text: string, max: number): string {
  let out = '';
  for (const character of text.slice(0, max)) {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 32 || (code >= 0x7f && code < 0xa0);
    out += isControl ? `\\x${code.toString(16).padStart(2, '0')}` : character;
  }
  return text.length > max ? `${out}...` : out;
}
