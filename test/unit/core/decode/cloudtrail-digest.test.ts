import { describe, expect, test } from 'vitest';
import { brief, briefs, readAll } from '../../../support/reading.ts';

describe('CloudTrail digests', () => {
  test('a digest object is dropped: it lists log files and holds no record', () => {
    expect(briefs('cloudtrail/digest.json')).toEqual(['1 . dropped digest']);
  });

  test('an early digest without a start time is known by its files', () => {
    expect(readAll('{"logFiles":[],"digestS3Object":"x"}').map(brief)).toEqual(['dropped digest']);
    expect(readAll('{"logFiles":[]}').map(brief)).toEqual(['failed unknown_format']);
  });
});
