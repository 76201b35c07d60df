/** The text of a condition on its way from the file to the parser, and the way back for places in it. */
import { beforeReplacement, putListIn, type Replacement, TooLarge } from '../lists.ts';
import type { TextPart } from './decode.ts';
import type { Where } from './issues.ts';
import type { YamlScalar } from './yaml-node.ts';

/** A condition larger than this with everything put in is none (the largest published one has about 20 kB). */
export const MAX_CONDITION_CHARS = 2_000_000;

/** Anchors and tags before a value are short. */
const MAX_PROPERTIES_CHARS = 300;

/** A list as it is put into conditions. */
export interface ReadyList {
  readonly name: string;
  readonly items: readonly string[];
}

/** Text that was put behind a condition, and where it comes from. */
export interface Suffix {
  readonly text: string;
  readonly where: Where;
}

/** A condition with everything appended, exceptions behind it, and lists put in. */
export class ConditionText {
  /** As written, everything appended. */
  readonly written: string;
  /** The same with exceptions round it: what Falco shows. */
  readonly wrapped: string;
  /** With lists put in: what is parsed. */
  readonly expanded: string;
  /** Names of the lists that were put in. */
  readonly lists: readonly string[];
  readonly #parts: readonly TextPart[];
  readonly #suffixes: readonly Suffix[] | undefined;
  readonly #steps: readonly (readonly Replacement[])[];

  /**
   * @param suffixes - What stands behind the condition, which is then in parentheses; undefined: nothing, and no parentheses.
   * @param maxChars - Characters that the condition may have with everything put in.
   * @throws TooLarge
   */
  constructor(parts: readonly TextPart[], suffixes: readonly Suffix[] | undefined, lists: Iterable<ReadyList>, maxChars: number) {
    this.#parts = parts;
    this.#suffixes = suffixes;
    this.written = parts.map(({ text }) => text).join(' ');
    this.wrapped = suffixes === undefined ? this.written : `(${this.written})${suffixes.map(({ text }) => text).join('')}`;
    if (this.wrapped.length > maxChars) throw new TooLarge();
    let text = this.wrapped;
    const used: string[] = [];
    const steps: (readonly Replacement[])[] = [];
    // In the order of definition: a later list's name among an earlier list's items is still replaced.
    for (const { name, items } of lists) {
      const replaced = putListIn(text, name, items, maxChars);
      if (replaced.replacements.length === 0) continue;
      text = replaced.text;
      used.push(name);
      steps.push(replaced.replacements);
    }
    this.expanded = text;
    this.lists = used;
    this.#steps = steps;
  }

  /** Where the condition begins in its rule file. */
  begin(): Where {
    const { node, context } = this.#parts[0] as TextPart;
    return { source: context.source, at: characterOf(node, context.source.text, 0) };
  }

  /** Where in a rule file a character of the parsed text comes from. */
  locate(offset: number): Where {
    let at = offset;
    for (const replacements of [...this.#steps].reverse()) at = beforeReplacement(at, replacements);
    if (this.#suffixes !== undefined) {
      let behind = --at - this.written.length - 1;
      for (const { text, where } of this.#suffixes) {
        if (behind >= 0 && behind < text.length) return where;
        behind -= text.length;
      }
    }
    let part = this.#parts[0] as TextPart;
    for (const each of this.#parts) {
      part = each;
      if (at <= each.text.length) break;
      at -= each.text.length + 1;
    }
    return { source: part.context.source, at: characterOf(part.node, part.context.source.text, Math.max(0, at)) };
  }
}

/** A character of a scalar's value in the text it was read from; blanks and line breaks differ between the two. */
function characterOf(node: YamlScalar, text: string, offset: number): number {
  const { value, style, end } = node;
  const count = value.slice(0, offset).replace(/\s+/g, '').length;
  let at = startOf(node, text);
  for (let taken = 0; ; taken++) {
    at = afterBlanks(text, at, style);
    if (taken >= count || at >= end) break;
    at += lengthOf(text, at, style);
  }
  // behind the last character there is nothing but the end of its line
  return Math.min(at, end - (style === 'block' ? 1 : 0));
}

function startOf({ at, style }: YamlScalar, text: string): number {
  const begin = text.slice(at, at + MAX_PROPERTIES_CHARS);
  const value = at + begin.length - begin.replace(/^(?:[&!]\S*\s+)*/, '').length;
  if (style === 'block') return text.indexOf('\n', value) + 1;
  return style === 'plain' ? value : value + 1;
}

/** An escape that stands for a blank is a blank. */
function afterBlanks(text: string, at: number, style: YamlScalar['style']): number {
  const blanks = style === 'double' ? /(?:\s|\\[\sntr])*/y : /\s*/y;
  blanks.lastIndex = at;
  blanks.exec(text);
  return blanks.lastIndex;
}

/** How much text one character of the value takes. */
function lengthOf(text: string, at: number, style: YamlScalar['style']): number {
  const pattern = style === 'double' ? /\\(?:x..|u.{4}|U.{8}|.)|./sy : style === 'single' ? /''|./sy : /./sy;
  pattern.lastIndex = at;
  pattern.exec(text);
  return pattern.lastIndex - at;
}
