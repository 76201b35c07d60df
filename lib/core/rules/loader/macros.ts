/** Macros: which condition a name stands for, who may refer to whom, and how large a condition becomes (Falco's macro resolver). */
import type { Ast } from '../ast.ts';
import type { MacroEntry } from './collection.ts';
import type { ConditionText } from './condition-text.ts';

/** Checks of a condition with its macros put in; each is asked of every event, so more than this would stall the run. */
const MAX_CHECKS = 100_000;
/** Levels of a condition with its macros put in; they are walked by recursion. */
const MAX_LEVELS = 2_000;

/** A macro whose condition parses. */
export interface Macro {
  readonly entry: MacroEntry;
  /** Undefined: its condition is wrong; that has been said, and nothing follows from it. */
  readonly parsed: { readonly text: ConditionText; readonly ast: Ast } | undefined;
  isUsed: boolean;
  /** Set once the names in it have been looked at. */
  size: Size | undefined;
}

/** What a condition amounts to with its macros put in. */
export interface Size {
  readonly checks: number;
  readonly levels: number;
}

/** A name in a condition that stands for no condition. */
export interface BadName {
  readonly message: string;
  readonly name: string;
  /** The text in which the name stands, and where. */
  readonly text: ConditionText;
  readonly offset: number;
}

/** What came of looking at the names in a condition. */
export interface Resolved {
  /** Loops first, then names that are not known, each in the order of the text. */
  readonly bad: readonly BadName[];
  readonly size: Size;
  readonly isTooLarge: boolean;
}

/**
 * Looks at every macro name in a condition, and marks the macros that it uses.
 *
 * @param visible - The macro of a name, if it may be used here.
 */
export function resolveMacros(ast: Ast, text: ConditionText, visible: (name: string) => Macro | undefined): Resolved {
  const resolver = new Resolver(visible);
  const size = resolver.visit(ast, text, []);
  return { bad: [...resolver.loops, ...resolver.unknown], size, isTooLarge: size.checks > MAX_CHECKS || size.levels > MAX_LEVELS };
}

class Resolver {
  readonly loops: BadName[] = [];
  readonly unknown: BadName[] = [];
  readonly #visible: (name: string) => Macro | undefined;
  /** What macros that are not resolved themselves yet amount to here. */
  readonly #sizes = new Map<string, Size>();

  constructor(visible: (name: string) => Macro | undefined) {
    this.#visible = visible;
  }

  visit(ast: Ast, text: ConditionText, path: readonly string[]): Size {
    switch (ast.kind) {
      case 'and':
      case 'or': {
        const sizes = ast.parts.map((part) => this.visit(part, text, path));
        return {
          checks: Math.min(
            sizes.reduce((sum, { checks }) => sum + checks, 0),
            MAX_CHECKS + 1,
          ),
          levels: Math.max(...sizes.map(({ levels }) => levels)) + 1,
        };
      }
      case 'not': {
        const { checks, levels } = this.visit(ast.part, text, path);
        return { checks, levels: levels + 1 };
      }
      case 'check':
        return { checks: 1, levels: 1 };
      case 'macro':
        return this.#name(ast, text, path);
    }
  }

  #name({ name, start }: Extract<Ast, { kind: 'macro' }>, text: ConditionText, path: readonly string[]): Size {
    const macro = this.#visible(name);
    const nothing: Size = { checks: 0, levels: 1 };
    if (macro === undefined) {
      this.unknown.push({ message: `Undefined macro '${name}' used in filter.`, name, text, offset: start });
      return nothing;
    }
    if (path.includes(name)) {
      this.loops.push({ message: `reference loop in macro '${name}'`, name, text, offset: start });
      return nothing;
    }
    macro.isUsed = true;
    if (macro.parsed === undefined) return nothing;
    const size = macro.size ?? this.#sizes.get(name) ?? this.visit(macro.parsed.ast, macro.parsed.text, [...path, name]);
    this.#sizes.set(name, size);
    return { checks: size.checks, levels: size.levels + 1 };
  }
}

/** Names of the macros in a condition, each once, in the order of appearance; not those inside macros. */
export function macroNames(ast: Ast): readonly string[] {
  const names = new Set<string>();
  const walk = (part: Ast): void => {
    if (part.kind === 'macro') names.add(part.name);
    else if (part.kind === 'not') walk(part.part);
    else if (part.kind !== 'check') part.parts.forEach(walk);
  };
  walk(ast);
  return [...names];
}
