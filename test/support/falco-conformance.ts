import { afterAll, describe, expect, test } from 'vitest';
import type { RuleEngine } from '../../lib/core/rules/engine.ts';
import { type FalcoCase, falcoCases, hasFalcoCases, inputsOf, loadCase, MODES, runOf } from './falco-cases.ts';

/** What is expected of a set of recorded verdicts as a whole. */
export interface Expectation {
  /** A set with fewer cases is not the set that is meant. */
  readonly atLeast: number;
  /** Cases in which this engine differs from the recorded verdict: id to reason. */
  readonly known: Readonly<Record<string, string>>;
}

/** Compares every case of a set with what this engine does; the counts are printed. */
export function conformsTo(set: string, { atLeast, known }: Expectation): void {
  describe.skipIf(!hasFalcoCases)(`verdicts recorded from Falco: ${set}`, () => {
    const cases = falcoCases(set).filter(({ needs }) => needs?.includes('syscall') !== true);
    const counts = { same: 0, known: 0 };

    test.each(cases.map((each) => [each.id, each.condition ?? each.output ?? '', each] as const))('%s: %s', (id, _, falcoCase) => {
      if (Object.hasOwn(known, id)) {
        expect(() => check(falcoCase)).toThrow();
        counts.known++;
        return;
      }
      check(falcoCase);
      counts.same++;
    });

    afterAll(() => {
      console.log(`${set}: ${counts.same} of ${cases.length} as recorded, ${counts.known} known differences`);
      expect(cases.length).toBeGreaterThanOrEqual(atLeast);
      expect(counts.known).toBe(Object.keys(known).length);
    });
  });
}

function check(falcoCase: FalcoCase): void {
  const { expect: wanted } = falcoCase;
  for (const mode of MODES) {
    const engine = loadCase(falcoCase, mode);
    if (wanted.exit_code !== 0) {
      const message = wanted.fatal ?? wanted.errors[0]?.message ?? '';
      expect(isEngine(engine) ? 'it loads' : engine.join('\n')).toContain(message);
    } else if (!isEngine(engine)) {
      expect.fail(engine.join('\n'));
    } else {
      const run = wanted[mode];
      if (run !== undefined) expect(runOf(engine, inputsOf(falcoCase), run)).toEqual(run);
    }
  }
}

function isEngine(loaded: RuleEngine | readonly string[]): loaded is RuleEngine {
  return !Array.isArray(loaded);
}
