import { Refusal } from './answer.ts';

export type Labels = Readonly<Record<string, string>>;

/** Labels as Loki prints them: sorted by the bytes of their names, values quoted as Go does. */
export function labelText(labels: Labels): string {
  const names = Object.keys(labels).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${names.map((name) => `${name}=${goQuote(labels[name] ?? '')}`).join(', ')}}`;
}

/** Go's `strconv.Quote`, as far as it matters for labels. */
export function goQuote(text: string): string {
  const named: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
  const quoted = text.replace(/["\\\u0000-\u001f\u007f]/g, (c) => named[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${quoted}"`;
}

interface Token {
  readonly kind: 'identifier' | 'string' | '=' | ',' | '}' | 'end';
  readonly text: string;
  readonly at: number;
}

/**
 * Parses a label set as the push API does; the refusal has the words and the place of Prometheus' parser.
 *
 * @param isStrict - The text came as it is (protobuf) and not out of JSON, where Loki quotes broken bytes before it parses.
 */
export function parseLabels(text: string, isStrict = false): Labels {
  const fail = (at: number, what: string): never => {
    throw new Refusal(400, `couldn't parse labels: 1:${at + 1}: parse error: ${what}`);
  };
  let position = 1;
  const next = (): Token => {
    while (text.charAt(position) === ' ') position++;
    const at = position;
    const rest = text.slice(at);
    const identifier = /^[a-zA-Z_][a-zA-Z0-9_]*/.exec(rest);
    const string = /^"(?:[^"\\\n]|\\.)*"/s.exec(rest);
    const match = identifier?.[0] ?? string?.[0] ?? rest.charAt(0);
    position += match.length;
    if (identifier !== null) return { kind: 'identifier', text: match, at };
    if (string !== null) {
      if (isStrict && match.includes('\ufffd')) fail(at, 'invalid UTF-8 rune');
      return { kind: 'string', text: match, at };
    }
    if (match === '=' || match === ',' || match === '}') return { kind: match, text: match, at };
    if (match === '') return { kind: 'end', text: '', at };
    return fail(at, `unexpected character inside braces: '${String.fromCodePoint(text.codePointAt(at) ?? 0)}'`);
  };
  const shown = ({ kind, text: said }: Token): string =>
    kind === 'identifier' || kind === 'string' ? `${kind} ${goQuote(said)}` : goQuote(said);
  const labels: Record<string, string> = {};
  for (let token = next(); token.kind !== '}'; token = next()) {
    if (token.kind === ',') continue;
    if (token.kind !== 'identifier') fail(token.at, `unexpected ${shown(token)} in label set, expected identifier or "}"`);
    const equals = next();
    if (equals.kind !== '=') fail(equals.at, `unexpected ${shown(equals)} in label set, expected "="`);
    const value = next();
    if (value.kind !== 'string') fail(value.at, `unexpected ${shown(value)} in label set, expected string`);
    labels[token.text] = goUnquote(value.text);
  }
  return labels;
}

/** The content of a Go string literal in double quotes or backticks; throws for an escape that Go does not know. */
export function goUnquote(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  const named: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"' };
  return inner.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gsu, (_whole, written: string) => {
    if (/^[xuU]./.test(written)) {
      const code = Number.parseInt(written.slice(1), 16);
      return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
    }
    if (/^[0-7]{3}$/.test(written)) return String.fromCharCode(Number.parseInt(written, 8));
    const character = named[written];
    if (character === undefined) throw new Error('invalid char escape');
    return character;
  });
}
