import { describe, expect, test } from 'vitest';
import { openDecoder } from '../../../../lib/core/decode/decoder.ts';
import type { Decoded } from '../../../../lib/core/model/raw-record.ts';
import { DEFAULT_LIMITS } from '../../../../lib/sources/limits.ts';
import { brief, readAll, recordTexts } from '../../../support/reading.ts';

const a = '{"auditID":"a","verb":"get","user":{}}';
const b = '{"auditID":"b","verb":"get","user":{}}';
const one = (text: string, options = {}): string[] =>
  readAll(text, options).map((item) => {
    const { line, path } = item.kind === 'record' ? item.record.origin : item.origin;
    return `${line} ${path === '' ? '.' : path} ${brief(item)}`;
  });

describe('the top level of an input', () => {
  test('is lines, documents in several lines, and documents one behind the other', () => {
    const pretty = JSON.stringify(JSON.parse(a), null, 2);
    expect(one(`${a}\r\n\r\n${pretty}\n${a}${b} ${a}\n`)).toEqual([
      '1 . k8s_audit',
      '3 . k8s_audit',
      '8 . k8s_audit',
      '8 . k8s_audit',
      '8 . k8s_audit',
    ]);
    const unindented = JSON.stringify(JSON.parse(a), null, 1).replaceAll('\n ', '\n');
    expect(one(`${unindented}\n${b}`)).toEqual(['1 . k8s_audit', '6 . k8s_audit']);
  });

  test('may begin with a byte order mark and may lack its last line feed', () => {
    expect(one(`\ufeff${a}`)).toEqual(['1 . k8s_audit']);
    expect(one('')).toEqual([]);
    expect(one('\n \t\n')).toEqual([]);
  });

  test('may be the elements of an array without its brackets', () => {
    expect(one(`${a},\n${b},\n`)).toEqual(['1 . k8s_audit', '2 . k8s_audit']);
  });

  test('counts lines inside arrays and objects, before, in and behind the records', () => {
    expect(one(`{\n"x":1,\n"Records":\n[\n${a},\n${b}\n],\n"y":\n2}\n${a}`)).toEqual([
      '5 Records[0] k8s_audit',
      '6 Records[1] k8s_audit',
      '10 . k8s_audit',
    ]);
  });
});

