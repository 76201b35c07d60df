import { textOfBytes } from '../bytes.ts';

const BROKEN_ESCAPE = /%(?![0-9a-fA-F]{2})/;

/**
 * First value of a query parameter as Go's `net/url` reads it (Falco's k8saudit plugin asks it): one broken escape or one
 * semicolon, and no parameter of the URI is available.
 */
export function queryParameter(uri: string, name: string): string | undefined {
  const [address = ''] = uri.split('#', 1);
  const start = address.indexOf('?');
  const path = start < 0 ? address : address.slice(0, start);
  if (start < 0 || isBadAddress(uri, path)) return undefined;
  const pairs = address
    .slice(start + 1)
    .split('&')
    .filter((pair) => pair !== '');
  if (pairs.some((pair) => pair.includes(';') || BROKEN_ESCAPE.test(pair))) return undefined;
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (decode(equals < 0 ? pair : pair.slice(0, equals)) === name) return equals < 0 ? '' : decode(pair.slice(equals + 1));
  }
  return undefined;
}

/** What `url.Parse` refuses in an API server's URI: control characters, a broken escape, a first segment with a colon. */
function isBadAddress(uri: string, path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\0-\x1f\x7f]/.test(uri.split('#', 1)[0] as string) || BROKEN_ESCAPE.test(path) || /^:/.test(path);
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  return spaced.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    textOfBytes(run.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))),
  );
}
