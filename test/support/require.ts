import { existsSync } from 'node:fs';
import { requiredParts } from '../../lib/config/env.ts';

/**
 * Whether a real part (a browser, a server's binary) is there to test with. A missing one is said loudly, and is a failure
 * where DRIFTWIRE_REQUIRE names it, so that a gate cannot be green because it tested nothing.
 */
export function realPart(name: string, path: string): boolean {
  if (existsSync(path)) return true;
  if (requiredParts().includes(name)) throw new Error(`${name} is required by DRIFTWIRE_REQUIRE and is not at ${path}`);
  process.stderr.write(`\n*** SKIPPED: ${name} is not at ${path}; install it to run these tests ***\n\n`);
  return false;
}
