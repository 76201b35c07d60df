/** A text's YAML documents, where this program's YAML library is stricter than Falco's (yaml-cpp) as lenient as that one. */
import { type Document, isCollection, parseAllDocuments, type YAMLParseError } from 'yaml';

/** The documents of a text. */
export interface ParsedDocuments {
  readonly documents: readonly Document.Parsed[];
  /** What the text is no YAML for. */
  readonly errors: readonly YAMLParseError[];
  /** First characters of documents that begin although nothing says so. */
  readonly breaks: readonly number[];
}

/** A text is read again for each line that is joined to the one before it or begins a document; more of them are rather another mistake. */
const MAX_LINES = 30;
const MAX_CHARS = 1_000_000;

/**
 * Parses all documents of a text.
 *
 * @param asFalco - Where a value is complete and the text goes on as far left as the value or further, yaml-cpp reads another
 * document, and it ends a text in quotes with the file; otherwise both are errors, as they can hardly be meant.
 */
export function parseDocuments(text: string, asFalco: boolean): ParsedDocuments {
  const breaks: number[] = [];
  const before: Document.Parsed[] = [];
  for (let rest = parseJoined(text, asFalco); ; ) {
    const next = asFalco && breaks.length < mostLines(text) ? breakIn(rest, text) : undefined;
    if (next === undefined) return { documents: [...before, ...rest], errors: rest.flatMap(({ errors }) => errors), breaks };
    before.push(...rest.slice(0, next.documents));
    breaks.push(next.at);
    // places in what follows stay those of the whole text
    rest = parseJoined(`${'\n'.repeat(next.line)}${text.slice(next.line)}`, asFalco);
  }
}

function mostLines(text: string): number {
  return Math.min(MAX_LINES, MAX_CHARS / text.length);
}

interface Break {
  readonly line: number;
  readonly at: number;
  /** How many documents are complete before it. */
  readonly documents: number;
}

/** The first error, if another document may begin with its line. */
function breakIn(documents: readonly Document.Parsed[], text: string): Break | undefined {
  const index = documents.findIndex(({ errors }) => errors.length > 0);
  const { errors: [error] = [], contents } = documents[index] ?? {};
  if (error?.message.endsWith('at node end') !== true || !isCollection(contents)) return undefined;
  const [at] = error.pos;
  const line = text.lastIndexOf('\n', at - 1) + 1;
  const start = contents.range[0];
  const column = start - text.lastIndexOf('\n', start - 1) - 1;
  const isFirst = /^ *$/.test(text.slice(line, at)) && at - line <= column;
  return isFirst ? { line, at, documents: index + 1 } : undefined;
}

/**
 * Falco's reader does not ask how far the lines of a list in brackets are indented. Where this library does, the line break
 * becomes a blank, which is as long and means the same there. Nor does it ask whether a text in quotes ends.
 */
function parseJoined(text: string, asFalco: boolean): readonly Document.Parsed[] {
  const first = parse(text);
  const most = mostLines(text);
  let [joined, documents] = [text, first];
  for (let lines = 0; lines < most; lines++) {
    const [error] = documents.flatMap(({ errors }) => errors);
    if (error === undefined) return documents;
    const next = asFalco && error.message.startsWith('Missing closing') ? withQuote(joined, error) : withoutBreak(joined, error);
    if (next === undefined) break;
    joined = next;
    documents = parse(joined);
  }
  // a bracket that is not closed is told where it begins to go wrong
  return first;
}

/** The text without the line break before a line in brackets that begins too far left. */
function withoutBreak(text: string, { code, message, pos }: YAMLParseError): string | undefined {
  if (code !== 'BAD_INDENT' || !message.startsWith('Flow')) return undefined;
  const end = text.lastIndexOf('\n', pos[0]);
  const start = text.lastIndexOf('\n', end - 1) + 1;
  // a comment at the end of the line would swallow what follows
  const line = text.slice(start, end + 1).replace(/(?:(?<=\s)#.*)?\r?\n$/, (tail) => ' '.repeat(tail.length));
  return text.slice(0, start) + line + text.slice(end + 1);
}

const DOCUMENT_MARK = /\n(?:---|\.\.\.)(?:\s|$)/;

/**
 * The text with what is in quotes going on over a line that begins too far left, or ended with the last line if that one is
 * ended; not over a line that begins or ends a document.
 */
function withQuote(text: string, { message, pos: [at] }: YAMLParseError): string | undefined {
  const quote = message.includes('"') ? '"' : "'";
  const isAtEnd = at >= text.length;
  const behind = isAtEnd ? text.slice(text.lastIndexOf(quote)) : text.slice(at, at + 6);
  if (DOCUMENT_MARK.test(behind) || (isAtEnd && !/\n *$/.test(text))) return undefined;
  return text.slice(0, at) + (isAtEnd ? quote : ' ') + text.slice(at + 1);
}

function parse(text: string): readonly Document.Parsed[] {
  return parseAllDocuments(text, { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, resolveKnownTags: false });
}
