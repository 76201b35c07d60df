import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import type { FailureCode } from '../core/errors.ts';
import type { Chunks } from './inflate.ts';

/** One thing to read, or the reason why it cannot be. */
export type Input =
  | { readonly kind: 'input'; readonly name: string; open(): Chunks }
  | { readonly kind: 'unreadable'; readonly name: string; readonly code: FailureCode; readonly hint: string };

/** Pieces of a file; large enough that inflating costs more than the calls, small enough for a Lambda of 128 MB. */
const CHUNK_BYTES = 64 * 1024;
const SLASH = 0x2f;

/**
 * Lists what a path names: the file itself; of a folder all files below it in byte order of their names, whatever they are called; standard input for `-`.
 * Symbolic links are followed, and a folder that has been entered is not entered again from below itself.
 *
 * @param stdin - The bytes of `-`.
 */
export async function* inputsOf(path: string, stdin: () => Chunks): AsyncGenerator<Input> {
  if (path === '-') yield { kind: 'input', name: '-', open: stdin };
  else yield* below(Buffer.from(path), []);
}

/** Paths are bytes here: a file's name need not be UTF-8. */
async function* below(path: Buffer, ancestors: readonly string[]): AsyncGenerator<Input> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) yield* folder(path, ancestors);
    else yield await file(path, found.isFile(), ancestors.length === 0);
  } catch (cause) {
    yield unreadable(path, cause);
  }
}

async function* folder(path: Buffer, ancestors: readonly string[]): AsyncGenerator<Input> {
  const real = (await realpath(path, { encoding: 'buffer' })).toString('latin1');
  // A link to a folder above leads back here; each file is read once on this way.
  if (ancestors.includes(real)) return;
  const names = await readdir(path, { encoding: 'buffer' });
  const base = path.at(-1) === SLASH ? path : Buffer.concat([path, Buffer.of(SLASH)]);
  for (const name of names.sort(Buffer.compare)) yield* below(Buffer.concat([base, name]), [...ancestors, real]);
}

async function file(path: Buffer, isRegular: boolean, isNamed: boolean): Promise<Input> {
  const name = path.toString('utf8');
  // A pipe is read when somebody names it (process substitution); one that lies in a folder would be waited on for ever.
  if (!isRegular && !isNamed) return { kind: 'unreadable', name, code: 'unreadable', hint: 'neither a file nor a folder' };
  if (isRegular) await (await open(path, constants.O_RDONLY)).close();
  return { kind: 'input', name, open: () => chunksOf(path) };
}

/**
 * The bytes of a file, always in the same memory: a buffer for each chunk would be memory outside V8's heap that nothing frees until the
 * heap itself is collected, 15 MB more for an object of 400 MB (`npm run bench`, 2026-11-21).
 */
async function* chunksOf(path: Buffer): AsyncGenerator<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    while (true) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function unreadable(path: Buffer, cause: unknown): Input {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or folder',
    EACCES: 'permission denied',
    ELOOP: 'the symbolic links go round in a circle',
  };
  return { kind: 'unreadable', name: path.toString('utf8'), code: 'unreadable', hint: words[code] ?? `cannot be read: ${code}` };
}
