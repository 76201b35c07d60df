import { columns as announcedColumns, noColor } from '../config/env.ts';
import { type Output, outputTo } from './output.ts';

/** When to colour the output. */
export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];

/** What a command sees of the terminal and of the process around it; tests give their own. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  /** Standard output is a terminal. */
  readonly outIsTty: boolean;
  /** Standard error is a terminal: only then is progress shown. */
  readonly errIsTty: boolean;
  /** Width of the output in columns. */
  readonly columns: number;
  readonly noColor: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Width that is used when the output is no terminal and nobody says another. */
export const DEFAULT_COLUMNS = 80;

/** Time and priority alone need this many; on anything narrower the terminal wraps the lines. */
export const MIN_COLUMNS = 40;

/** The terminal this process runs in. */
export function processTerminal(): Terminal {
  return {
    out: outputTo(1),
    err: outputTo(2),
    outIsTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true,
    columns: Math.max(MIN_COLUMNS, process.stdout.columns ?? announcedColumns() ?? DEFAULT_COLUMNS),
    noColor: noColor(),
    nowMs: Date.now,
  };
}

/** Whether to colour: what the user says, else only on a terminal and not when NO_COLOR is set. */
export function wantsColor(choice: ColorChoice, terminal: Terminal): boolean {
  if (choice === 'auto') return terminal.outIsTty && !terminal.noColor;
  return choice === 'always';
}