describe('arrays', () => {
  test('lie in arrays, and an element may itself be an envelope', () => {
    expect(one(`[[${a}],{"Records":[${b}]},[]]`)).toEqual(['1 [0][0] k8s_audit', '1 [1].Records[0] k8s_audit']);
  });

  test('that lie in one another deeper than envelopes may are one failure', () => {
    const limits = { maxEnvelopes: 3 };
    expect(one(`[[[[${a},${a}]]],${b}]`, { limits })).toEqual(['1 [0][0][0] failed not_an_event', '1 [1] k8s_audit']);
    expect(one(`[[[{"Records":[${a}]}]]]`, { limits })).toEqual(['1 [0][0][0] failed unknown_format']);
  });

  test('whose elements are no objects have each of them counted', () => {
    expect(one(`{"Records":[1, null,"x" ,tru e:,${a}]}`)).toEqual([
      '1 Records[0] failed not_an_event',
      '1 Records[1] failed not_an_event',
      '1 Records[2] failed bad_json',
      '1 Records[3] failed bad_json',
      '1 Records[4] k8s_audit',
    ]);
    expect(one('{"Records":[1\n2')).toEqual(['1 Records[0] failed not_an_event', '2 Records[1] failed not_an_event']);
  });

  test('of an object that is closed too early or too late are said to be broken', () => {
    expect(one(`{"Records":[${a}}\n${b}`)).toEqual(['1 Records[0] k8s_audit', '1 Records failed bad_json', '2 . k8s_audit']);
    expect(one(`[${a}}${b}]`)).toEqual(['1 [0] k8s_audit', '1 [1] failed bad_json', '1 [2] k8s_audit']);
    expect(one(`[${a}`)).toEqual(['1 [0] k8s_audit', '1 . failed bad_json']);
    expect(one(`{"Records":[${a}`)).toEqual(['1 Records[0] k8s_audit', '1 Records failed bad_json']);
    expect(one(`{"Records":[${a}],"x`)).toEqual(['1 Records[0] k8s_audit', '1 Records failed bad_json']);
    expect(one(`{"Records":[${a}],"x" 5}\n${b}`)).toEqual(['1 Records[0] k8s_audit', '1 Records failed bad_json', '2 . k8s_audit']);
    expect(one(`{"Records":[${a}],"x\n${b}`)).toEqual(['1 Records[0] k8s_audit', '1 Records failed bad_json', '2 . k8s_audit']);
  });

  test('behind the records are skipped, however many members follow', () => {
    expect(one(`{"Records":[${a}],"z":[1,{"Records":[5]}],"items":[${b}],"NextToken":"x"}`)).toEqual([
      '1 Records[0] k8s_audit',
      '1 items[0] k8s_audit',
    ]);
  });

  test('that were cut line after line between two elements are each one failure', () => {
    const objects = one(`${`{"Records":[${a},\n`.repeat(40)}${b}`);
    expect(objects.filter((item) => item.endsWith(' Records[0] k8s_audit'))).toHaveLength(40);
    expect(objects.filter((item) => item.endsWith(' Records failed bad_json'))).toHaveLength(40);
    expect(objects).toHaveLength(81);
    const arrays = one(`${`[${a},\n`.repeat(40)}${b}`);
    expect(arrays.filter((item) => item.endsWith('k8s_audit'))).toHaveLength(41);
    expect(arrays.length).toBeLessThan(46);
  });

  test('whose name cannot be unescaped are members like others', () => {
    expect(one('{"\\x":[1]}')).toEqual(['1 . failed bad_json']);
  });

  test('a line in brackets is a line', () => {
    expect(one(`${a}\n[ERROR] it broke\n[\n  words\n${b}`)).toEqual(['1 . k8s_audit', '2 . failed bad_json', '5 . k8s_audit']);
  });
});

describe('broken values', () => {
  test('end with their line, in whatever place the line was cut', () => {
    for (let cut = 1; cut < a.length; cut++) {
      const found = one(`${a.slice(0, cut)}\n${b}\n${a}`);
      expect(found.length, a.slice(0, cut)).toBe(3);
      expect(found[0]).toMatch(/^1 \. (failed bad_json|k8s_audit truncated)$/);
      expect(found.slice(1)).toEqual(['2 . k8s_audit', '3 . k8s_audit']);
    }
  });

  test('end with their line also where a piece of the input ends with it', () => {
    expect(one(`{"a":"x\n${a}`, { cuts: [7] })).toEqual(['1 . failed bad_json', '2 . k8s_audit']);
  });

  test('have the same text in whatever pieces they come', () => {
    const broken = '{"auditID"\n:\n"a"\n,"verb"\n:\n"get"\n ,": \n{"x":1}\n';
    const texts = Array.from({ length: broken.length }, (_, cut) => recordTexts(readAll(broken, { cuts: [cut] })));
    expect(texts).toEqual(texts.map(() => ['{"auditID"\n:\n"a"\n,"verb"\n:\n"get"\n ,":']));
  });

  test('leave the other elements of an array of lines alone', () => {
    expect(one(`[\n${a},\n${a.slice(0, -5)},\n${b}\n]\n${a}`)).toEqual([
      '2 [0] k8s_audit',
      '3 [1] k8s_audit truncated',
      '4 [2] k8s_audit',
      '6 . k8s_audit',
    ]);
  });

  test('end the object that is on their line, not one of an earlier line', () => {
    expect(one(`{"Records":[${a},{"x":"\n{"Records":[${b}]}`)).toEqual([
      '1 Records[0] k8s_audit',
      '1 Records[1] failed bad_json',
      '2 Records[0] k8s_audit',
    ]);
  });

  test('in many lines are one failure, and the next document is read', () => {
    expect(one(`{\n  "a": 1\n  "b": {\n    "c": 2\n  }\n}\n${a}`)).toEqual(['1 . failed bad_json', '7 . k8s_audit']);
    expect(one(`{\n  "a": "cut\n  "b": 1\n{\n  "auditID": "a", "verb": "get", "user": {}\n}`)).toEqual([
      '1 . failed bad_json',
      '4 . k8s_audit',
    ]);
  });

  test('on one line with what is well-formed cost only themselves', () => {
    expect(one(`{"a" 1}${a}`)).toEqual(['1 . failed bad_json', '1 . k8s_audit']);
    expect(one(`{"a":1 "b":2\n${a}`)).toEqual(['1 . failed bad_json', '2 . k8s_audit']);
    expect(one(`{"a":1,\nwords\n${a}`)).toEqual(
      ['1 . failed bad_json', '2 . dropped text_line', '3 . k8s_audit'].slice(0, 1).concat(one(`x\nwords\n${a}`).slice(1)),
    );
  });
});

describe('bounds', () => {
  test('a record above the size bound is skipped without being held, and counted', () => {
    const limits = { maxRecordBytes: 60 };
    const large = `{"x":"${'y'.repeat(100)}"}`;
    expect(one(`${a}\n${large}\n${b}\n[${large},${a}]`, { limits })).toEqual([
      '1 . k8s_audit',
      '2 . failed too_large',
      '3 . k8s_audit',
      '4 [0] failed too_large',
      '4 [1] k8s_audit',
    ]);
    expect(one(`{"x":"${'y'.repeat(100)}","Records":[${a}]}`, { limits })).toEqual(['1 . failed too_large']);
    expect(one(`{"x":"${'y'.repeat(100)}`, { limits })).toEqual(['1 . failed too_large']);
  });

  test('the bound counts bytes and not characters', () => {
    const text = (n: number): string => `{"auditID":"${'é'.repeat(n)}","verb":"get","user":{}}`;
    const size = new TextEncoder().encode(text(10)).length;
    expect(one(text(10), { limits: { maxRecordBytes: size } })).toEqual(['1 . k8s_audit']);
    expect(one(text(10), { limits: { maxRecordBytes: size - 1 } })).toEqual(['1 . failed too_large']);
    expect(one('{"x":"€🙂é"}', { limits: { maxRecordBytes: 17 } })).toEqual(['1 . failed unknown_format']);
    expect(one('{"x":"€🙂é"}', { limits: { maxRecordBytes: 16 } })).toEqual(['1 . failed too_large']);
  });

  test('a line of text above the bound is still one line', () => {
    expect(one(`${a}\n${'word '.repeat(3000)}\n${b}`, { limits: { maxRecordBytes: 60 } })).toEqual([
      '1 . k8s_audit',
      '2 . dropped text_line',
      '3 . k8s_audit',
    ]);
  });

  test('a record that is nested too deep is counted and takes no other along', () => {
    const limits = { maxDepth: 5 };
    const deep = '{"a":'.repeat(6);
    expect(one(`${deep}1${'}'.repeat(6)}\n${a}\n${deep}\n${b}`, { limits })).toEqual([
      '1 . failed too_deep',
      '2 . k8s_audit',
      '3 . failed too_deep',
      '4 . k8s_audit',
    ]);
    expect(one(`{"Records":[${deep}1${'}'.repeat(6)},${a}]}`, { limits })).toEqual([
      '1 Records[0] failed too_deep',
      '1 Records[1] k8s_audit',
    ]);
  });
});

describe('a faster reader beside this one', () => {
  function opened(): { items: Decoded[]; decoding: ReturnType<typeof openDecoder> } {
    const items: Decoded[] = [];
    const inflate = (): { texts: string[] } => ({ texts: [] });
    const decoding = openDecoder({ input: 'x', line: 1, envelope: {}, limits: DEFAULT_LIMITS, inflate, take: (item) => items.push(item) });
    return { items, decoding };
  }

  test('may take over between the values of the top level and of the array of an envelope, nowhere else', () => {
    const { decoding } = opened();
    expect(decoding.rest()).toEqual({ line: 1, array: undefined });
    decoding.push('\n{"Rec');
    expect(decoding.rest()).toBeUndefined();
    decoding.push('ords":[');
    expect(decoding.rest()).toEqual({ line: 2, array: { path: 'Records', index: 0, context: { name: 'Records', envelope: {} } } });
    decoding.push('\n{');
    expect(decoding.rest()).toBeUndefined();
    decoding.push('"x":1},');
    expect(decoding.rest()).toMatchObject({ line: 3, array: { index: 1 } });
    decoding.push('[');
    expect(decoding.rest()).toBeUndefined();
    decoding.push(']]}[');
    expect(decoding.rest()).toBeUndefined();
  });

  test('says what it has read, so that places and text between records stay right', () => {
    const { decoding, items } = opened();
    decoding.push('words\n');
    decoding.advance(0, 2);
    expect(items).toEqual([]);
    decoding.advance(3, 4);
    decoding.push(`{"Records":[`);
    decoding.advance(5, 0);
    decoding.push(`${a}]}`);
    decoding.end();
    expect(items.map(brief)).toEqual(['dropped text_line', 'k8s_audit']);
    expect(items[1]).toMatchObject({ record: { origin: { line: 8, path: 'Records[5]' } } });
  });
});
