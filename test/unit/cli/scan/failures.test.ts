import { describe, expect, it } from 'vitest';
import { Failures } from '../../../../lib/cli/scan/failures.ts';

describe('items that could not be read', () => {
  it('are listed with place, code and hint, the first twenty, and the rest counted', () => {
    const failures = new Failures();
    expect(failures.any).toBe(false);
    expect(failures.lines()).toEqual([]);
    for (let line = 1; line <= 1234; line++) {
      failures.add({
        kind: 'failed',
        code: 'bad_json',
        hint: 'not JSON',
        origin: { input: 'a.log', line, path: line === 1 ? 'Records[3]' : '' },
      });
    }
    const lines = failures.lines();
    expect(failures.any).toBe(true);
    expect(lines).toHaveLength(22);
    expect(lines[0]).toBe('1,234 items could not be read; all else was reported:');
    expect(lines[1]).toBe('  a.log:1 Records[3]: bad_json: not JSON');
    expect(lines.at(-1)).toBe('  and 1,214 more');
  });

  it('send nothing raw of a file name or a record to the terminal', () => {
    const failures = new Failures();
    failures.add({ kind: 'failed', code: 'bad_json', hint: 'near \x1b[31m', origin: { input: 'a\nb\u202e.log', line: 1, path: '' } });
    expect(failures.lines()[1]).toBe('  a\\x0ab\\u{202e}.log:1: bad_json: near \\x1b[31m');
  });
});
