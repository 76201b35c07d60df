import { main } from '../../lib/cli/main.ts';
import type { Output } from '../../lib/cli/output.ts';

/** How a run of the command line ended and what it wrote. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, on a terminal of 80 columns without colour. */
export async function runMain(...argv: readonly string[]): Promise<Ran> {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({
    write: (text) => {
      written[name] += text;
    },
    flush: () => undefined,
  });
  const status = await main(argv, {
    out: output('out'),
    err: output('err'),
    outIsTty: false,
    errIsTty: false,
    columns: 80,
    noColor: true,
    nowMs: () => Date.parse('2026-11-21T00:00:00Z'),
  });
  return { status, ...written };
}
