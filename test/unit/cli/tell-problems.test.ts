import { describe, expect, test } from 'vitest';
import { tellProblems } from '../../../lib/cli/tell-problems.ts';
import type { Problem } from '../../../lib/config/problem.ts';

function told(problem: Partial<Problem>): string {
  let text = '';
  const out = {
    write: (more: string) => {
      text += more;
    },
    flush: () => undefined,
  };
  tellProblems([{ severity: 'error', file: 'a.yaml', line: 1, column: 2, path: '', message: 'wrong', ...problem }], out);
  return text;
}

describe('a problem', () => {
  test('is one line', () => {
    expect(told({ path: 'rules.files' })).toBe('a.yaml:1:2: error: rules.files: wrong\n');
  });

  test('shows its line with a caret under the place, whatever stands before it', () => {
    expect(told({ excerpt: { text: 'a: b', caret: 3 } })).toBe('a.yaml:1:2: error: wrong\n    a: b\n       ^\n');
    expect(told({ excerpt: { text: '\tä: 日本 \u001b x', caret: 9 } })).toBe(
      'a.yaml:1:2: error: wrong\n     ä: 日本 \\x1b x\n                  ^\n',
    );
  });
});
