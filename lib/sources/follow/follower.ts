/**
 * Follows a log file, or all files of a folder, as `tail -F` does: across rotation by renaming and by truncating, with a last line
 * that is half written, and from the right place after a restart. It looks at the files now and then instead of waiting for
 * the kernel's notices, which do not come from network file systems and are lost when they are many.
 */
import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Chunks } from '../inflate.ts';
import type { ReadContext } from '../reader.ts';
import { type Candidate, isSystemError, namedBy, rotatedFrom } from './candidates.ts';
import {
  type FileState,
  type FollowState,
  isContinued,
  isSameInode,
  NOTHING_READ,
  parseState,
  stateOf,
  stateText,
  withLongerHead,
} from './file-state.ts';
import { formOf, linesOf, type Piece, restOf } from './pieces.ts';

/** A document is read when it has not grown for so long. */
const SETTLED_MS = 2_000;
/** A last line without its end is tried when it has not grown for so long; it is taken if it is whole. */
const IDLE_MS = 10_000;
/** How far a file's time may be behind the clock, because the kernel and network file systems round it. */
const CLOCK_TOLERANCE_MS = 2_000;
/** How long rotation may go on renaming and compressing what it has made. */
const SETTLED_AFTER_MS = 60_000;
/** Files that are kept open: deleted ones can be read to their end then. */
const MAX_OPEN = 32;

/** How far a path has been read, as the store keeps it. */
export interface Cursor {
  readonly name: string;
  readonly value: string;
}

/** Something to read, and what to note in the same transaction as what was read. */
export interface Reading {
  /** The file, as messages name it. */
  readonly name: string;
  readonly chunks: Chunks;
  readonly context: ReadContext;
  /** Asked when all chunks were read; undefined: nothing of it may be kept, it will be read again. */
  cursor(counts: { readonly records: number; readonly failed: number }): Cursor | undefined;
}

export interface FollowOptions {
  readonly path: string;
  /** Cluster of the audit events in it. */
  readonly cluster?: string | undefined;
  /** The value of the cursor `cursorName` as the store has it. */
  readonly cursor: string | undefined;
  /** Reads and commits; resolves when it is on the disk. */
  readonly read: (reading: Reading) => Promise<void>;
  /** Commits a cursor alone. */
  readonly note: (cursor: Cursor) => Promise<void>;
  /** Told of what stands in the way, once until it changes. */
  readonly onProblem: (message: string, path: string) => void;
  /** Ms since 1970. */
  readonly now: () => number;
}

/** Name of a followed path's cursor in the store. */
export function cursorName(path: string): string {
  return `follow ${path}`;
}

interface OpenFile {
  readonly handle: FileHandle;
  path: string;
}

