import { describe, expect, test } from 'vitest';
import { brief, firstHint, readAll } from '../../../support/reading.ts';

const a = '{"auditID":"a","verb":"get","user":{}}';
const inBody = (text: string): string => JSON.stringify({ messageId: 'm', body: text });

describe('envelopes in envelopes', () => {
  test('are opened as deep as the bound says', () => {
    let text = a;
    for (let i = 0; i < 4; i++) text = inBody(text);
    expect(readAll(text).map(brief)).toEqual(['k8s_audit']);
    expect(readAll(text, { limits: { maxEnvelopes: 4 } }).map(brief)).toEqual(['k8s_audit']);
    const items = readAll(text, { limits: { maxEnvelopes: 3 } });
    expect(items.map(brief)).toEqual(['failed bad_envelope']);
    expect(firstHint(items)).toBe('envelopes lie in one another more than 3 deep');
  });

  test('hold objects under the same bound', () => {
    const event = `{"detail-type":"x via CloudTrail","source":"aws.s3","detail":{}}`;
    expect(readAll(event, { limits: { maxEnvelopes: 0 } }).map(brief)).toEqual(['failed bad_envelope']);
  });

  test('lie on the line of the outermost, however many lines they have themselves', () => {
    const item = readAll(`\n${inBody(`\n\n${a}`)}`)[0];
    expect(item).toMatchObject({ record: { origin: { input: 'input', line: 2, path: 'body' } } });
  });

  test('may hold several documents', () => {
    expect(readAll(inBody(`${a}\n${a}${a}`)).map(brief)).toEqual(['k8s_audit', 'k8s_audit', 'k8s_audit']);
    expect(readAll(inBody('')).map(brief)).toEqual(['failed bad_json']);
    expect(readAll(inBody('[]')).map(brief)).toEqual([]);
  });
});

describe('where reading begins', () => {
  test('is the line the caller says', () => {
    expect(readAll(`${a}\n${a}`, { firstLine: 10 })[1]).toMatchObject({ record: { origin: { line: 11 } } });
  });
});

describe('strange members', () => {
  test('named __proto__, constructor and the like are members and nothing else', () => {
    expect(readAll('{"__proto__":{"auditID":"a","verb":"get","user":{}}}').map(brief)).toEqual(['failed unknown_format']);
    expect(readAll('{"__proto__":{"kind":"Event"},"auditID":"a","verb":"get","user":{"constructor":1}}').map(brief)).toEqual(['k8s_audit']);
    expect(readAll('{"toString":[1],"constructor":[2]}').map(brief)).toEqual(['failed unknown_format']);
  });
});

describe('a line with JSON behind a prefix', () => {
  test('is a record when it is one', () => {
    expect(readAll(`2026-11-20T09:16:00Z stdout F ${a}\nprefix ${a} suffix\n${a}`).map(brief)).toEqual([
      'k8s_audit',
      'dropped text_line',
      'k8s_audit',
    ]);
  });

  test("is not looked for in the line of a component, whose words may be a caller's", () => {
    expect(readAll(`I1120 09:15:00.123456      11 x.go:1] bad agent ${a}`).map(brief)).toEqual(['dropped other_log']);
    expect(readAll(`${a}\nsomebody said "hello" ${a}`).map(brief)).toEqual(['k8s_audit', 'dropped text_line']);
  });

  test('in quotes is a record when the string is one', () => {
    expect(readAll(`${JSON.stringify(a)}\n"words"\n"broken`).map(brief)).toEqual(['k8s_audit', 'failed bad_json']);
  });
});

describe('hints', () => {
  test('of what is broken tell its size and first key, and nothing of what may be secret', () => {
    expect(firstHint(readAll('{"password":"hunter2'))).toBe(
      '20 characters that are not JSON, or cut beyond recovery; its first key is password',
    );
    expect(firstHint(readAll('{hunter2}'))).toBe('9 characters that are not JSON, or cut beyond recovery');
    expect(firstHint(readAll('{"Records":[12345]}'))).toBe('expected a JSON object, saw a number, true, false or null');
    expect(firstHint(readAll('{"Records":[hunter2]}'))).toBe('expected a JSON object, saw something that is no JSON');
  });
});
