/** Secrets that people type into requests and commands are kept out of a chat: by the name they stand under, and by their shape. */
import { CommandReader, REDACTED } from './redact-words.ts';
import { isSecretName } from './secret-name.ts';

export { REDACTED } from './redact-words.ts';

/** Characters of one text that are looked at; people are shown nothing longer. */
const MAX_TEXT = 2_000;

/** Texts that are secrets whatever they stand under. Each pattern is linear in the text. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----.*?(?:-----END [A-Z ]{0,60}-----|$)/gs,
  /AGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
  // AWS: ids of long-lived and temporary access keys, and of bearer keys
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  // Slack, and webhooks that anybody who knows them can post to
  /\b(?:xox[a-z]|xapp|xwfp)-[\w-]{8,}/g,
  /\bhooks\.slack\.com\/[\w/+-]{8,}/g,
  /\b(?:discord|discordapp)\.com\/api\/webhooks\/[\w/-]{8,}/g,
  // GitHub, GitLab, Stripe, npm, PyPI, Vault, DigitalOcean, Docker, Grafana, Atlassian and others that begin their tokens with a name
  /\b(?:gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat)-|[srp]k_(?:live|test)_|sk-|npm_|pypi-|hv[sbr]\.|do[por]_v1_|dckr_pat_|gl(?:sa|c)_|ATATT3x|dop_|shpat_|whsec_|PMAK-|lin_api_)[\w-]{12,}/g,
  /\bAIza[\w-]{30,}/g,
  /\bya29\.[\w-]{12,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\bdapi[0-9a-f]{32}\b/g,
  /[\w-]{10,20}\.atlasv1\.[\w-]{20,}/g,
  // JSON Web Tokens, those of Kubernetes service accounts among them
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /\b(?:bearer|basic)\s{1,3}[\w.+/=~-]{8,}/gi,
];
/** `echo SECRET | docker login --password-stdin`, `echo user:SECRET | chpasswd` */
const PIPED = /\b((?:echo|printf)\s{1,3}(?:-\w{1,3}\s{1,3}){0,2})([^|]{1,300})(?=\|[^|]{0,200}?(?:password-stdin|passwd\b))/gi;
/** An AWS secret access key: forty characters of base64, not of hexadecimal alone. */
const FORTY = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g;
/** `scheme://user:password@host`; up to the last `@`, because passwords hold them too. */
const USER_INFO = /(:\/\/[^\s:/@"'<>]{0,80}:)([^\s"'<>]{1,200})@/g;
const PORT = /^\d{1,5}(?:[/?#]|$)/;
/** A token alone before the host. */
const TOKEN_INFO = /(:\/\/)[^\s:/@"'<>]{16,200}@/g;
/** A name and the sign behind it, in `NAME=value`, `"name": "value"`, `name: value`. */
const NAME = /([\w.-]{1,80})((?:\\?["'])?\s{0,3}[=:]\s{0,3})/g;
/** The value behind it: quoted, or a word, or two (`Token abc`). */
const VALUE = /\\?"[^"]{0,800}"?|\\?'[^']{0,800}'?|(?:(?:token|digest|negotiate|apikey)\s{1,3})?[^\s&;"']+/iy;
/** `ALTER USER app PASSWORD 'x'`, `CREATE USER app IDENTIFIED BY 'x'` */
const SQL = /\b((?:password|identified\s{1,3}by(?:\s{1,3}password)?)\s{1,3})('[^']{0,400}'?|"[^"]{0,400}"?)/gi;

/**
 * A text with everything that looks like a secret taken out; of a longer one only the beginning is looked at, and given.
 *
 * @param maxChars - Bound of what is looked at, in UTF-16 units.
 */
export function redactText(text: string, maxChars: number = MAX_TEXT): string {
  const shaped = SHAPES.reduce((clean, shape) => clean.replace(shape, REDACTED), head(text, maxChars));
  const plain = shaped
    .replace(USER_INFO, (whole, before: string, secret: string) => (PORT.test(secret) ? whole : `${before}${REDACTED}@`))
    .replace(TOKEN_INFO, `$1${REDACTED}@`)
    .replace(SQL, `$1${REDACTED}`)
    .replace(PIPED, `$1${REDACTED} `)
    .replace(FORTY, (run) => (/[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run) ? REDACTED : run));
  const command = new CommandReader();
  return withoutNamed(plain).replace(/\S+/g, (word) => command.word(word));
}

/** Without the values behind the names of secrets. What stands behind any other name is looked at by itself: it may hold one. */
function withoutNamed(text: string): string {
  let clean = '';
  let at = 0;
  text.replace(NAME, (before, name: string, sign: string, index: number) => {
    if (index < at || !isSecretName(name) || isPartOfName(text, index, sign)) return before;
    const start = index + before.length;
    VALUE.lastIndex = start;
    const [value = ''] = VALUE.exec(text) ?? [];
    if (isPlain(value)) return before;
    clean += text.slice(at, start) + REDACTED;
    at = start + value.length;
    return before;
  });
  return clean + text.slice(at);
}

/** In `arn:aws:secretsmanager:eu-west-1` and `ns:token:x` the colon parts names and introduces no value. */
function isPartOfName(text: string, at: number, sign: string): boolean {
  return sign.includes(':') && !sign.includes(' ') && /[:/]/.test(text.charAt(at - 1));
}

/** What holds nothing to hide, what AWS has hidden itself, and what has been taken out already. */
function isPlain(value: string): boolean {
  return /^\\?["']?(?:true|false|null|none|HIDDEN_DUE_TO_SECURITY_REASONS|<sensitiveDataRemoved>|\*+|\[redacted\])?\\?["']?[,)}\]]*$/i.test(
    value,
  );
}

/** The beginning of a text. What stands right before the cut goes too: half a secret would not be known for what it is. */
function head(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : text.slice(0, maxChars).replace(/[^\s"',;&]{1,200}$/, '');
}
