import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCondition } from '../../../../lib/core/rules/load-rules.ts';
import { quotedText } from '../../../../lib/core/rules/print.ts';
import { holdsListName, quotedGlob } from '../../../../lib/core/tune/condition-text.ts';
import { contextOf } from '../../../support/context.ts';
import { kubernetesEvent } from '../../../support/records.ts';

function holds(condition: string, username: string): boolean {
  const compiled = compileCondition(condition);
  if ('error' in compiled) throw new Error(`${condition}: ${compiled.error}`);
  return compiled.matches(contextOf('k8s_audit', kubernetesEvent({ user: { username } })));
}

/** Names as a log may hold them: anything that JSON can write and the engine reads as text. */
const anyName = fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => !name.includes('\u0000'));

describe('a text from a log in a condition', () => {
  test.each([
    'alice',
    'O\'Neil, "Bob" (ops)',
    'a\\',
    'a\tb\nc',
    'jürgen 🦊',
    '*',
    'a?c',
    '[x]',
    '<NA>',
    'a = b',
    '\\"',
    'a ] b',
    '\u3000',
    'a\u00a0b',
    '\u00e4',
  ])('matches itself alone: %s', (name) => {
    for (const check of [`ka.user.name = ${quotedText(name)}`, `ka.user.name glob ${quotedGlob(name)}`]) {
      expect(holds(check, name), check).toBe(true);
      expect(holds(check, `${name}x`), check).toBe(false);
      expect(holds(check, 'mallory'), check).toBe(false);
    }
  });

  test('matches itself, whatever it is', () => {
    fc.assert(
      fc.property(anyName, anyName, (name, other) => {
        expect(holds(`ka.user.name = ${quotedText(name)}`, name)).toBe(true);
        expect(holds(`ka.user.name glob ${quotedGlob(name)}`, name)).toBe(true);
        expect(holds(`ka.user.name glob ${quotedGlob(name)}`, other)).toBe(name === other);
      }),
    );
  });

  test('is seen to hold the name of a list only where lists are put in', () => {
    const lists = new Set(['ops']);
    expect(holdsListName(quotedText('the ops team'), lists)).toBe(true);
    expect(holdsListName(quotedText('team=ops,dev'), lists)).toBe(true);
    expect(holdsListName(quotedText('ops'), lists)).toBe(false);
    expect(holdsListName(quotedText('ops team'), lists)).toBe(false);
    expect(holdsListName(quotedText('the devops team'), lists)).toBe(false);
    expect(holdsListName(quotedText('the\u00a0ops\u00a0team'), lists)).toBe(false);
    expect(holdsListName(quotedText('a the ops b'), new Set(['the ops']))).toBe(true);
    expect(holdsListName(quotedText('ops'), new Set(['"ops"']))).toBe(true);
    expect(holdsListName(quotedGlob('ops'), new Set(['"ops"']))).toBe(false);
    expect(holdsListName(quotedText('opsops ops.'), lists)).toBe(false);
    expect(holdsListName(quotedGlob('the ops team=ops,dev (ops)'), lists)).toBe(false);
  });
});
