import type { Ast, Left, Operand } from '../../core/rules/ast.ts';
import type { RuleModel } from '../../core/rules/loader/model.ts';

/** Names of the fields that a condition reads, those of its macros included, sorted. */
export function conditionFields(ast: Ast, model: RuleModel): readonly string[] {
  const macros = new Map(model.macros.map(({ name, condition }) => [name, condition.ast]));
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (node: Ast): void => {
    switch (node.kind) {
      case 'and':
      case 'or':
        node.parts.forEach(visit);
        break;
      case 'not':
        visit(node.part);
        break;
      case 'macro': {
        const macro = macros.get(node.name);
        if (macro !== undefined && !seen.has(node.name)) {
          seen.add(node.name);
          visit(macro);
        }
        break;
      }
      case 'check':
        for (const name of fieldsIn(node.left)) found.add(name);
        if (node.right.kind === 'operand') for (const name of fieldsIn(node.right.operand)) found.add(name);
    }
  };
  visit(ast);
  return [...found].sort();
}

function fieldsIn(operand: Left | Operand): readonly string[] {
  switch (operand.kind) {
    case 'field':
      return [operand.name];
    case 'call':
      return operand.args.flatMap(fieldsIn);
    case 'list':
      return operand.items.flatMap(fieldsIn);
    case 'text':
      return [];
  }
}
