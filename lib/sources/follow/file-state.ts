import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** Bytes at a file's beginning that tell it from another one that later got its number or took its place. */
const HEAD_BYTES = 1024;

/**
 * How far one file has been read. A file is known by device and inode, because rotation renames it, and by its first bytes,
 * because an inode's number is given again and `copytruncate` begins the same file anew.
 */
export interface FileState {
  readonly dev: number;
  readonly ino: number;
  /** SHA-256 of the first `headBytes` bytes, in hexadecimal. */
  readonly head: string;
  readonly headBytes: number;
  /** Bytes that have been read and committed. */
  readonly offset: number;
  /** Line of the text that begins at `offset`, from 1. */
  readonly line: number;
}

/** How far a followed path has been read; kept in the store as one text, committed with what was read. */
export interface FollowState {
  readonly files: readonly FileState[];
  /** Latest time of modification of all files seen, in ms since 1970: an unknown file changed later came while nobody looked. */
  readonly newestMs: number;
}

/** The state of a path that was never followed. */
export const NOTHING_READ: FollowState = { files: [], newestMs: 0 };

/** Writes a state for the store. */
export function stateText(state: FollowState): string {
  return JSON.stringify({ version: 1, ...state });
}

/** Reads what `stateText` wrote; undefined for anything else. */
export function parseState(text: string): FollowState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) return undefined;
  const { files, newestMs } = value as unknown as FollowState;
  return { files, newestMs };
}

/** True when this is the file's number; its first bytes are asked apart, because that takes a read. */
export function isSameInode(state: Pick<FileState, 'dev' | 'ino'>, { dev, ino }: Pick<Stats, 'dev' | 'ino'>): boolean {
  return state.dev === dev && state.ino === ino;
}

/** The state of a file of which nothing has been read. */
export async function stateOf(handle: FileHandle, { dev, ino, size }: Stats): Promise<FileState> {
  const headBytes = Math.min(size, HEAD_BYTES);
  return { dev, ino, head: await headOf(handle, headBytes), headBytes, offset: 0, line: 1 };
}

/** True when a file still begins as it did; false when it was truncated and written anew, or another file took its number. */
export async function isContinued(state: FileState, handle: FileHandle, { size }: Stats): Promise<boolean> {
  return size >= state.offset && size >= state.headBytes && (await headOf(handle, state.headBytes)) === state.head;
}

/** The same state with as many first bytes as the file has by now. */
export async function withLongerHead(state: FileState, handle: FileHandle, { size }: Stats): Promise<FileState> {
  const headBytes = Math.min(size, HEAD_BYTES);
  return headBytes <= state.headBytes ? state : { ...state, headBytes, head: await headOf(handle, headBytes) };
}

async function headOf(handle: FileHandle, bytes: number): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
}
