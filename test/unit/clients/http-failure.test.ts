import { describe, expect, test } from 'vitest';
import { failureReason, failureText } from '../../../lib/clients/http-failure.ts';

const quiet = { timeout: new AbortController().signal };
const coded = (code: string, message = 'said') => Object.assign(new Error(message), { code });
const named = (name: string) => Object.assign(new Error('x'), { name });

describe('why there is no answer', () => {
  test.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ENOTFOUND', 'dns'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['EPROTO', 'tls'],
    ['ERR_INVALID_URL', 'invalid'],
    ['EHOSTUNREACH', 'network'],
    ['toString', 'network'],
    ['', 'network'],
  ] as const)('%j is %s', (code, reason) => {
    expect(failureReason(coded(code), quiet)).toBe(reason);
  });

  test('the end of the time and the end by the caller are told apart by whose signal fired', () => {
    expect(failureReason(named('AbortError'), quiet)).toBe('aborted');
    expect(failureReason(named('AbortError'), { timeout: AbortSignal.abort() })).toBe('timeout');
    expect(failureReason(named('TimeoutError'), { timeout: AbortSignal.abort() })).toBe('timeout');
  });

  test('of several addresses that failed the first one counts', () => {
    expect(failureReason(new AggregateError([coded('ECONNREFUSED'), coded('EHOSTUNREACH')]), quiet)).toBe('refused');
    expect(failureReason(new AggregateError([]), quiet)).toBe('network');
    expect(failureReason('thrown text', quiet)).toBe('network');
    expect(failureReason(Object.assign(new Error('x'), { code: 5 }), quiet)).toBe('network');
  });

  test('it is said in words, with the way out where one is known', () => {
    expect(failureText('timeout', undefined, 50)).toBe('no answer within 50 ms');
    expect(failureText('aborted', undefined, 50)).toBe('ended before the answer came');
    expect(failureText('tls', coded('CERT_HAS_EXPIRED', 'certificate has expired'), 50)).toContain(
      'certificate has expired (CERT_HAS_EXPIRED): name',
    );
    expect(failureText('invalid', coded('ERR_INVALID_CHAR'), 50)).toContain('cannot be sent (ERR_INVALID_CHAR)');
    expect(failureText('refused', coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), 50)).toBe('connect ECONNREFUSED 127.0.0.1:1');
    expect(failureText('network', 'thrown text', 50)).toBe('thrown text');
  });
});
