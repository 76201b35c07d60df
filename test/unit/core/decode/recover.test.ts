import { describe, expect, test } from 'vitest';
import { parsed, recoverAuditEvent, recoverObject } from '../../../../lib/core/decode/recover.ts';

const event = {
  auditID: 'a',
  stage: 'ResponseComplete',
  verb: 'patch',
  user: { username: 'anna "x"', groups: ['g', 'h'] },
  list: [{ a: 1, b: [2, 3] }, { c: 'back\\\\slash' }],
  n: 5,
};
const text = JSON.stringify(event);

describe('recovering a cut object', () => {
  test('gives the members that were complete, wherever the cut is', () => {
    for (let cut = 0; cut < text.length; cut++) {
      const value = recoverObject(text.slice(0, cut));
      for (const [key, member] of Object.entries(value ?? {})) {
        const isComplete = text.slice(0, cut).includes(`${JSON.stringify(key)}:${JSON.stringify(member)}`);
        expect(isComplete || ['user', 'list'].includes(key), `${key} at ${cut}`).toBe(true);
      }
      expect(value !== undefined).toBe(cut > text.indexOf(',"stage"'));
    }
  });

  test('gives what is complete inside the member that was cut', () => {
    expect(recoverObject(text.slice(0, text.indexOf('"h"')))).toEqual({
      auditID: 'a',
      stage: 'ResponseComplete',
      verb: 'patch',
      user: { username: 'anna "x"', groups: ['g'] },
    });
    expect(recoverObject(text.slice(0, text.indexOf('},{"c"')))).toMatchObject({ list: [{ a: 1, b: [2, 3] }] });
  });

  test('takes no time with the square of the depth', () => {
    const began = performance.now();
    expect(recoverObject(`{"k":1,"j":${'{"a":[1,'.repeat(100_000)}`)).toHaveProperty('k', 1);
    expect(performance.now() - began).toBeLessThan(10_000);
  }, 30_000);

  test('is not misled by the mark of the cut, or by what another program wrote behind it', () => {
    const upTo = text.slice(0, text.indexOf('"user"'));
    expect(recoverObject(`${upTo}[Truncated...]`)).toEqual({ auditID: 'a', stage: 'ResponseComplete', verb: 'patch' });
    expect(recoverObject(`${upTo}\nI1121 some, other, words [x]`)).toEqual({ auditID: 'a', stage: 'ResponseComplete', verb: 'patch' });
    expect(recoverObject(`${upTo}]`)).toEqual({ auditID: 'a', stage: 'ResponseComplete', verb: 'patch' });
  });

  test('gives nothing of what is no object or has no complete member', () => {
    expect(recoverObject('')).toBeUndefined();
    expect(recoverObject('words, words')).toBeUndefined();
    expect(recoverObject('[1,2,3')).toBeUndefined();
    expect(recoverObject('{"a":1')).toBeUndefined();
    expect(recoverObject('{"a":1}')).toBeUndefined();
    expect(recoverObject('{a,b,c')).toBeUndefined();
  });
});

describe('recovering an audit event', () => {
  test('needs the id and either the verb or the stage', () => {
    expect(recoverAuditEvent(text.slice(0, 60))).toBeDefined();
    expect(recoverAuditEvent('{"auditID":"a","verb":"get","x')).toEqual({ auditID: 'a', verb: 'get' });
    expect(recoverAuditEvent('{"auditID":"a","level":"x","y')).toBeUndefined();
    expect(recoverAuditEvent('{"stage":"x","verb":"get","y')).toBeUndefined();
    expect(recoverAuditEvent('{"aud')).toBeUndefined();
  });
});

describe('parsing', () => {
  test('says undefined for what is no JSON', () => {
    expect(parsed('{"a":1}')).toEqual({ a: 1 });
    expect(parsed('{')).toBeUndefined();
  });
});
