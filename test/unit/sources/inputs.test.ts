import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inputsOf } from '../../../lib/sources/inputs.ts';

const root = mkdtempSync(join(tmpdir(), 'inputs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function namesOf(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const input of inputsOf(path, () => [])) {
    const name = input.name.replace(root, '');
    names.push(input.kind === 'input' ? name : `${name} ${input.code}: ${input.hint}`);
  }
  return names;
}

describe('what a path names', () => {
  test('of a folder: every file below it in byte order, whatever it is called', async () => {
    const folder = join(root, 'tree');
    mkdirSync(join(folder, 'b', 'deep'), { recursive: true });
    for (const name of ['é', 'a.json.gz', 'Z', '.hidden', 'b/deep/x.log', 'b/y', 'a']) writeFileSync(join(folder, name), name);
    expect(await namesOf(folder)).toEqual([
      '/tree/.hidden',
      '/tree/Z',
      '/tree/a',
      '/tree/a.json.gz',
      '/tree/b/deep/x.log',
      '/tree/b/y',
      '/tree/é',
    ]);
    expect(await namesOf(`${folder}/`)).toHaveLength(7);
  });

  test('symbolic links are followed, and loops end', async () => {
    const folder = join(root, 'links');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'file'), 'x');
    symlinkSync('..', join(folder, 'sub', 'up'));
    symlinkSync('../file', join(folder, 'sub', 'link'));
    symlinkSync('nowhere', join(folder, 'sub', 'broken'));
    symlinkSync('self', join(folder, 'self'));
    expect(await namesOf(folder)).toEqual([
      '/links/file',
      '/links/self unreadable: the symbolic links go round in a circle',
      '/links/sub/broken unreadable: no such file or folder',
      '/links/sub/link',
    ]);
  });

  test('a file that is not there is unreadable', async () => {
    expect(await namesOf(join(root, 'nope'))).toEqual(['/nope unreadable: no such file or folder']);
    expect(await namesOf(join(root, 'tree', 'a', 'below'))).toEqual(['/tree/a/below unreadable: cannot be read: ENOTDIR']);
  });

  test('a pipe that lies in a folder is not waited for', async () => {
    const folder = join(root, 'pipes');
    mkdirSync(folder);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await namesOf(folder)).toEqual(['/pipes/pipe unreadable: neither a file nor a folder']);
  });

  test('- is standard input', async () => {
    for await (const input of inputsOf('-', () => [Buffer.from('x')])) expect(input).toMatchObject({ kind: 'input', name: '-' });
  });

  test('the bytes of a file are given in order, of a name that is no UTF-8 too', async () => {
    const folder = Buffer.from(join(root, 'names'));
    mkdirSync(folder);
    writeFileSync(Buffer.concat([folder, Buffer.from([0x2f, 0x6e, 0xff])]), 'the text');
    for await (const input of inputsOf(folder.toString(), () => [])) {
      expect(input.name).toMatch(/names\/n\ufffd$/);
      const pieces: Uint8Array[] = [];
      if (input.kind === 'input') for await (const piece of input.open()) pieces.push(piece);
      expect(Buffer.concat(pieces).toString()).toBe('the text');
    }
  });
});
