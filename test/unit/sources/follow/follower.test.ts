import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Intake } from '../../../../lib/core/intake.ts';
import { Follower, type Reading } from '../../../../lib/sources/follow/follower.ts';
import { DEFAULT_LIMITS } from '../../../../lib/sources/limits.ts';
import { readInput } from '../../../../lib/sources/read-input.ts';
import { detectorOf } from '../../../support/detector.ts';
import { kubernetesEvent } from '../../../support/records.ts';

/** One line of an audit log whose event makes a finding. */
const line = (id: string): string => `${JSON.stringify(kubernetesEvent({ auditID: id }))}\n`;

let folder: string;
let log: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driftwire-follow-'));
  log = join(folder, 'audit.log');
});
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.restart();
  rmSync(folder, { recursive: true, force: true });
});

const readers: Reader[] = [];

/** A store that a follower writes to, and the follower; `restart` is a new process with the same store. */
class Reader {
  readonly ids: string[] = [];
  readonly problems: string[] = [];
  readonly failed: string[] = [];
  nowMs = Date.now();
  #cursor: string | undefined;
  #follower: Follower | undefined;
  readonly #path: string;
  readonly #cluster: string | undefined;

  constructor(path: string, cluster?: string) {
    this.#path = path;
    this.#cluster = cluster;
    readers.push(this);
  }

  /** A process that begins to follow and reads nothing. */
  async begin(): Promise<void> {
    await this.#started().begin();
  }

  async poll(): Promise<readonly string[]> {
    const follower = this.#started();
    const before = this.ids.length;
    await follower.poll();
    return this.ids.slice(before);
  }

  #started(): Follower {
    this.#follower ??= new Follower({
      path: this.#path,
      cluster: this.#cluster,
      cursor: this.#cursor,
      read: (reading) => this.#read(reading),
      note: async ({ value }) => {
        this.#cursor = value;
      },
      onProblem: (message) => this.problems.push(message),
      now: () => this.nowMs,
    });
    return this.#follower;
  }

  async restart(): Promise<void> {
    await this.#follower?.close();
    this.#follower = undefined;
  }

  async #read({ name, chunks, context, cursor }: Reading): Promise<void> {
    const intake = new Intake(detectorOf());
    await readInput(name, chunks, intake, DEFAULT_LIMITS, context);
    const batch = intake.batch();
    const next = cursor(batch);
    if (next === undefined) return;
    this.#cursor = next.value;
    this.ids.push(...batch.deliveries.map(({ findings: [{ finding }] }) => `${finding.cluster ?? ''}${finding.id}`));
    this.failed.push(...batch.failures.map(({ origin }) => `${origin.line}`));
  }
}

