import type { Ast, Left, Operand, Right } from './ast.ts';

const BARE_ARGUMENT = /^[^\][\t\n\v\f\r "'\0]+$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const NUMERIC = new Set(['<', '<=', '>', '>=']);

/** A tree as a condition's text, which parses to the same tree (up to the places in the text). */
export function print(ast: Ast): string {
  switch (ast.kind) {
    case 'and':
    case 'or':
      return ast.parts.map(inner).join(` ${ast.kind} `);
    case 'not':
      return `not ${inner(ast.part)}`;
    case 'macro':
      return ast.name;
    case 'check':
      return `${printLeft(ast.left)} ${ast.operator}${printRight(ast.operator, ast.right)}`;
  }
}

/** A field or transformer call as it is written in a condition; also its name in messages and reports. */
export function printLeft(left: Left): string {
  const argument = left.arg === undefined ? '' : `[${BARE_ARGUMENT.test(left.arg) ? left.arg : quotedText(left.arg)}]`;
  return left.kind === 'field' ? `${left.name}${argument}` : `${left.name}(${left.args.map(printOperand).join(', ')})${argument}`;
}

/** An operand is put in parentheses wherever it would read differently without them. */
function inner(ast: Ast): string {
  return ast.kind === 'check' || ast.kind === 'macro' ? print(ast) : `(${print(ast)})`;
}

function printOperand(operand: Operand): string {
  if (operand.kind === 'text') return quotedText(operand.value);
  if (operand.kind === 'list') return `(${operand.items.map(printOperand).join(', ')})`;
  return printLeft(operand);
}

function printRight(operator: string, right: Right): string {
  switch (right.kind) {
    case 'none':
      return '';
    case 'value':
      return ` ${NUMERIC.has(operator) ? right.value : quotedText(right.value)}`;
    case 'values':
      return `${right.modifier === undefined ? '' : ` ${right.modifier}`} (${right.values.map(quotedText).join(', ')})`;
    case 'operand':
      return right.operand.kind === 'field' ? ` val(${printLeft(right.operand)})` : ` ${printLeft(right.operand)}`;
  }
}

/** A text in quotes, whatever it holds, as a condition and the values of an exception take it. A backslash at its end is written `\ `, because Falco reads no end of a text behind `\\`. */
export function quotedText(text: string): string {
  const body = text.replace(/[\\"\b\f\n\r\t]/g, (found) => ESCAPES[found] as string);
  return `"${body.endsWith('\\') ? `${body.slice(0, -1)} ` : body}"`;
}
