import type { Dirent, Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/** A file that a followed path means at the moment. */
export interface Candidate {
  readonly path: string;
  readonly stats: Stats;
}

/** The followed file itself, or all files below a followed folder, those changed longest ago first; none while there is nothing. */
export async function namedBy(path: string): Promise<readonly Candidate[]> {
  const found = await candidate(path);
  if (found === undefined) return [];
  return found.stats.isDirectory() ? oldestFirst(await below(path)) : [found];
}

/**
 * Files beside a followed file that rotation made of it: `audit.log.1`, `audit.log-20261120.gz`, and `audit-2026-11-20T08-00-00.000.log`
 * as kube-apiserver names them. What is called otherwise is somebody else's.
 */
export async function rotatedFrom(path: string): Promise<readonly Candidate[]> {
  const [folder, own] = [dirname(path), basename(path)];
  const entries = await entriesOf(folder);
  const names = entries.filter((entry) => entry.isFile() && isRotated(entry.name, own)).map(({ name }) => name);
  const found = await Promise.all(names.map((name) => candidate(join(folder, name))));
  return oldestFirst(found.filter((each) => each !== undefined));
}

/** True for a name that rotation gives. */
export function isRotated(name: string, own: string): boolean {
  const ending = extname(own);
  const stem = own.slice(0, own.length - ending.length);
  if (!name.startsWith(stem)) return false;
  const rest = name.slice(stem.length).replace(/\.(?:gz|zst|bz2|xz)$/, '');
  const mark = ending !== '' && rest.includes(ending) ? rest.replace(ending, '') : rest;
  return /^[-._0-9T:Z]*[0-9][-._0-9T:Z]*$/.test(mark);
}

async function below(folder: string): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await below(path)));
    else if (entry.isFile()) {
      const file = await candidate(path);
      if (file !== undefined) found.push(file);
    }
  }
  return found;
}

function oldestFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted((a, b) => a.stats.mtimeMs - b.stats.mtimeMs || (a.path < b.path ? -1 : 1));
}

/** Undefined for what vanished meanwhile or may not be seen. */
async function candidate(path: string): Promise<Candidate | undefined> {
  try {
    return { path, stats: await stat(path) };
  } catch (cause) {
    if (isSystemError(cause)) return undefined;
    throw cause;
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (isSystemError(cause)) return [];
    throw cause;
  }
}

/** An error of the operating system: no such file, no right, too many open files. */
export function isSystemError(cause: unknown): cause is Error & { readonly code: string } {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && 'syscall' in cause;
}