/** Follows one path of the configuration. */
export class Follower {
  readonly #options: FollowOptions;
  readonly #open = new Map<string, OpenFile>();
  /** Size at which the last line of a file was tried in vain. */
  readonly #tried = new Map<string, number>();
  readonly #told = new Map<string, string>();
  #state: FollowState;
  /** Until then rotated files are looked at too, in ms since 1970. */
  #lookUntilMs: number | undefined;
  #isClosed = false;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#state = (options.cursor === undefined ? undefined : parseState(options.cursor)) ?? NOTHING_READ;
  }

  /**
   * Notes which file is followed, if that is not known yet: rotation may give it another name before it was read, and what rotation
   * made of the file before that time is not read.
   */
  async begin(): Promise<void> {
    const { path, note, now } = this.#options;
    if (this.#state.newestMs > 0) return;
    const [own] = await namedBy(path);
    if (own !== undefined && own.path !== path) return; // a folder, all of whose files are read
    const file = own === undefined ? undefined : await this.#opened(own);
    const files = file === undefined || file === 'unreadable' ? [] : [await stateOf(file.handle, await file.handle.stat())];
    const next = { files, newestMs: own?.stats.mtimeMs ?? now() - CLOCK_TOLERANCE_MS };
    await note({ name: cursorName(path), value: stateText(next) });
    this.#state = next;
  }

  /** Reads what has come since the last time; tells how many pieces that was. */
  async poll(): Promise<number> {
    const candidates = await this.#candidates();
    let pieces = 0;
    for (const candidate of candidates) {
      const read = await this.#readNamed(candidate);
      // Rotation is under way: what comes after in the list is left for the next round, or this file would be behind what is known.
      if (read === undefined) break;
      pieces += read;
    }
    for (const [key, file] of [...this.#open]) {
      if (!candidates.some(({ stats }) => keyOf(stats) === key)) pieces += await this.#readUnnamed(key, file);
    }
    return pieces;
  }

  /** Ends after the piece that is being read. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { handle } of this.#open.values()) await handle.close();
    this.#open.clear();
  }

  async #candidates(): Promise<readonly Candidate[]> {
    const { path } = this.#options;
    const named = await namedBy(path);
    if (named.length === 0) this.#tell(path, 'there is no file at this path; it is read as soon as there is one');
    else this.#told.delete(path);
    const [own] = named;
    if (own?.path !== path || this.#state.newestMs === 0) return named;
    const nowMs = this.#options.now();
    // A file that is not known under this name was put there by rotation, and nobody knows what happened before the first look.
    if (this.#lookUntilMs === undefined || this.#known(own.stats) === undefined) this.#lookUntilMs = nowMs + SETTLED_AFTER_MS;
    return nowMs < this.#lookUntilMs ? [...(await this.#rotated(path)), own] : named;
  }

  /**
   * What rotation made of the followed file and may have more to read: files that are known, and those written to about when or after the
   * newest that was read. Files are renamed and compressed while they are looked up, so they are looked up again for a while.
   */
  async #rotated(path: string): Promise<readonly Candidate[]> {
    const sinceMs = this.#state.newestMs - SETTLED_AFTER_MS;
    const rotated = await rotatedFrom(path);
    return rotated.filter(({ stats }) => this.#known(stats) !== undefined || stats.mtimeMs >= sinceMs);
  }

  #known(stats: Pick<Stats, 'dev' | 'ino'>): FileState | undefined {
    return this.#state.files.find((state) => isSameInode(state, stats));
  }

  /** Undefined when the name means no file or another one by now. */
  async #readNamed(candidate: Candidate): Promise<number | undefined> {
    const file = await this.#opened(candidate);
    if (file === 'unreadable') return 0;
    return file === undefined ? undefined : this.#readAll(file);
  }

  /** A file that was renamed out of sight or deleted is read to its end, and let go when nobody has written to it for a while. */
  async #readUnnamed(key: string, file: OpenFile): Promise<number> {
    const pieces = await this.#readAll(file);
    const stats = await file.handle.stat();
    if (this.#options.now() - stats.mtimeMs < 2 * IDLE_MS) return pieces;
    const left = stats.size - (this.#known(stats)?.offset ?? 0);
    if (left > 0) this.#tell(key, `${left} bytes at its end are no whole line and were not read; the file is gone`, file.path);
    this.#open.delete(key);
    await file.handle.close();
    return pieces;
  }

  async #readAll(file: OpenFile): Promise<number> {
    let pieces = 0;
    while (!this.#isClosed && (await this.#readPiece(file))) pieces++;
    return pieces;
  }

  async #readPiece({ handle, path }: OpenFile): Promise<boolean> {
    const stats = await handle.stat();
    const state = await this.#stateOf(handle, stats);
    if (stats.size <= state.offset) return false;
    const idleMs = this.#options.now() - stats.mtimeMs;
    const form = state.offset > 0 ? 'lines' : await formOf(handle, stats.size);
    if (form === 'lines' && (await this.#commit(path, handle, state, linesOf(handle, state.offset, stats.size), 'always'))) return true;
    if (form === 'document') {
      return idleMs >= SETTLED_MS && this.#commit(path, handle, state, restOf(handle, 0, stats.size), 'always');
    }
    const key = keyOf(stats);
    if (idleMs < IDLE_MS || this.#tried.get(key) === stats.size) return false;
    this.#tried.set(key, stats.size);
    return this.#commit(path, handle, state, restOf(handle, state.offset, stats.size), 'if whole');
  }

  async #stateOf(handle: FileHandle, stats: Stats): Promise<FileState> {
    const known = this.#known(stats);
    if (known !== undefined && (await isContinued(known, handle, stats))) return known;
    return stateOf(handle, stats);
  }

  /** False when nothing was kept of the piece. */
  async #commit(path: string, handle: FileHandle, state: FileState, piece: Piece, when: 'always' | 'if whole'): Promise<boolean> {
    const { cluster } = this.#options;
    const stats = await handle.stat();
    const longer = await withLongerHead(state, handle, stats);
    let next: FollowState | undefined;
    await this.#options.read({
      name: path,
      chunks: piece.chunks,
      context: { firstLine: state.line, ...(cluster === undefined ? {} : { cluster }) },
      cursor: ({ records, failed }) => {
        const end = piece.end();
        if (end === undefined || (when === 'if whole' && (failed > 0 || records === 0))) return undefined;
        next = this.#withFile({ ...longer, offset: end.offset, line: state.line + end.lines }, stats.mtimeMs);
        return { name: cursorName(this.#options.path), value: stateText(next) };
      },
    });
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }

  #withFile(file: FileState, modifiedMs: number): FollowState {
    const others = this.#state.files.filter((state) => !isSameInode(state, file));
    return { files: [...others, file].slice(-MAX_STATES), newestMs: Math.max(this.#state.newestMs, modifiedMs) };
  }

  /**
   * Undefined also when another file has taken the name since it was looked up: read now, that one would be known, and nobody would look
   * for the end of the one before. It is the next round's.
   */
  async #opened({ path, stats }: Candidate): Promise<OpenFile | 'unreadable' | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (cause) {
      if (!isSystemError(cause)) throw cause;
      if (cause.code === 'ENOENT') return undefined;
      this.#tell(path, `cannot be read: ${cause.code}`);
      return 'unreadable';
    }
    this.#told.delete(path);
    const key = keyOf(await handle.stat());
    const before = this.#open.get(key);
    if (before !== undefined || key !== keyOf(stats)) await handle.close();
    if (key !== keyOf(stats)) return undefined;
    if (before !== undefined) {
      before.path = path;
      return before;
    }
    const file = { handle, path };
    this.#open.set(key, file);
    await this.#closeOldest();
    return file;
  }

  async #closeOldest(): Promise<void> {
    for (const [key, { handle }] of this.#open) {
      if (this.#open.size <= MAX_OPEN) return;
      this.#open.delete(key);
      await handle.close();
    }
  }

  #tell(about: string, message: string, path = about): void {
    if (this.#told.get(about) === message) return;
    this.#told.set(about, message);
    this.#options.onProblem(message, path);
  }
}

/** Files whose place is remembered; a folder with more of them is read again from the beginning where it is forgotten, which doubles nothing. */
const MAX_STATES = 10_000;

function keyOf({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}
