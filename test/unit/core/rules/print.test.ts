import { expect, test } from 'vitest';
import { parseCondition } from '../../../../lib/core/rules/parser.ts';
import { print } from '../../../../lib/core/rules/print.ts';

test.each([
  ['ka.verb=create', 'ka.verb = "create"'],
  ['ka.verb exists', 'ka.verb exists'],
  ['not not not a', 'not a'],
  ['a or b and not(c or d)', 'a or (b and (not (c or d)))'],
  ['ka.verb in (a,"b c")', 'ka.verb in ("a", "b c")'],
  ['ka.verb in ()', 'ka.verb in ()'],
  ['ka.verb =  anyof (a)', 'ka.verb = anyof ("a")'],
  ['ka.response.code > 0x1F', 'ka.response.code > 0x1F'],
  ['ka.verb = val(ka.uri)', 'ka.verb = val(ka.uri)'],
  ['ka.verb = tolower(ka.uri)', 'ka.verb = tolower(ka.uri)'],
  ['join(",",(ka.verb,"x",1))[a] = b', 'join(",", (ka.verb, "x", "1"))[a] = "b"'],
  ['ka.uri.param["a b"] = "x\\"\\\\y"', 'ka.uri.param["a b"] = "x\\"\\\\y"'],
  ['ka.uri.param[""] exists', 'ka.uri.param[""] exists'],
  ['ka.verb = "a\\ "', 'ka.verb = "a\\ "'],
  ['ka.verb = a\\', 'ka.verb = "a\\ "'],
  ["ka.verb = 'a\\nb\tc'", 'ka.verb = "a\\nb\\tc"'],
])('%j is printed as %j', (text, printed) => {
  expect(print(parseCondition(text))).toBe(printed);
});
