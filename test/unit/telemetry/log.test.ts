import { describe, expect, test } from 'vitest';
import { createLog, type LogOptions } from '../../../lib/telemetry/log.ts';

const logging = (options: Partial<LogOptions> = {}) => {
  const lines: string[] = [];
  const log = createLog({ format: 'json', level: 'info', write: (line) => lines.push(line), now: () => 0, ...options });
  return { log, lines };
};

describe('a line', () => {
  test('is one JSON object with time, level, message and fields', () => {
    const { log, lines } = logging();
    log('warn', 'loki does not answer', { sink: 'loki', attempts: 3, undefinedField: undefined, ok: false, last: null });
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      message: 'loki does not answer',
      sink: 'loki',
      attempts: 3,
      ok: false,
      last: null,
    });
  });

  test('is readable as text', () => {
    const { log, lines } = logging({ format: 'text' });
    log('warn', 'loki does not answer', { sink: 'loki', said: 'try "later" please', series: ['a', 'b'], n: 1 });
    expect(lines).toEqual([
      '1970-01-01T00:00:00.000Z warn  loki does not answer sink=loki said="try \\"later\\" please" series=["a","b"] n=1',
    ]);
  });

  test('below the level is not written', () => {
    const { log, lines } = logging({ level: 'warn' });
    log('info', 'started');
    log('error', 'stopped');
    expect(lines).toHaveLength(1);
  });

  test('cannot be replaced in time, level or message by a field', () => {
    const { log, lines } = logging();
    log('info', 'true', { time: 'x', level: 'x', message: 'forged' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', message: 'true', time: '1970-01-01T00:00:00.000Z' });
  });

  test('that cannot be written ends nothing', () => {
    const { log } = logging({
      write: () => {
        throw new Error('EPIPE');
      },
    });
    expect(() => log('info', 'started')).not.toThrow();
  });
});

describe('foreign text', () => {
  test.each(['json', 'text'] as const)('can neither break the line nor drive a terminal (%s)', (format) => {
    const { log, lines } = logging({ format });
    log('info', 'a\nb\u001b[2J', { said: 'x\r\ny\u009b\u202e', 'na\nme': '\u2028', 'k=v': 'plain' });
    expect(lines).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be there
    expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    if (format === 'json') expect(JSON.parse(lines[0] ?? '').said).toBe('x\r\ny\u009b\u202e');
  });

  test('is bounded in length, members and depth', () => {
    const { log, lines } = logging();
    log('info', 'x'.repeat(1e6), { list: Array.from({ length: 1e5 }, () => 1), deep: { a: { b: { c: { d: { e: 1 } } } } } });
    expect(lines[0]?.length).toBeLessThan(5_000);
    expect(JSON.parse(lines[0] ?? '').deep).toEqual({ a: { b: { c: { d: '[...]' } } } });
  });

  test('a member named __proto__ is a member', () => {
    const { log, lines } = logging();
    log('info', 'm', JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(lines[0]).toContain('"__proto__":{"polluted":true}');
  });

  test('numbers that JSON does not have and other values are told in words', () => {
    const { log, lines } = logging();
    log('info', 'm', { nan: Number.NaN, big: 12n, symbol: Symbol('s') });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ nan: 'NaN', big: '12', symbol: 'Symbol(s)' });
  });
});

describe('secrets', () => {
  test('known values are blacked out wherever they stand, also when the text is cut', () => {
    const { log, lines } = logging({ secrets: ['hunter2-hunter2'] });
    log('info', 'password hunter2-hunter2', { body: `${'x'.repeat(1_995)}hunter2-hunter2`, 'hunter2-hunter2': [{ a: 'hunter2-hunter2' }] });
    expect(lines[0]).not.toMatch(/hunt/);
  });

  test('what stands under a telling name is not written, at any depth', () => {
    const { log, lines } = logging();
    log('info', 'm', { token: 'abc', headers: { Authorization: 'Bearer abc', accept: 'x' } });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ token: '[redacted]', headers: { Authorization: '[redacted]', accept: 'x' } });
  });
});

test('an error is told with its code and its causes, without its stack', () => {
  const { log, lines } = logging();
  const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
  log('error', 'm', { error: new Error('push failed', { cause }) });
  expect(JSON.parse(lines[0] ?? '').error).toBe('push failed <- ECONNREFUSED: connect refused');
});
