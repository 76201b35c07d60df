import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditLines, cloudTrailObject, logMessages, packed } from './generate.ts';

/** Kinds of files that are read. */
export const KINDS = ['cloudtrail', 'kubernetes', 'cloudwatch'] as const;
export type Kind = (typeof KINDS)[number];

const MAKERS: Readonly<Record<Kind, (seed: number) => Buffer>> = {
  // CloudTrail objects have 1 to 5 MB.
  cloudtrail: (seed) => cloudTrailObject(seed, 1_000_000 + (seed % 5) * 1_000_000),
  kubernetes: (seed) => Buffer.from(`${auditLines(seed, 4_000_000).join('\n')}\n`),
  cloudwatch: (seed) => logMessages(seed, 3_500_000),
};

export interface Files {
  readonly names: readonly string[];
  readonly rawBytes: number;
  readonly packedBytes: number;
}

/** Writes files of one kind, of at least so many bytes inflated, into a folder. */
export function writeFiles(kind: Kind, folder: string, bytes: number): Files {
  const names: string[] = [];
  let rawBytes = 0;
  let packedBytes = 0;
  for (let seed = 0; rawBytes < bytes; seed++) {
    const raw = MAKERS[kind](seed);
    const gz = packed(raw);
    const name = join(folder, `${kind}-${seed}.gz`);
    writeFileSync(name, gz);
    names.push(name);
    rawBytes += raw.length;
    packedBytes += gz.length;
  }
  return { names, rawBytes, packedBytes };
}

/** Writes one CloudTrail object of so many megabytes, inflated; 0: an empty file. */
export function writeObject(megabytes: number, folder: string): string {
  const name = join(folder, `one-${megabytes}.json.gz`);
  const part = megabytes === 0 ? '' : cloudTrailObject(1, 10_000_000).toString().slice('{"Records":['.length, -']}'.length);
  const parts = Array.from({ length: megabytes / 10 }, () => part);
  writeFileSync(name, packed(Buffer.from(megabytes === 0 ? '' : `{"Records":[${parts.join(',')}]}`)));
  return name;
}