describe('a followed file', () => {
  test('is read from its beginning, then as it grows; a line counts when it has ended', async () => {
    const reader = new Reader(log, 'demo/');
    writeFileSync(log, line('a') + line('b') + line('c').slice(0, 50));
    expect(await reader.poll()).toEqual(['demo/a', 'demo/b']);
    expect(await reader.poll()).toEqual([]);
    appendFileSync(log, line('c').slice(50) + line('d'));
    expect(await reader.poll()).toEqual(['demo/c', 'demo/d']);
  });

  test('need not be there yet; that is told once', async () => {
    const reader = new Reader(log);
    expect(await reader.poll()).toEqual([]);
    expect(await reader.poll()).toEqual([]);
    expect(reader.problems).toEqual(['there is no file at this path; it is read as soon as there is one']);
    writeFileSync(log, line('a'));
    expect(await reader.poll()).toEqual(['a']);
  });

  test('goes on at the right place after a restart, and names the right line', async () => {
    const reader = new Reader(log);
    writeFileSync(log, line('a') + line('b'));
    await reader.poll();
    await reader.restart();
    appendFileSync(log, `{"broken": \n${line('c')}`);
    expect(await reader.poll()).toEqual(['c']);
    expect(reader.failed).toEqual(['3']);
  });

  test('renamed by rotation is read to its end before the new one begins', async () => {
    const reader = new Reader(log);
    writeFileSync(log, line('a'));
    await reader.poll();
    appendFileSync(log, line('b'));
    renameSync(log, join(folder, 'audit.log.1'));
    writeFileSync(log, line('c'));
    expect(await reader.poll()).toEqual(['b', 'c']);
    appendFileSync(join(folder, 'audit.log.1'), line('late'));
    expect(await reader.poll()).toEqual(['late']);
  });

  test('written to after it was renamed, while nobody looked, is read to its end after the restart', async () => {
    const reader = new Reader(log);
    writeFileSync(log, line('a'));
    await reader.poll();
    renameSync(log, join(folder, 'audit.log.1'));
    writeFileSync(log, line('b'));
    expect(await reader.poll()).toEqual(['b']);
    await reader.restart();
    appendFileSync(join(folder, 'audit.log.1'), line('late'));
    expect(await reader.poll()).toEqual(['late']);
  });

  test.each([
    ['which is there', true],
    ['which is not there yet', false],
  ])('%s is known from the begin, however often it is rotated before the first look', async (_, isThere) => {
    const reader = new Reader(log);
    writeFileSync(join(folder, 'audit.log.7'), line('long-ago'));
    utimesSync(join(folder, 'audit.log.7'), 1, 1);
    if (isThere) writeFileSync(log, '');
    await reader.begin();
    await reader.restart();
    for (const id of ['a', 'b']) {
      appendFileSync(log, line(id));
      renameSync(log, join(folder, `audit.log.${id === 'a' ? 2 : 1}`));
    }
    writeFileSync(log, line('c'));
    await reader.begin();
    expect([...(await reader.poll())].sort()).toEqual(['a', 'b', 'c']);
    await reader.restart();
    await reader.begin();
    expect(await reader.poll()).toEqual([]);
  });

  test('rotated in any moment of the first look after a restart loses nothing', { timeout: 30_000 }, async () => {
    for (let turns = 0; turns < 60; turns++) {
      const path = join(folder, `${turns}.log`);
      const reader = new Reader(path);
      writeFileSync(path, line('a'));
      await reader.poll();
      await reader.restart();
      appendFileSync(path, line('b'));
      const polling = reader.poll();
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      renameSync(path, `${path}.1`);
      writeFileSync(path, line('c'));
      await polling;
      await reader.poll();
      expect(reader.ids, `after ${turns} turns`).toEqual(['a', 'b', 'c']);
      await reader.restart();
    }
  });

  test('rotated several times while nobody looked is read from all its pieces, in order', async () => {
    const reader = new Reader(log);
    const rotate = (name: string, modifiedMs: number): void => {
      renameSync(log, join(folder, name));
      utimesSync(join(folder, name), modifiedMs / 1000, modifiedMs / 1000);
    };
    writeFileSync(join(folder, 'audit-2026-11-19T00-00-00.000.log'), line('long-ago'));
    utimesSync(join(folder, 'audit-2026-11-19T00-00-00.000.log'), 1, 1);
    writeFileSync(join(folder, 'audit-policy.log'), line('not-ours'));
    writeFileSync(log, line('a'));
    await reader.poll();
    await reader.restart();
    appendFileSync(log, line('b'));
    rotate('audit-2026-11-20T00-00-00.000.log', reader.nowMs + 1_000);
    writeFileSync(log, line('c'));
    rotate('audit-2026-11-20T01-00-00.000.log', reader.nowMs + 2_000);
    writeFileSync(log, line('d'));
    expect(await reader.poll()).toEqual(['b', 'c', 'd']);
  });

  test('rotated and compressed while nobody looked is read again, which the store knows', async () => {
    const reader = new Reader(log);
    writeFileSync(log, line('a'));
    await reader.poll();
    await reader.restart();
    writeFileSync(join(folder, 'audit.log.1.gz'), gzipSync(line('a') + line('b')));
    writeFileSync(join(folder, 'new'), line('c'));
    renameSync(join(folder, 'new'), log);
    reader.nowMs += 3_000;
    expect(await reader.poll()).toEqual(['a', 'b', 'c']);
  });

  test('truncated in place is read anew, also when it has grown past the old place already', async () => {
    const reader = new Reader(log);
    writeFileSync(log, line('a') + line('b'));
    await reader.poll();
    appendFileSync(log, line('x'));
    copyFileSync(log, join(folder, 'audit.log.1'));
    truncateSync(log);
    appendFileSync(log, line('c'));
    // the copy has what nobody had read; the store knows the rest of it
    expect(await reader.poll()).toEqual(['a', 'b', 'x', 'c']);
    truncateSync(log);
    appendFileSync(log, line('d') + line('e') + line('f'));
    expect(await reader.poll()).toEqual(['d', 'e', 'f']);
  });

  test('deleted is read to its end', async () => {
    const reader = new Reader(log);
    writeFileSync(log, line('a'));
    await reader.poll();
    appendFileSync(log, `${line('b')}{"cut`);
    rmSync(log);
    expect(await reader.poll()).toEqual(['b']);
    reader.nowMs += 60_000;
    await reader.poll();
    expect(reader.problems.at(-1)).toMatch(/^5 bytes at its end are no whole line and were not read/);
  });

  test('has its last line read though nobody ended it, when it is whole', async () => {
    const reader = new Reader(log);
    writeFileSync(log, line('a') + line('b').trimEnd());
    expect(await reader.poll()).toEqual(['a']);
    reader.nowMs += 11_000;
    expect(await reader.poll()).toEqual(['b']);
    appendFileSync(log, `\n${line('c').slice(0, 40)}`);
    reader.nowMs = Date.now() + 11_000;
    expect(await reader.poll()).toEqual([]);
    appendFileSync(log, line('c').slice(40));
    expect(await reader.poll()).toEqual(['c']);
    expect(reader.failed).toEqual([]);
  });

  test('may hold a line longer than a piece: it is read when it ends, the lines before it at once', { timeout: 30_000 }, async () => {
    const reader = new Reader(log);
    writeFileSync(log, `${line('a')}{"x": "${'y'.repeat(18_000_000)}`);
    expect(await reader.poll()).toEqual(['a']);
    expect(await reader.poll()).toEqual([]);
    appendFileSync(log, `"}\n${line('b')}`);
    expect(await reader.poll()).toEqual(['b']);
    expect(reader.failed).toHaveLength(1);
  });

  test('of many megabytes is read in pieces, none twice and none left out', { timeout: 30_000 }, async () => {
    const reader = new Reader(log);
    const ids = Array.from({ length: 12_000 }, (_, index) => `id-${index}`);
    writeFileSync(log, ids.map(line).join(''));
    expect(await reader.poll()).toEqual(ids);
  });
});

describe('a followed folder', () => {
  test('has all its files read, those below it and those that come later; renaming changes nothing', async () => {
    const reader = new Reader(folder);
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep', 'one.log'), line('a'));
    expect(await reader.poll()).toEqual(['a']);
    writeFileSync(join(folder, 'two.log'), line('b'));
    renameSync(join(folder, 'deep', 'one.log'), join(folder, 'deep', 'one.log.1'));
    expect(await reader.poll()).toEqual(['b']);
  });

  test('may hold documents: JSON over several lines and gzip, read when they are settled', async () => {
    const reader = new Reader(folder);
    const records = [kubernetesEvent({ auditID: 'a' }), kubernetesEvent({ auditID: 'b' })];
    writeFileSync(join(folder, 'list.json'), JSON.stringify(records, undefined, 2));
    writeFileSync(join(folder, 'list.json.gz'), gzipSync(line('c')));
    expect(await reader.poll()).toEqual([]);
    reader.nowMs += 3_000;
    expect([...(await reader.poll())].sort()).toEqual(['a', 'b', 'c']);
    await reader.restart();
    expect(await reader.poll()).toEqual([]);
  });
});
