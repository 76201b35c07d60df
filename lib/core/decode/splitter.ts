import { MAX_BEGINNING, NextRecord } from './next-record.ts';
import { type ScanFailure, ValueScanner } from './scanner.ts';
import type { Place, Rest, SplitHandler } from './split-handler.ts';
import { detached, isAbove } from './text-parts.ts';

/**
 * Cuts text that arrives in pieces into single records, with memory bounded by the largest record and not by the input: the top level is a sequence of
 * JSON values and text lines, and arrays, at the top or as the payload of an envelope, are taken apart element by element without holding the whole.
 */

interface Frame<C> {
  /** Path of the array. */
  readonly path: string;
  readonly context: C | undefined;
  /** Line on which the container's value begins. */
  readonly line: number;
  /** The name of the member the array is of; undefined for an array that stands alone. */
  readonly name: string | undefined;
  index: number;
  isTail: boolean;
}

export interface SplitLimits {
  readonly maxRecordBytes: number;
  readonly maxDepth: number;
  readonly maxEnvelopes: number;
}

type State = 'between' | 'value' | 'line' | 'bare';

const MAX_BARE = 64;
/** Characters that may be scanned once more behind damaged records, in all: text that is nothing but damage must not take the square of its length. */
const MAX_RESCANNED = 64 * 1024 * 1024;
/** A line longer than the record bound keeps this much, for its classification. */
const MAX_LINE_HEAD = 4096;

/** The incremental splitter of one text. */
export class Splitter<C> {
  private readonly handler: SplitHandler<C>;
  private readonly limits: SplitLimits;
  private readonly scanner: ValueScanner;
  private readonly frames: Frame<C>[] = [];
  private state: State = 'between';
  private lineNumber = 1;
  /** The last character of a piece when it is a brace: the scanner must see what follows it. */
  private carry = '';
  private parts: string[] = [];
  private length = 0;
  private isOversize = false;
  /** The beginning of what is too large to be kept. */
  private dropped = '';
  /** The search for what follows the damaged value that is being read. */
  private next: NextRecord | undefined;
  private rescanned = 0;
  private place: Place = { line: 1, path: '' };

  constructor(handler: SplitHandler<C>, limits: SplitLimits) {
    this.handler = handler;
    this.limits = limits;
    this.scanner = new ValueScanner(limits.maxDepth);
  }

  /** Reads the next piece. */
  push(piece: string): void {
    const text = this.carry + piece;
    this.carry = text.endsWith('{') ? '{' : '';
    this.read(this.carry === '' ? text : text.slice(0, -1));
  }

  /**
   * Ends the text; what is open then is counted as broken.
   *
   * @returns The line on which the text ends, from 1.
   */
  end(): number {
    this.read(this.carry);
    this.carry = '';
    if (this.state === 'value') {
      if (this.frames.at(-1)?.isTail === true) this.handler.unclosed(this.place);
      else this.endBroken(this.scanner.fault ?? 'bad_json');
    } else if (this.state === 'line') this.endLine();
    else if (this.state === 'bare') this.endBare();
    else {
      const frame = this.frames.at(-1);
      if (frame !== undefined) this.handler.unclosed({ line: this.lineNumber, path: frame.path });
    }
    this.frames.length = 0;
    this.state = 'between';
    this.handler.end();
    return this.lineNumber;
  }

  /** Where reading rests, at the top level or in an array that is a member of a top-level object; undefined anywhere else. */
  rest(): Rest<C> | undefined {
    if (this.state !== 'between' || this.carry !== '' || this.frames.length > 1) return undefined;
    const frame = this.frames[0];
    if (frame === undefined) return { line: this.lineNumber, array: undefined };
    if (frame.name === undefined) return undefined;
    return { line: this.lineNumber, array: { path: frame.path, index: frame.index, context: frame.context } };
  }

  /** Takes note, at rest, that so many well-formed values and line feeds were read by somebody else. */
  advance(values: number, lines: number): void {
    this.lineNumber += lines;
    if (values === 0) return;
    const frame = this.frames[0];
    if (frame !== undefined) frame.index += values;
    this.handler.passed();
  }

  private read(text: string): void {
    let i = 0;
    while (i < text.length) {
      if (this.state === 'value') i = this.readValue(text, i);
      else if (this.state === 'line') i = this.readLine(text, i);
      else if (this.state === 'bare') i = this.readBare(text, i);
      else i = this.readBetween(text, i);
    }
  }

  /** Between values: at the top level, or between the elements of the innermost array. */
  private readBetween(text: string, from: number): number {
    const character = text.charAt(from);
    switch (character) {
      case '\n':
        this.lineNumber++;
        return from + 1;
      case ' ':
      case '\t':
      case '\r':
      case ',':
        return from + 1;
      case '{':
        this.beginValue();
        return from;
      case '[':
        return this.openArray(from);
      default:
        return this.frames.length > 0 ? this.readInArray(character, from) : this.beginLine(from);
    }
  }

