import { afterAll, describe, expect, test } from 'vitest';
import { validateFiles } from '../../lib/core/rules/loader/load-files.ts';
import { DRIFTWIRE_SETTINGS } from '../../lib/core/rules/loader/settings.ts';
import { type FalcoCase, falcoCases, filesOf, hasFalcoCases, inputsOf, loadCase, MODES, runOf } from './falco-cases.ts';

/** What is expected of a set of recorded verdicts as a whole. */
export interface Expectation {
  /** A set with fewer cases is not the set that is meant. */
  readonly atLeast: number;
  /** Cases in which this engine differs from the recorded verdict: id to reason. */
  readonly known: Readonly<Record<string, string>>;
  /** Whether the codes of warnings are compared; a set that was recorded while running has none. */
  readonly warnings?: boolean;
}

/** Compares every case of a set with what this engine does; the counts are printed. */
export function conformsTo(set: string, { atLeast, known, warnings = false }: Expectation): void {
  describe.skipIf(!hasFalcoCases)(`verdicts recorded from Falco: ${set}`, () => {
    const cases = falcoCases(set).filter(({ needs }) => needs?.includes('syscall') !== true);
    const counts = { same: 0, known: 0 };

    test.each(cases.map((each) => [each.id, each.condition ?? each.output ?? '', each] as const))('%s: %s', (id, _, falcoCase) => {
      if (Object.hasOwn(known, id)) {
        expect(() => check(falcoCase, warnings)).toThrow();
        counts.known++;
        return;
      }
      check(falcoCase, warnings);
      counts.same++;
    });

    afterAll(() => {
      console.log(`${set}: ${counts.same} of ${cases.length} as recorded, ${counts.known} known differences`);
      expect(cases.length).toBeGreaterThanOrEqual(atLeast);
      expect(counts.known).toBe(Object.keys(known).length);
    });
  });
}

function check(falcoCase: FalcoCase, withWarnings: boolean): void {
  const { expect: wanted } = falcoCase;
  const { falco } = validateFiles(filesOf(falcoCase), DRIFTWIRE_SETTINGS);
  const errors = falco.results.flatMap(({ errors: [first] }) => (first === undefined ? [] : [first]));
  const failure = falco.fatal?.message ?? errors[0]?.message;
  expect(failure).toBe(wanted.exit_code === 0 ? undefined : (wanted.fatal ?? wanted.errors[0]?.message));
  if (failure === undefined && withWarnings) {
    const codes = falco.results.flatMap(({ warnings }) => warnings.map(({ code }) => code));
    expect([...new Set(codes)].sort()).toEqual(wanted.warning_codes);
  }
  for (const mode of MODES) {
    const engine = loadCase(falcoCase, mode);
    expect(engine === undefined).toBe(wanted.exit_code !== 0);
    const run = wanted[mode];
    if (run !== undefined && engine !== undefined) expect(runOf(engine, inputsOf(falcoCase), run)).toEqual(run);
  }
}
