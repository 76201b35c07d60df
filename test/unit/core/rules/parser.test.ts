import { describe, expect, test } from 'vitest';
import { type Ast, ConditionError, parseCondition, parseField } from '../../../../lib/core/rules/parser.ts';

/** A tree as a short text, for reading. */
function brief(ast: Ast): string {
  switch (ast.kind) {
    case 'and':
    case 'or':
      return `(${ast.parts.map(brief).join(` ${ast.kind} `)})`;
    case 'not':
      return `!${brief(ast.part)}`;
    case 'macro':
      return ast.name;
    case 'check': {
      const { left, operator, right } = ast;
      const name = left.kind === 'field' ? `${left.name}${left.arg === undefined ? '' : `[${left.arg}]`}` : `${left.name}(...)`;
      const value =
        right.kind === 'none'
          ? ''
          : right.kind === 'value'
            ? JSON.stringify(right.value)
            : right.kind === 'values'
              ? `${right.modifier ?? ''}${JSON.stringify(right.values)}`
              : 'operand';
      return `${name} ${operator} ${value}`.trim();
    }
  }
}

function errorOf(text: string): ConditionError {
  try {
    parseCondition(text);
  } catch (cause) {
    if (cause instanceof ConditionError) return cause;
    throw cause;
  }
  throw new Error(`${text} parses`);
}

