import { describe, expect, test } from 'vitest';
import { brief, briefs, readAll } from '../../../support/reading.ts';

describe('AWS Config objects', () => {
  test('each item of a snapshot is dropped: Config tells states, not who made them', () => {
    expect(briefs('aws-config/snapshot.json')).toEqual([
      '5 configurationItems[0] dropped config',
      '10 configurationItems[1] dropped config',
    ]);
  });

  test('a notice of a changed item is dropped', () => {
    expect(briefs('aws-config/notice.json')).toEqual(['1 . dropped config']);
  });

  test('a file whose items are no array is still known by its version', () => {
    expect(readAll('{"fileVersion":"1.0","configurationItems":null}').map(brief)).toEqual(['dropped config']);
    expect(readAll('{"fileVersion":"1.0"}').map(brief)).toEqual(['failed unknown_format']);
  });
});
