import { describe, expect, test } from 'vitest';
import { inside, originOf, type Surroundings } from '../../../../lib/core/decode/item.ts';

describe('what lies in an envelope', () => {
  const around: Surroundings = { input: 'x', line: 3, path: '', envelope: { account: '1' }, level: 0, mode: 'input' };

  test('has the path of its envelope before its own, and what the envelope says besides', () => {
    const first = inside(around, 'Records[0]');
    expect(first).toEqual({ ...around, path: 'Records[0]', level: 1 });
    expect(inside(first, 'body', { region: 'eu-west-1' }, 'body')).toEqual({
      ...around,
      path: 'Records[0].body',
      level: 2,
      mode: 'body',
      envelope: { account: '1', region: 'eu-west-1' },
    });
  });

  test('has an origin for people', () => {
    expect(originOf(around)).toEqual({ input: 'x', line: 3, path: '' });
  });
});
