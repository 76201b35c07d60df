import { describe, expect, it } from 'vitest';
import { Failures } from '../../../../lib/cli/scan/failures.ts';

describe('items that could not be read', () => {
  it('are listed with place, code and hint, the first twenty of an input, and the rest counted', () => {
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
    expect(lines.at(-1)).toBe('  a.log: and 1,214 more, the last at line 1234');
  });

  const broken = (input: string, line: number): Parameters<Failures['add']>[0] => ({
    kind: 'failed',
    code: 'bad_json',
    hint: 'not JSON',
    origin: { input, line, path: '' },
  });

  it('of one input that is damaged all through do not hide those of another', () => {
    const failures = new Failures();
    for (let line = 1; line <= 500; line++) failures.add(broken('a.gz', line));
    failures.add(broken('b.json', 7));
    expect(failures.lines().slice(-2)).toEqual(['  a.gz: and 480 more, the last at line 500', '  b.json:7: bad_json: not JSON']);
  });

  it('of very many inputs are listed up to a bound', () => {
    const failures = new Failures();
    for (let i = 0; i < 1100; i++) failures.add(broken(`${i}.json`, 1));
    failures.add(broken('999.json', 2));
    const lines = failures.lines();
    expect(lines).toHaveLength(1003);
    expect(lines[0]).toBe('1,101 items could not be read; all else was reported:');
    expect(lines.at(-3)).toBe('  999.json:1: bad_json: not JSON');
    expect(lines.at(-2)).toBe('  999.json: and 1 more, the last at line 2');
    expect(lines.at(-1)).toBe('  and 100 more in other inputs');
  });

  it('send nothing raw of a file name or a record to the terminal', () => {
    const failures = new Failures();
    failures.add({ kind: 'failed', code: 'bad_json', hint: 'near \x1b[31m', origin: { input: 'a\nb\u202e.log', line: 1, path: '' } });
    expect(failures.lines()[1]).toBe('  a\\x0ab\\u{202e}.log:1: bad_json: near \\x1b[31m');
  });
});
