import { describe, expect, test } from 'vitest';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { type Source, shownScalar, sourceOf } from '../../../../lib/core/rules/operand.ts';
import { parseField } from '../../../../lib/core/rules/parser.ts';
import { fieldEventOf } from '../../../support/falco-events.ts';

const source = (text: string): Source => sourceOf(parseField(text).field, (name) => FIELDS.k8s_audit.get(name));
const event = fieldEventOf('k8s_audit', { auditID: 'a', verb: 'get', user: { groups: ['A', 'B'] } });

describe('one side of a check', () => {
  test.each([
    ['ka.verb', 'CHARBUF', false, 'get'],
    ['ka.user.groups', 'CHARBUF', true, ['A', 'B']],
    ['evt.num', 'UINT64', false, 1n],
    ['tolower(ka.user.groups)', 'CHARBUF', true, ['a', 'b']],
    ['len(ka.user.groups)', 'UINT64', false, 2n],
    ['join("+", ka.user.groups)', 'CHARBUF', false, 'A+B'],
    ['getopt(ka.user.groups, "x")', 'CHARBUF', true, []],
    ['getopt(ka.user.groups, "x")[x]', 'CHARBUF', false, undefined],
    ['concat(ka.verb, "-", evt.source)', 'CHARBUF', false, 'get-k8s_audit'],
  ])('%s has a type and a value', (text, engineType, isList, value) => {
    const side = source(text);
    expect([side.engineType, side.isList, side.read(event)]).toEqual([engineType, isList, value]);
  });

  test('knows its fields with their arguments as they are written', () => {
    expect(source('concat(ka.verb, ka.uri.param[a=b])').fields.map(({ key }) => key)).toEqual(['ka.verb', 'ka.uri.param["a=b"]']);
    expect(source('join(",", (evt.num, ka.verb))').fields.map(({ spec }) => spec.name)).toEqual(['evt.num', 'ka.verb']);
  });

  test('a changed text has an end mark that counts in sets', () => {
    expect(['ka.verb', 'tolower(ka.verb)', 'len(tolower(ka.verb))', 'concat(ka.verb, "x")'].map((text) => source(text).hasEndMark)).toEqual(
      [false, true, false, false],
    );
  });
});

test('numbers are shown in decimal, some with nine digits', () => {
  expect([shownScalar(5n, 'plain'), shownScalar(5n, 'padded'), shownScalar('5', 'padded'), shownScalar(true, 'plain')]).toEqual([
    '5',
    '000000005',
    '5',
    'true',
  ]);
});
