import { describe, expect, test } from 'vitest';
import { brief, firstHint, readAll, recordTexts } from '../../../support/reading.ts';

const a = '{"auditID":"a","verb":"get","user":{}}';

describe('text beside JSON', () => {
  test('is dropped line by line when there are records before or behind it', () => {
    expect(readAll(`words\nmore words\n${a}\nlast words`).map(brief)).toEqual([
      'dropped text_line',
      'dropped text_line',
      'k8s_audit',
      'dropped text_line',
    ]);
  });

  test('alone is one failure that says what was seen', () => {
    const items = readAll('# a title\n\nprose\nprose');
    expect(items.map(brief)).toEqual(['failed bad_json']);
    expect(firstHint(items)).toMatch(/^text with no JSON in it; allowed are/);
  });

  test('of a control plane component is known, alone too', () => {
    expect(readAll('I1120 09:15:00.123456      11 controller.go:615] quota\nwords').map(brief)).toEqual([
      'dropped other_log',
      'dropped text_line',
    ]);
  });

  test('in thousands of lines before the first record is one failure, and the record is read', () => {
    expect(readAll(`${'words\n'.repeat(4096)}${a}`).map(brief)).toHaveLength(4097);
    const items = readAll(`${'words\n'.repeat(5000)}${a}\nwords`);
    expect(items.map(brief)).toEqual(['failed bad_json', 'k8s_audit', 'dropped text_line']);
    expect(firstHint(items)).toMatch(/^text with no JSON before this; /);
  });
});

describe('binary data', () => {
  test('is one failure however many lines it seems to have, and records behind it are read', () => {
    expect(readAll(`\u0000\u0001\n{\u0002\nab\n}x\n\u0003\n${a}\n\u0000`).map(brief)).toEqual([
      'failed bad_json',
      'k8s_audit',
      'failed bad_json',
    ]);
  });

  test('that is no UTF-8 is read as far as it goes', () => {
    const bytes = Uint8Array.from([
      ...new TextEncoder().encode('{"auditID":"'),
      0xff,
      0xc3,
      ...new TextEncoder().encode('","verb":"get","user":{}}'),
    ]);
    expect(recordTexts(readAll(bytes))).toEqual(['{"auditID":"\ufffd\ufffd","verb":"get","user":{}}']);
  });
});

describe('pieces of JSON', () => {
  test('that follow one another are one failure', () => {
    expect(readAll(`${a}\n}\n]\n"x": 1,\nwords\n}`).map(brief)).toEqual([
      'k8s_audit',
      'failed bad_json',
      'dropped text_line',
      'failed bad_json',
    ]);
    expect(firstHint(readAll('}'))).toBe('a piece of JSON without its beginning');
  });
});

describe('text in a log message', () => {
  test("beside JSON is another program's", () => {
    const message = JSON.stringify({ message: `[${a}] words\nmore`, timestamp: 1 });
    expect(readAll(message).map(brief)).toEqual(['k8s_audit', 'dropped other_log', 'dropped other_log']);
    expect(readAll(JSON.stringify({ message: '[1, 2]', timestamp: 1 })).map(brief)).toEqual(['dropped other_log']);
    expect(readAll(JSON.stringify({ message: '["words"]', timestamp: 1 })).map(brief)).toEqual(['dropped other_log']);
    expect(readAll(JSON.stringify({ message: '{"a":[1]}\n{"items":[1,{"a":1}]}', timestamp: 1 })).map(brief)).toEqual([
      'dropped other_log',
      'dropped other_log',
      'dropped other_log',
    ]);
  });
});
