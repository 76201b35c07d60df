/**
 * Finds where one JSON value ends in text that arrives in pieces, without building it. It knows JSON's grammar well enough to notice at once when
 * a value cannot go on, because log files hold lines that were cut: such a value ends at its line, and the next line is read as if nothing had happened.
 */

/** Why a scan returned. */
export type ScanResult = 'more' | 'done' | 'array' | 'broken';

export type ScanFailure = 'bad_json' | 'too_large' | 'too_deep';

const VALUE = 0;
const FIRST_KEY = 1;
const KEY = 2;
const COLON = 3;
const AFTER = 4;
const FIRST_ELEMENT = 5;

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON_SIGN = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Longest member name that is looked at; the names of containers are shorter. */
const MAX_NAME = 64;

/** A scan of one object, array or string at a time; the object is reused for the next value. */
export class ValueScanner {
  /** Where the scan stopped: behind the value (`done`), at `[` (`array`), or where reading must go on (`broken`). */
  position = 0;
  /** Where a broken value's own text ends, at or before `position`. */
  valueEnd = 0;
  /** What is wrong with the value; a value may have a fault and still end properly. */
  fault: ScanFailure | undefined;
  /** Name of the member whose array begins (`array`). */
  name = '';
  /** Line feeds seen in the value. */
  newlines = 0;
  private readonly maxDepth: number;
  private readonly isObjectAt: boolean[] = [];
  private depth = 0;
  private expect = VALUE;
  private inString = false;
  private isEscaped = false;
  private isName = false;
  private nameParts = '';
  private isLoose = false;
  private looseFrom = 0;
  /** A number or a word may go on. */
  private inWord = false;
  /** No character but blanks since the last line feed. */
  private atLineStart = false;
  /** The last character was a line feed. */
  private atColumnZero = false;
  /** Line feeds before the run of blanks that is being read. */
  private newlinesBefore = 0;
  private gapBegan = 0;

  constructor(maxDepth: number) {
    this.maxDepth = maxDepth;
  }

  /** Begins a value at its first character, which is `{`, `[` or a quote and is read by the next `scan`. */
  begin(): void {
    this.reset();
    this.expect = VALUE;
  }

  /** Goes on in an object of which an array member has just been closed. */
  resumeObject(): void {
    this.reset();
    this.depth = 1;
    this.isObjectAt[0] = true;
    this.expect = AFTER;
  }

  /** Takes the array that `array` announced as part of the value. */
  acceptArray(): void {
    this.open(false);
    this.position++;
  }

  private reset(): void {
    this.depth = 0;
    this.inString = false;
    this.isEscaped = false;
    this.isName = false;
    this.isLoose = false;
    this.inWord = false;
    this.atLineStart = false;
    this.atColumnZero = false;
    this.newlines = 0;
    this.newlinesBefore = 0;
    this.fault = undefined;
  }

  /** The value stands on one line, apart from blanks behind it. */
  get isOneLine(): boolean {
    return this.newlinesBefore === 0;
  }

  /** Where in the text of the last scan the part begins that no grammar fits; undefined while the value is sound. */
  get damagedFrom(): number | undefined {
    return this.isLoose && this.fault === 'bad_json' ? this.looseFrom : undefined;
  }

  /** Reads on from `from`; on `more` the whole text belongs to the value. */
  scan(text: string, from: number): ScanResult {
    let i = this.inWord ? this.word(text, from) : from;
    this.gapBegan = i;
    this.looseFrom = from;
    while (i < text.length) {
      if (this.inString) {
        i = this.string(text, i);
        if (i < 0) return 'broken';
        if (!this.inString && this.depth === 0) return this.finish(i);
        continue;
      }
      const code = text.charCodeAt(i);
      if (code === SPACE || (code <= CARRIAGE_RETURN && (code === LINE_FEED || code === TAB || code === CARRIAGE_RETURN))) {
        if (code === LINE_FEED && this.lineFeed(i)) return 'broken';
        if (code !== LINE_FEED) this.atColumnZero = false;
        i++;
        continue;
      }
      if (this.atColumnZero && this.beginsAnotherValue(text, i)) return this.breakAt(this.gapEnd(i), i);
      this.atColumnZero = false;
      if (!this.isLoose && !this.allows(code) && this.misfit(i)) return 'broken';
      this.atLineStart = false;
      if (code === OPEN_BRACKET && !this.isLoose && this.depth === 1 && this.isObjectAt[0] === true) {
        this.position = i;
        this.name = this.nameParts;
        return 'array';
      }
      i = this.take(code, text, i);
      this.gapBegan = i;
      this.newlinesBefore = this.newlines;
      if (this.depth === 0 && !this.inString) return this.finish(i);
    }
    return 'more';
  }

  private finish(end: number): ScanResult {
    this.position = end;
    this.valueEnd = end;
    return 'done';
  }

  private breakAt(valueEnd: number, position: number): 'broken' {
    this.fault ??= 'bad_json';
    this.valueEnd = valueEnd;
    this.position = position;
    return 'broken';
  }

  /** The end of the value's own text when blanks come before `i`. */
  private gapEnd(i: number): number {
    return Math.min(this.gapBegan, i);
  }

