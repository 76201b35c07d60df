import { expect, test } from 'vitest';
import { EMPTY_GROUP } from '../../../../../lib/core/deliver/incident/incident.ts';
import { noteText, parseNote, parseRecord, recordText } from '../../../../../lib/core/deliver/incident/record-text.ts';

test('a record is read back as it was written', () => {
  expect(parseRecord('group', recordText('group', EMPTY_GROUP))).toEqual(EMPTY_GROUP);
});

test('what is no record of that kind and version is none', () => {
  const texts = [
    recordText('channel', { sinceMs: 1, admitted: 1 }),
    '{"version":2,"kind":"group","record":{}}',
    '[]',
    'null',
    '7',
    '',
    '{',
  ];
  for (const text of texts) expect(parseRecord('group', text)).toBeUndefined();
});

test('a note says where an event was counted', () => {
  expect(parseNote(noteText({ marker: 'ab-cd-1', seq: 12 }))).toEqual({ marker: 'ab-cd-1', seq: 12 });
  expect(parseNote('')).toEqual({ marker: '', seq: Number.NaN });
});
