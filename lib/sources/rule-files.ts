/** Rule files as people name them: files, and directories of files. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleFile } from '../core/rules/load-rules.ts';

/** A path of which no rule file could be read. */
export interface UnreadablePath {
  readonly path: string;
  /** The system's code, such as ENOENT. */
  readonly code: string;
}

/**
 * Reads rule files in order; a directory stands for its `*.yaml` and `*.yml` files in the order of their bytes, as in Falco,
 * and not for what is in directories below.
 */
export function readRuleFiles(paths: readonly string[]): {
  readonly files: readonly RuleFile[];
  readonly unreadable: readonly UnreadablePath[];
} {
  const files: RuleFile[] = [];
  const unreadable: UnreadablePath[] = [];
  for (const path of paths) {
    try {
      for (const name of filesOf(path)) files.push({ name, text: readFileSync(name, 'utf8') });
    } catch (cause) {
      unreadable.push({ path, code: cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error' });
    }
  }
  return { files, unreadable };
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && /\.ya?ml$/.test(entry.name))
    .map(({ name }) => Buffer.from(name))
    .sort(Buffer.compare)
    .map((name) => join(path, name.toString()));
}
