import { expect, test } from 'vitest';
import { fieldSpec } from '../../../../../lib/core/rules/fields/field.ts';

test("a field is a plugin's text without argument, as far as it does not say otherwise", () => {
  const read = () => 'x';
  expect(fieldSpec({ name: 'a.b', description: 'd', from: 'f', read })).toEqual({
    name: 'a.b',
    description: 'd',
    from: 'f',
    type: 'string',
    engineType: 'CHARBUF',
    isList: false,
    argument: 'none',
    origin: 'plugin',
    numbers: 'plain',
    read,
  });
  expect(fieldSpec({ name: 'a.b', description: 'd', from: 'f', isList: true, argument: 'index', read })).toMatchObject({
    isList: true,
    argument: 'index',
  });
});