describe('a condition', () => {
  test.each([
    ['m', 'm'],
    ['a or b and c', '(a or (b and c))'],
    ['(a or b) and c', '((a or b) and c)'],
    ['not a and b', '(!a and b)'],
    ['not not a', 'a'],
    ['not(a)', '!a'],
    ['not not(a)', 'a'],
    ['notable', 'notable'],
    ['a and(b)or(c)', '((a and b) or c)'],
    ['a or orb', '(a or orb)'],
    ['ka.verb=create', 'ka.verb = "create"'],
    ['ka.verb="create"and x', '(ka.verb = "create" and x)'],
    ["ka.verb = 'it\\'s \"x\"'", 'ka.verb = "it\'s \\"x\\""'],
    ['ka.verb = "a\\n\\\\\\ b"', 'ka.verb = "a\\n\\\\\\\\b"'],
    ['ka.verb exists', 'ka.verb exists'],
    ['ka.verb in (a, "b c" ,d)', 'ka.verb in ["a","b c","d"]'],
    ['ka.verb in(create)', 'ka.verb in ["create"]'],
    ['ka.verb in ()', 'ka.verb in []'],
    ['ka.verb in name', 'ka.verb in ["name"]'],
    ['ka.user.groups intersects (a)', 'ka.user.groups intersects ["a"]'],
    ['ka.uri pmatch (/api)', 'ka.uri pmatch ["/api"]'],
    ['ka.uri.param[command] contains sh', 'ka.uri.param[command] contains "sh"'],
    ['ka.uri.param["a"] = b', 'ka.uri.param[a] = "b"'],
    ['ka.response.code > 300', 'ka.response.code > "300"'],
    ['ka.response.code <= 0x1F', 'ka.response.code <= "0x1F"'],
    ['ka.verb startswith anyof (a, b)', 'ka.verb startswith anyof["a","b"]'],
    ['ka.verb = anyof', 'ka.verb = "anyof"'],
    ['ka.verb = anyofx', 'ka.verb = "anyofx"'],
    ['ka.verb = anyof x', 'ka.verb = anyof["x"]'],
    ['ka.verb = anyof and a', '(ka.verb = "anyof" and a)'],
    ['ka.verb =anyof', 'ka.verb = "anyof"'],
    ['ka.verb contains allof (a)', 'ka.verb contains allof["a"]'],
    ['ka.verb = nothing or not not(not a)', '(ka.verb = "nothing" or !a)'],
    ['a and(b) and c', '(a and b and c)'],
    ['ka.verb existsor a', '(ka.verb exists or a)'],
    ['ka.verb intersectscreate', 'ka.verb intersects ["create"]'],
    ['ka.verb in ("\\q")', 'ka.verb in []'],
    ['ka.verb = "a\\\\" or ka.uri = "', `ka.verb = ${JSON.stringify('a\\" or ka.uri = ')}`],
    ['ka.verb = a\u00a0b', 'ka.verb = "a\u00a0b"'],
    ['len((ka.verb, "x", 1, tolower(ka.uri))) > 0', 'len(...) > "0"'],
    ['len(()) = 0', 'len(...) = "0"'],
    ['ka.verb >= tolower(ka.uri)', 'ka.verb >= operand'],
    ['ka.verb pmatch val(ka.uri[a])', 'ka.verb pmatch operand'],
    ['ka.verb = val(ka.uri)', 'ka.verb = operand'],
    ['ka.verb = tolower(ka.uri)', 'ka.verb = operand'],
    ['ka.response.code > val(ka.uri)', 'ka.response.code > operand'],
    ['ka.verb in val( ka.user.groups )', 'ka.verb in operand'],
    ['tolower(ka.verb) = x', 'tolower(...) = "x"'],
    ['join("-", (ka.verb, "x", 1))[0] = x', 'join(...) = "x"'],
    ['len(tolower(ka.verb)) = x', 'len(...) = "x"'],
    ['ka.verb = nginx:1.25', 'ka.verb = "nginx:1.25"'],
    ['  ka.verb\n  =\tcreate  ', 'ka.verb = "create"'],
    [`${'('.repeat(400)}a${')'.repeat(400)}`, 'a'],
  ])('%j is %s', (text, expected) => {
    expect(brief(parseCondition(text))).toBe(expected);
  });

  test.each([
    ['', 'filter input string is empty', 0],
    [' ', "expected a '(' token, a field check, or an identifier", 1],
    ['a b', "unexpected token after 'a', expecting 'or', 'and'", 2],
    ['a andb', "expected blank or '(' after 'and'", 5],
    ['a or(b) and c', "unexpected token after ')', expecting 'or', 'and'", 8],
    ['(a', "expected a ')' token", 2],
    ['not(a', "expected a ')' token", 5],
    ['ka.verb', "expected a valid check operator: one of 'exists', '<=', '<'", 7],
    ['ka.verb AND', 'expected a valid check operator', 8],
    ['ka.verb containscreate', 'expected a valid check operator', 8],
    ['ka.verb existss', "unexpected token after 'exists', expecting 'or', 'and'", 14],
    ['ka.verb = ', "expected a string value or a field with a valid transformer: 'val', 'tolower'", 10],
    ['ka.verb > x', 'expected a number value or a field with a valid transformer', 10],
    ['ka.verb in "a"', 'expected a list, an identifier, or a field with a valid transformer', 11],
    ['ka.verb in (a b)', "expected a ')' token", 14],
    ['ka.verb in (a,)', 'expected a string value', 14],
    ['ka.verb in (,a)', "expected a ')' token", 12],
    ['ka.verb in ("\\q", a)', "expected a ')' token", 16],
    ['ka.verb in (a, "\\q")', 'unsupported string escape sequence: \\q', 19],
    ['ka.verb = anyof(a)', "unexpected token after 'anyof', expecting 'or', 'and'", 15],
    ['ka.verb in anyof (a)', "unexpected token after 'anyof', expecting 'or', 'and'", 17],
    ['ka.verb = "\\q"', 'unsupported string escape sequence: \\q', 14],
    ['ka.verb = "a\\\'b"', 'invalid \\\' escape in "-quoted string', 16],
    ['ka.verb = "open', 'expected a string value', 10],
    ['ka.verb = "a\\"', 'expected a string value', 10],
    ['ka.verb = "cre" "ate"', "unexpected token after 'cre', expecting 'or', 'and'", 16],
    ['ka.verb = x "ate', "unexpected token after 'x', expecting 'or', 'and'", 12],
    ['ka.uri.param[a', "expected a ']' token", 14],
    ['ka.uri.param[]', 'expected a valid field argument: a quoted string or a bare string', 13],
    ['ka.uri.param["\\q"] exists', 'unsupported string escape sequence: \\q', 17],
    ['tolower(ka.verb = x', "expected a ')' token closing the transformer", 16],
    ['join("-", (ka.verb = x', "expected ')'", 19],
    ['join("-", (!)) = x', 'expected transformer list argument: field, transformer, quoted string, or number', 11],
    ['tolower(!) = x', 'expected field transformer argument: field, transformer, quoted string, number, or transformer list', 8],
    ['tolower (ka.verb) = x', "unexpected token after 'tolower', expecting 'or', 'and'", 8],
    ['ka.verb = val(x)', "expected a field within 'val' transformer", 14],
    ['ka.verb = val(ka.uri', "expected a ')' token closing the transformer", 20],
    ['ka.verb = val(ka.uri)[0]', "transformer 'val' does not support field arguments", 24],
    [`${'('.repeat(1001)}a`, 'nested too deeply: at most 1000 parentheses inside one another are read', 1001],
    [`${'tolower('.repeat(1001)}a`, 'nested too deeply', 8008],
  ] as [string, string, number][])('%j does not parse', (text, message, offset) => {
    const error = errorOf(text);
    expect(error.message).toContain(message);
    expect(error.offset).toBe(offset);
  });

  test('a check tells where it stands and where its right side begins', () => {
    const ast = parseCondition('a or  ka.verb in (x, y) ');
    expect(ast.kind === 'or' && ast.parts[1]).toMatchObject({ start: 6, end: 23, rightStart: 17 });
  });
});

describe('the field at the beginning of an output', () => {
  test.each([
    ['ka.user.name, and so on', { kind: 'field', name: 'ka.user.name', arg: undefined }, 12],
    ['ka.uri.param["a"]x', { kind: 'field', name: 'ka.uri.param', arg: 'a' }, 17],
  ] as const)('%j', (text, field, length) => {
    expect(parseField(text)).toEqual({ field, length });
  });

  test('there may be none', () => {
    expect(() => parseField('no field')).toThrow("unexpected token after '");
  });
});
