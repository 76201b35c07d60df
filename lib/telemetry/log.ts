/**
 * The log of long-running parts: one line an event, as JSON or as text, on standard error. What comes from outside can neither
 * break a line nor drive a terminal, and no secret passes: neither a known value nor what stands under a telling name.
 */
import { Redactor } from '../clients/redact.ts';
import type { Log, LogFields, LogLevel } from '../core/model/log.ts';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Longest single text in a line, in UTF-16 units; a receiver's answer may be a page of HTML. */
const MAX_TEXT = 2_000;
/** Most members of one object or list, and levels of nesting, that are written out. */
const MAX_MEMBERS = 50;
const MAX_DEPTH = 4;

const SECRET_NAME = /password|passwd|secret|token|authorization|credential|cookie|routing_?key|access_?key|webhook_?url/i;

/** The same set as on terminals: controls, separators of lines, and everything invisible that reorders or hides its neighbours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u115f\u1160\u3164\uffa0\p{Cf}\p{Cs}\p{Variation_Selector}]/gu;

/** How a log writes. */
export interface LogOptions {
  readonly format: 'json' | 'text';
  /** Lines below this level are not written. */
  readonly level: LogLevel;
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
  /** Values that are blacked out wherever they stand. */
  readonly secrets?: readonly string[];
  /** Ms since 1970. */
  readonly now: () => number;
}

/** Makes a log. A line that cannot be written is lost: a log must not end what it tells about. */
export function createLog(options: LogOptions): Log {
  const redactor = new Redactor(options.secrets ?? []);
  const lowest = LEVELS.indexOf(options.level);
  return (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < lowest) return;
    const told = safeFields(fields, redactor);
    const head = { time: new Date(options.now()).toISOString(), level, message: safeText(message, redactor) };
    const line = options.format === 'json' ? escaped(JSON.stringify({ ...told, ...head })) : textLine(head, told);
    try {
      options.write(line);
    } catch {
      // standard error is gone with the terminal that started the process; the process goes on
    }
  };
}

function textLine(head: { readonly time: string; readonly level: string; readonly message: string }, fields: LogFields): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${visible(name)}=${textValue(value)}`);
  return [head.time, head.level.padEnd(5), visible(head.message), ...pairs].join(' ');
}

function textValue(value: unknown): string {
  if (typeof value !== 'string') return escaped(JSON.stringify(value) ?? 'null');
  return /^[^\s"=\\]+$/.test(value) ? visible(value) : escaped(JSON.stringify(value));
}

function safeFields(fields: LogFields, redactor: Redactor): LogFields {
  const told: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) told[safeText(name, redactor)] = SECRET_NAME.test(name) ? '[redacted]' : safeValue(value, redactor, 0);
  }
  return told;
}

function safeValue(value: unknown, redactor: Redactor, depth: number): unknown {
  if (typeof value === 'string') return safeText(value, redactor);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (value instanceof Error) return safeText(errorText(value), redactor);
  if (typeof value !== 'object') return safeText(String(value), redactor);
  if (depth >= MAX_DEPTH) return '[...]';
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((item) => safeValue(item, redactor, depth + 1));
  const members: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(value).slice(0, MAX_MEMBERS)) {
    members[safeText(name, redactor)] = SECRET_NAME.test(name) ? '[redacted]' : safeValue(member, redactor, depth + 1);
  }
  return members;
}

/** Code, message and causes; no stack, which tells of places and not of what to do. */
function errorText(error: Error): string {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error && parts.length < MAX_DEPTH; at = at.cause) {
    const code = 'code' in at && typeof at.code === 'string' ? `${at.code}: ` : '';
    parts.push(`${code}${at.message}`);
  }
  return parts.join(' <- ');
}

/** Redacted before it is cut: the head of a secret is a secret too. */
function safeText(text: string, redactor: Redactor): string {
  const clean = redactor.redact(text);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}... (${clean.length} characters)` : clean;
}

/** For text outside quotes. */
function visible(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** For JSON, where such characters stand in strings only: the escape that means the same. */
function escaped(json: string): string {
  return json.replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}