  /** Reads inside a string up to and with its closing quote; negative when a line feed broke the value. */
  private string(text: string, from: number): number {
    let i = from;
    while (i < text.length) {
      const code = text.charCodeAt(i);
      if (code === LINE_FEED) {
        if (this.newlines === 0) {
          this.breakAt(i, i);
          return -1;
        }
        // In a value of many lines the string ends here, and the rest is skipped by counting brackets.
        this.becomeLoose(i);
        this.inString = false;
        this.gapBegan = i;
        return i;
      }
      i++;
      if (this.isEscaped) this.isEscaped = false;
      else if (code === BACKSLASH) this.isEscaped = true;
      else if (code === QUOTE) {
        this.endString(text, from, i - 1);
        return i;
      } else i = plainEnd(text, i);
    }
    this.noteName(text, from, i);
    return i;
  }

  private endString(text: string, from: number, end: number): void {
    this.noteName(text, from, end);
    this.inString = false;
    this.expect = this.isName ? COLON : AFTER;
    this.gapBegan = end + 1;
    this.newlinesBefore = this.newlines;
  }

  private noteName(text: string, from: number, end: number): void {
    if (this.isName && this.depth === 1 && this.nameParts.length <= MAX_NAME)
      this.nameParts += text.slice(from, Math.min(end, from + MAX_NAME + 1));
  }

  /** Counts a line feed between tokens; true when it ends the value. */
  private lineFeed(i: number): boolean {
    if (this.isLoose && this.newlines === 0) {
      this.breakAt(i, i);
      return true;
    }
    this.newlines++;
    this.atLineStart = true;
    this.atColumnZero = true;
    return false;
  }

  /**
   * A line that begins with an object in its first column is a record of its own when the value before it is a line that was cut: printers indent what is
   * inside a value, and those that do not put no member behind the brace. A value that is skipped already ends at any bracket in the first column.
   */
  private beginsAnotherValue(text: string, i: number): boolean {
    const code = text.charCodeAt(i);
    if (this.isLoose) return code === OPEN_BRACE || code === OPEN_BRACKET;
    return code === OPEN_BRACE && text.charCodeAt(i + 1) === QUOTE;
  }

  /** True when JSON's grammar has room for this character here. */
  private allows(code: number): boolean {
    switch (this.expect) {
      case COLON:
        return code === COLON_SIGN;
      case AFTER:
        return code === COMMA || code === this.closer();
      case FIRST_KEY:
        return code === QUOTE || code === CLOSE_BRACE;
      case KEY:
        return code === QUOTE;
      case FIRST_ELEMENT:
        return code !== COMMA && code !== COLON_SIGN && code !== CLOSE_BRACE;
      default:
        return code !== COMMA && code !== COLON_SIGN && code !== CLOSE_BRACE && code !== CLOSE_BRACKET;
    }
  }

  private closer(): number {
    return this.isObjectAt[this.depth - 1] === true ? CLOSE_BRACE : CLOSE_BRACKET;
  }

  /** Deals with a character that cannot stand here; true when the value ends before it. */
  private misfit(i: number): boolean {
    if (this.atLineStart && this.newlinesBefore === 0) {
      this.breakAt(this.gapEnd(i), i);
      return true;
    }
    this.becomeLoose(i);
    return false;
  }

  private becomeLoose(i: number): void {
    this.fault ??= 'bad_json';
    if (!this.isLoose) this.looseFrom = i;
    this.isLoose = true;
  }

  /** Takes one token, or one character of a loosely read value; gives the position behind it. */
  private take(code: number, text: string, i: number): number {
    switch (code) {
      case QUOTE:
        this.inString = true;
        this.isEscaped = false;
        this.isName = this.expect === KEY || this.expect === FIRST_KEY;
        if (this.isName) this.nameParts = '';
        return i + 1;
      case OPEN_BRACE:
        this.open(true);
        return i + 1;
      case OPEN_BRACKET:
        this.open(false);
        return i + 1;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.depth--;
        this.expect = AFTER;
        return i + 1;
      case COMMA:
        this.expect = this.isObjectAt[this.depth - 1] === true ? KEY : VALUE;
        return i + 1;
      case COLON_SIGN:
        this.expect = VALUE;
        return i + 1;
      default:
        this.expect = AFTER;
        return this.word(text, i + 1);
    }
  }

  private word(text: string, from: number): number {
    const end = wordEnd(text, from);
    this.inWord = end === text.length;
    return end;
  }

  private open(isObject: boolean): void {
    if (this.depth >= this.maxDepth) {
      this.fault ??= 'too_deep';
      this.isLoose = true;
    } else {
      this.isObjectAt[this.depth] = isObject;
    }
    this.depth++;
    this.expect = isObject ? FIRST_KEY : FIRST_ELEMENT;
  }
}

/** End of a number or of `true`, `false`, `null`; what exactly stands there is the parser's to judge. */
function wordEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (
      code <= 32 ||
      code === COMMA ||
      code === COLON_SIGN ||
      code === QUOTE ||
      code === OPEN_BRACKET ||
      code === CLOSE_BRACKET ||
      code === OPEN_BRACE ||
      code === CLOSE_BRACE
    )
      return i;
    i++;
  }
  return i;
}

/** End of the characters that mean nothing to the end of a string; most of all text is read by this loop. */
function plainEnd(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE || code === BACKSLASH || code === LINE_FEED) break;
  }
  return i;
}
