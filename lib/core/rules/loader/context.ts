/** The chain of places round a problem, as Falco's results show it: from the whole file inwards. */
import { type Mark, type SourceText, snippetOf, utf8Length } from './source-text.ts';

/** Kinds of places, in Falco's words. */
export type ItemType =
  | 'value for'
  | 'exceptions'
  | 'exception'
  | 'exception values'
  | 'exception value'
  | 'rules content'
  | 'rules content item'
  | 'required_engine_version'
  | 'required plugin versions'
  | 'required plugin versions entry'
  | 'required plugin versions alternative'
  | 'list'
  | 'list item'
  | 'macro'
  | 'macro condition'
  | 'rule'
  | 'rule condition'
  | 'condition expression'
  | 'rule output'
  | 'rule priority'
  | 'overrides';

/** One place of the chain. */
export interface Location {
  readonly itemType: ItemType;
  /** Empty where the thing has no name. */
  readonly itemName: string;
  /** The file, or for a condition its first characters in quotes. */
  readonly name: string;
  readonly mark: Mark;
}

const START: Mark = { line: 0, column: 0, offset: 0 };
/** Falco cuts a condition that is longer than this to three characters less, and three dots. */
const CONDITION_NAME_BYTES = 20;

/** A place in a rule file with everything round it. */
export class Context {
  readonly source: SourceText;
  /** First character of the innermost thing; inside a condition, of the condition. */
  readonly at: number;
  readonly locations: readonly Location[];
  /** The text that is shown instead of the file's line. */
  readonly #condition: string | undefined;

  private constructor(source: SourceText, at: number, locations: readonly Location[], condition?: string) {
    this.source = source;
    this.at = at;
    this.locations = locations;
    this.#condition = condition;
  }

  /** The whole file. */
  static ofFile(source: SourceText): Context {
    return new Context(source, 0, [{ itemType: 'rules content', itemName: '', name: source.name, mark: START }]);
  }

  /** The whole file again. */
  file(): Context {
    return Context.ofFile(this.source);
  }

  /** A thing inside. */
  inside(itemType: ItemType, itemName: string, { at }: { readonly at: number }): Context {
    const location: Location = { itemType, itemName, name: this.source.name, mark: this.source.mark(at) };
    return new Context(this.source, at, [...this.locations, location]);
  }

  /**
   * A place inside a condition; its line and column are added to those of the thing round it, as Falco does.
   *
   * @param condition - The text to show: for what stands in a macro, Falco shows the rule's condition all the same.
   * @param parsed - The text in which the place is.
   */
  inCondition(condition: string, parsed: string, offset: number): Context {
    const outer = this.locations.at(-1) as Location;
    const inner = placeIn(parsed, offset);
    const location: Location = {
      itemType: 'condition expression',
      itemName: '',
      name: conditionName(condition),
      mark: { line: outer.mark.line + inner.line, column: outer.mark.column + inner.column, offset: outer.mark.offset + inner.offset },
    };
    return new Context(this.source, this.at, [...this.locations, location], condition);
  }

  /** The place of a warning on a condition as a whole: Falco takes the parser's place before it has begun. */
  onCondition(condition: string): Context {
    const { mark } = this.locations.at(-1) as Location;
    const location: Location = { itemType: 'condition expression', itemName: '', name: conditionName(condition), mark };
    return new Context(this.source, this.at, [...this.locations, location], condition);
  }

  /** The line with a caret, as Falco shows it. */
  snippet(): string {
    if (this.#condition === undefined) return snippetOf(this.source.text, this.at);
    const { offset } = (this.locations.at(-1) as Location).mark;
    const at = characterAt(this.#condition, offset);
    return snippetOf(this.#condition, at, offset - utf8Length(this.#condition, 0, at));
  }
}

/** Lines and columns from 1, in bytes; a carriage return ends a line too. */
function placeIn(condition: string, offset: number): Mark {
  const before = condition.slice(0, offset);
  const lastBreak = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  return {
    line: before.split(/[\r\n]/).length,
    column: utf8Length(before, lastBreak + 1) + 1,
    offset: utf8Length(before),
  };
}

function conditionName(condition: string): string {
  const isLong = utf8Length(condition) > CONDITION_NAME_BYTES;
  const shown = isLong ? `${condition.slice(0, characterAt(condition, CONDITION_NAME_BYTES - 3))}...` : condition;
  return `"${shown.replace(/[\r\n]/g, ' ')}"`;
}

/** The character in which a byte of the text lies; behind the text, its length. */
function characterAt(text: string, byte: number): number {
  let at = 0;
  for (let bytes = 0; at < text.length; at++) {
    bytes += utf8Length(text, at, at + 1);
    if (bytes > byte) break;
  }
  return at;
}