  private readInArray(character: string, from: number): number {
    const frame = this.frames[this.frames.length - 1] as Frame<C>;
    if (character === '"') {
      this.beginValue();
      return from;
    }
    if (character === ']' || character === '}') return this.closeArray(character, from, frame);
    if (frame.name === undefined && frame.index === 0 && this.frames.length === 1) {
      // A text line such as "[ERROR] ...": what began like an array holds no JSON.
      this.frames.pop();
      this.beginLine(from);
      this.parts = ['['];
      this.length = 1;
      this.place = { line: frame.line, path: '' };
      return from;
    }
    this.begin('bare');
    return from;
  }

  private closeArray(character: string, from: number, frame: Frame<C>): number {
    if (character === '}' && frame.name === undefined) {
      this.begin('bare');
      this.parts.push('}');
      this.endBare();
      return from + 1;
    }
    if (character === '}') this.handler.unclosed({ line: this.lineNumber, path: frame.path });
    if (frame.name === undefined || character === '}') {
      this.frames.pop();
      return from + 1;
    }
    frame.isTail = true;
    this.begin('value', frame.path);
    this.scanner.resumeObject();
    return from + 1;
  }

  private openArray(from: number): number {
    this.leaveCut(undefined, this.lineNumber);
    // A bound on arrays in arrays: log files have none, and each costs memory.
    if (this.frames.length >= this.limits.maxEnvelopes) {
      this.beginValue();
      return from;
    }
    const context = this.frames.at(-1)?.context;
    this.frames.push({ path: this.nextPath(), context, line: this.lineNumber, name: undefined, index: 0, isTail: false });
    return from + 1;
  }

  /**
   * Ends the containers around a new one when they must have been cut: an envelope never lies directly in one of its own kind, and envelopes that lie in one
   * another beyond the bound, line after line, are lines that were cut between two elements.
   */
  private leaveCut(name: string | undefined, line: number): boolean {
    const outer = this.frames.at(-1);
    if (outer === undefined || outer.isTail || outer.line === line) return false;
    const isSameKind = name !== undefined && outer.name === name;
    if (!isSameKind && this.frames.length < this.limits.maxEnvelopes) return false;
    this.handler.unclosed({ line, path: outer.path });
    this.frames.length = 0;
    return true;
  }

  private nextPath(): string {
    const frame = this.frames.at(-1);
    return frame === undefined ? '' : `${frame.path}[${frame.index++}]`;
  }

  private beginValue(): void {
    this.begin('value', this.nextPath());
    this.scanner.begin();
  }

  private begin(state: State, path: string = this.nextPath()): void {
    this.state = state;
    this.parts = [];
    this.length = 0;
    this.isOversize = false;
    this.dropped = '';
    this.next = undefined;
    this.place = { line: this.lineNumber, path };
  }

  private readValue(text: string, from: number): number {
    const result = this.scanner.scan(text, from);
    const next = this.passDamage(text, from, result === 'more' ? text.length : this.scanner.position);
    if (next !== undefined) return next;
    if (result === 'more') {
      this.keep(text, from, text.length);
      return text.length;
    }
    if (result === 'array') return this.arrayMember(text, from);
    this.keep(text, from, this.scanner.valueEnd);
    this.isOversize ||= isAbove(this.parts, this.length, this.limits.maxRecordBytes);
    const frame = this.frames.at(-1);
    if (frame?.isTail === true) this.endTail(result === 'broken', frame);
    else if (result === 'done' && this.scanner.fault === undefined && !this.isOversize) this.endValue();
    else this.endBroken(this.scanner.fault ?? 'too_large', result === 'broken');
    return this.scanner.position;
  }

  /** Ends a damaged value before the next one that begins like it, if there is one in what was scanned; returns where to read on. */
  private passDamage(text: string, from: number, end: number): number | undefined {
    const { damagedFrom } = this.scanner;
    if (damagedFrom === undefined || this.frames.at(-1)?.isTail === true || this.rescanned > MAX_RESCANNED) return undefined;
    this.next ??= new NextRecord(this.dropped, this.parts.join('') + text.slice(from, damagedFrom));
    const found = this.next.find(text.slice(damagedFrom, end));
    if (found === undefined) return undefined;
    const at = damagedFrom + found;
    this.rescanned += end - at;
    const before = this.next.before(found, from - at);
    this.keep(text, from, at);
    const whole = detached(this.parts);
    this.lineNumber += this.scanner.newlines - lineFeeds(before) - lineFeeds(text.slice(Math.max(at, from), end));
    this.state = 'between';
    const damaged = this.isOversize ? '' : withoutComma(whole.slice(0, Math.max(whole.length - before.length, 0)));
    this.handler.broken(damaged, this.isOversize ? 'too_large' : 'bad_json', this.place, this.frames.at(-1)?.context);
    if (before === '') return at;
    this.read(before + text.slice(from));
    return text.length;
  }

