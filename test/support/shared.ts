import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Path below the folder of shared conformance data beside the project, or undefined when it is not there. */
export function sharedPath(relative: string): string | undefined {
  const path = `${root}${relative}`;
  return existsSync(path) ? path : undefined;
}
