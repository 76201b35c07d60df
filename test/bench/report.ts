import { cpus } from 'node:os';
import type { Kind } from './files.ts';

/** MB/s of inflated text of the four ways. */
export interface Result {
  readonly kind: Kind;
  /** How many times smaller the files are compressed. */
  readonly ratio: number;
  readonly keptShare: number;
  readonly speed: { readonly inflating: number; readonly parsing: number; readonly scanning: number; readonly deciding: number };
}

/** Peak resident memory of a process. */
export interface Peak {
  readonly what: string;
  readonly bytes: number;
  /** Size of the object that the command read; undefined: it is not about the command. */
  readonly megabytes?: number;
  /** The command as it is shipped, in one file. */
  readonly isShipped: boolean;
}

interface Goal {
  readonly ofParsing: number;
  readonly ofInflating?: number;
}

const GOALS: Readonly<Record<Kind, Goal>> = {
  cloudtrail: { ofParsing: 2.2, ofInflating: 0.75 },
  kubernetes: { ofParsing: 2.8 },
  cloudwatch: { ofParsing: 1.7 },
};
/** The goal for the memory of one object, and what must not be exceeded as long as it is not reached: the loaded program alone comes close to the goal. */
const MEMORY_GOAL_BYTES = 90_000_000;
const MEMORY_LIMIT_BYTES = 140_000_000;

/** What is below the goals, and whether that fails `--check`. */
export interface Shortfall {
  readonly message: string;
  readonly fails: boolean;
}

/** Everything that is below the goals. */
export function shortfalls(results: readonly Result[], memory: readonly Peak[]): Shortfall[] {
  return [
    ...results.flatMap(slow).map((message) => ({ message, fails: true })),
    ...memory
      .filter(({ megabytes = 0, bytes, isShipped }) => isShipped && megabytes > 0 && bytes > MEMORY_GOAL_BYTES)
      .map(({ what, bytes }) => ({
        message: `${what}: ${inMegabytes(bytes)} of memory, the goal is ${inMegabytes(MEMORY_GOAL_BYTES)}`,
        fails: bytes > MEMORY_LIMIT_BYTES,
      })),
  ];
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function slow({ kind, speed: { inflating, parsing, scanning } }: Result): string[] {
  const { ofParsing, ofInflating } = GOALS[kind];
  const misses: string[] = [];
  if (scanning / parsing < ofParsing) misses.push(`${kind}: ${(scanning / parsing).toFixed(2)} x of parsing, the goal is ${ofParsing}`);
  if (ofInflating !== undefined && scanning / inflating < ofInflating)
    misses.push(`${kind}: ${((scanning / inflating) * 100).toFixed(0)} % of inflating, the goal is ${ofInflating * 100} %`);
  return misses;
}

/** The page docs/bench/scan.md. */
export function report(results: readonly Result[], memory: readonly Peak[], how: string): string {
  const row = ({ kind, ratio, keptShare, speed: s }: Result): string =>
    `| ${[
      kind,
      ratio.toFixed(1),
      `${(keptShare * 100).toFixed(1)} %`,
      ...[s.inflating, s.parsing, s.scanning, s.deciding].map((speed) => speed.toFixed(0)),
      (s.scanning / s.parsing).toFixed(2),
      `${((s.scanning / s.inflating) * 100).toFixed(0)} %`,
      (s.deciding / s.parsing).toFixed(2),
    ].join(' | ')} |`;
  return [
    '# How fast `scan` reads',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}. Made by \`npm run bench -- --write\`; user CPU, MB = 10^6 bytes of inflated text,`,
    `${how}. Compare the ratios, not the MB/s.`,
    '',
    '- (a) `gunzipSync`',
    '- (b) `gunzipSync`, `JSON.parse` of everything, six fields of each record read',
    "- (c) `scan`'s own reader with the detector of the built-in rules; the records it keeps are parsed and six fields are read",
    '- (d) (c), and the records it keeps are decided and their findings made: the whole of `scan` but for printing',
    '',
    '| input | gzip ratio | kept | (a) | (b) | (c) | (d) | c / b | c / a | d / b |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...results.map(row),
    '',
    '| memory | peak |',
    '| --- | ---: |',
    ...memory.map(({ what, bytes }) => `| ${what} | ${inMegabytes(bytes)} |`),
    '',
    ...memoryRemarks(memory),
    '',
  ].join('\n');
}

/** What the peaks say: what the program costs before it reads, and what reading adds. */
function memoryRemarks(memory: readonly Peak[]): string[] {
  const peak = (isShipped: boolean, megabytes: number): number =>
    memory.find((one) => one.isShipped === isShipped && one.megabytes === megabytes)?.bytes ?? 0;
  const [empty, small, large] = [peak(true, 0), peak(true, 50), peak(true, 400)];
  return [
    `One object of 50 MB is to be read in at most ${inMegabytes(MEMORY_GOAL_BYTES)}. The command as it is shipped has ${inMegabytes(empty)} before it reads anything; reading adds ${inMegabytes(small - empty)}, and an`,
    `object eight times as large ${inMegabytes(large - small)} more: the keys of events that made findings, and what V8 keeps of what went through it. Run from its sources the command has ${inMegabytes(peak(false, 0) - empty)} more from the`,
    'beginning: the compiler that strips the types stays in memory. Compare with what the process has when it reads nothing.',
  ];
}
