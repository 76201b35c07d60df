import { describe, expect, test } from 'vitest';
import { againstConstants, againstSource, checkOperator } from '../../../../lib/core/rules/comparison.ts';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { type Source, sourceOf } from '../../../../lib/core/rules/operand.ts';
import { OPERATORS, parseField } from '../../../../lib/core/rules/parser.ts';

const side = (text: string): Source => sourceOf(parseField(text).field, (name) => FIELDS.k8s_audit.get(name));

describe('which operator goes with which type', () => {
  test.each([
    ['ka.verb', ['bcontains', 'bstartswith']],
    ['evt.num', ['glob', 'iglob', 'contains', 'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'regex', 'pmatch']],
    [
      'evt.is_async',
      [
        '<=',
        '<',
        '>=',
        '>',
        'glob',
        'iglob',
        'contains',
        'icontains',
        'bcontains',
        'startswith',
        'bstartswith',
        'endswith',
        'regex',
        'pmatch',
      ],
    ],
    ['ka.user.groups', OPERATORS.filter((operator) => !['exists', 'in', 'intersects'].includes(operator))],
  ])('on %s these are errors', (field, expected) => {
    const source = side(field);
    const refused = OPERATORS.filter((operator) => {
      try {
        checkOperator(operator, source);
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual(expected);
  });
});

describe('against constants', () => {
  const values = (...texts: readonly string[]) => ({ kind: 'values', modifier: undefined, values: texts }) as const;

  test('exists holds of whatever is there', () => {
    expect(againstConstants('exists', { kind: 'none' }, side('ka.verb'))('')).toBe(true);
  });

  test('in wants every element of a list, intersects one', () => {
    const groups = side('ka.user.groups');
    expect(againstConstants('in', values('a', 'b'), groups)(['a', 'a'])).toBe(true);
    expect(againstConstants('in', values('a', 'b'), groups)(['a', 'c'])).toBe(false);
    expect(againstConstants('intersects', values('a', 'b'), groups)(['c', 'a'])).toBe(true);
    expect(againstConstants('intersects', values('a'), side('tolower(ka.user.groups)'))(['a'])).toBe(false);
  });

  test('a constant may have 255 bytes', () => {
    const text = 'ü'.repeat(127);
    expect(againstConstants('=', { kind: 'value', value: `${text}x` }, side('ka.verb'))(`${text}x`)).toBe(true);
    expect(() => againstConstants('=', { kind: 'value', value: `${text}xx` }, side('ka.verb'))).toThrow(
      'filter parameter too long (used=257',
    );
  });
});

test('against another field both sides must be of one type', () => {
  expect(againstSource('=', side('ka.verb'), side('ka.uri'))('a', 'a')).toBe(true);
  expect(againstSource('in', side('ka.user.groups'), side('ka.req.binding.subjects'))(['a'], ['a', 'b'])).toBe(true);
  expect(() => againstSource('=', side('ka.verb'), side('evt.num'))).toThrow("incompatible type 'UINT64'");
});

test('a search of one long field in another fails the rule and does not stall the run', () => {
  const contains = againstSource('contains', side('ka.verb'), side('ka.uri'));
  expect(contains('abc', 'b')).toBe(true);
  expect(() => contains('a'.repeat(100_000), `b${'a'.repeat(50_000)}`)).toThrow('too long for one another');
});
