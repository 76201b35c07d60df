import { describe, expect, test } from 'vitest';
import { parseRecord } from '../../../../lib/core/decode/parse-record.ts';
import type { RawRecord } from '../../../../lib/core/model/raw-record.ts';

const record = (text: string, truncated: boolean): RawRecord => ({
  source: 'k8s_audit',
  text,
  truncated,
  origin: { input: 'x', line: 1, path: '' },
  envelope: {},
});

describe('the value of a record', () => {
  test('is its JSON', () => {
    expect(parseRecord(record('{"a":1}', false))).toEqual({ a: 1 });
    expect(parseRecord(record('{"a":1,"b', false))).toBeUndefined();
  });

  test('of a truncated one is what was complete', () => {
    expect(parseRecord(record('{"a":1,"b', true))).toEqual({ a: 1 });
  });
});
