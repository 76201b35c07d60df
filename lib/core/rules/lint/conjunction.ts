import type { Ast } from '../ast.ts';
import type { LoadedMacro } from '../loader/model.ts';
import { print } from '../print.ts';

/** What must hold for a condition to hold: everything joined with `and`, macros taken apart, everything else whole. */
export function conjunction(ast: Ast, macros: ReadonlyMap<string, LoadedMacro>): readonly Ast[] {
  if (ast.kind === 'and') return ast.parts.flatMap((part) => conjunction(part, macros));
  const macro = ast.kind === 'macro' ? macros.get(ast.name) : undefined;
  // Macros of loaded files form no loop.
  return macro === undefined ? [ast] : conjunction(macro.condition.ast, macros);
}

/** A text that is equal for conditions that mean the same up to the order of their parts and the names of macros. */
export function canonical(ast: Ast, macros: ReadonlyMap<string, LoadedMacro>): string {
  switch (ast.kind) {
    case 'check':
      return print(ast.operator === '==' ? { ...ast, operator: '=' } : ast);
    case 'macro': {
      const macro = macros.get(ast.name);
      return macro === undefined ? ast.name : canonical(macro.condition.ast, macros);
    }
    case 'not':
      return `not(${canonical(ast.part, macros)})`;
    case 'and':
    case 'or': {
      // parts of the same kind inside need no parentheses of their own
      const parts = ast.parts.flatMap((part) => flat(part, ast.kind, macros));
      return `${ast.kind}(${[...new Set(parts)].sort().join(' ; ')})`;
    }
  }
}

function flat(ast: Ast, kind: 'and' | 'or', macros: ReadonlyMap<string, LoadedMacro>): readonly string[] {
  if (ast.kind === kind) return ast.parts.flatMap((part) => flat(part, kind, macros));
  if (ast.kind === 'macro') {
    const macro = macros.get(ast.name);
    if (macro !== undefined) return flat(macro.condition.ast, kind, macros);
  }
  return [canonical(ast, macros)];
}