  /** An array member of the object that is being read begins: it is entered, or read like any other member. */
  private arrayMember(text: string, from: number): number {
    const at = this.scanner.position;
    const tail = this.frames.at(-1)?.isTail === true ? this.frames.at(-1) : undefined;
    this.keep(text, from, at);
    const name = unescapeName(this.scanner.name);
    if (this.leaveCut(name, this.place.line)) this.place = { line: this.place.line, path: '' };
    const path = tail === undefined ? this.place.path : parentPath(tail.path);
    const canEnter = tail !== undefined || this.frames.length < this.limits.maxEnvelopes;
    const context =
      this.isOversize || !canEnter
        ? undefined
        : this.handler.enter(name, this.parts.join(''), { line: this.place.line, path }, tail?.name === name);
    if (context === undefined) {
      this.scanner.acceptArray();
      this.keep(text, at, at + 1);
      return at + 1;
    }
    this.lineNumber += this.scanner.newlines;
    if (tail !== undefined) this.frames.pop();
    const isSame = tail?.name === name;
    this.frames.push({
      path: path === '' ? name : `${path}.${name}`,
      context,
      line: tail?.line ?? this.place.line,
      name,
      index: isSame ? tail.index : 0,
      isTail: false,
    });
    this.state = 'between';
    return at + 1;
  }

  private endTail(isBroken: boolean, frame: Frame<C>): void {
    if (isBroken || this.scanner.fault !== undefined) this.handler.unclosed({ line: this.place.line, path: frame.path });
    this.frames.pop();
    if (isBroken && this.scanner.isOneLine) this.leaveLine(this.lineNumber);
    this.lineNumber += this.scanner.newlines;
    this.state = 'between';
  }

  private endValue(): void {
    const text = detached(this.parts);
    this.lineNumber += this.scanner.newlines;
    this.state = 'between';
    this.handler.value(text, this.place, this.frames.at(-1)?.context);
  }

  private endBroken(fault: ScanFailure, isCut = false): void {
    const text = this.isOversize ? '' : detached(this.parts).trimEnd();
    const context = this.frames.at(-1)?.context;
    if (isCut && this.scanner.isOneLine) this.leaveLine(this.lineNumber);
    this.lineNumber += this.scanner.newlines;
    this.state = 'between';
    this.handler.broken(text, this.isOversize && fault !== 'too_deep' ? 'too_large' : fault, this.place, context);
  }

  /** A line ended inside a value: the containers that began on that line end with it, those of earlier lines go on. */
  private leaveLine(line: number): void {
    while (this.frames.at(-1)?.line === line) this.frames.pop();
  }

  private beginLine(from: number): number {
    this.begin('line', '');
    return from;
  }

  private readLine(text: string, from: number): number {
    const found = text.indexOf('\n', from);
    const end = found < 0 ? text.length : found;
    this.keep(text, from, end);
    if (found >= 0) this.endLine();
    return end;
  }

  private endLine(): void {
    const text = detached(this.parts).trimEnd();
    this.state = 'between';
    this.handler.line(text, this.place, !this.isOversize);
  }

  private readBare(text: string, from: number): number {
    const end = bareEnd(text, from);
    this.keep(text, from, end);
    if (end < text.length) this.endBare();
    return end;
  }

  private endBare(): void {
    this.state = 'between';
    this.handler.bare(this.parts.join('').slice(0, MAX_BARE), this.place);
  }

  /** Keeps a part of the value, unless the value is larger than any record may be. */
  private keep(text: string, from: number, to: number): void {
    if (to <= from) return;
    this.length += to - from;
    if (this.isOversize || this.frames.at(-1)?.isTail === true) return;
    this.parts.push(text.slice(from, to));
    if (this.length <= this.limits.maxRecordBytes) return;
    this.isOversize = true;
    this.dropped = this.parts.join('').slice(0, MAX_BEGINNING);
    this.parts = this.state === 'line' ? [detached([this.parts.join('').slice(0, MAX_LINE_HEAD)])] : [];
  }
}

/** End of what stands in an array and is neither object, array nor string. */
function bareEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length && !',]}[{"\n'.includes(text.charAt(i))) i++;
  return i;
}

/** A record's text without what stands between it and the next one. */
function withoutComma(text: string): string {
  const end = text.trimEnd();
  return end.endsWith(',') ? end.slice(0, -1).trimEnd() : end;
}

function lineFeeds(text: string): number {
  return text.split('\n').length - 1;
}

function unescapeName(name: string): string {
  if (!name.includes('\\')) return name;
  try {
    return String(JSON.parse(`"${name}"`));
  } catch {
    return name;
  }
}

function parentPath(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), 0));
}
