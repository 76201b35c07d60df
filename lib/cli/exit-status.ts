/** Exit statuses of the command line; scripts rely on them (they stand in the README). */
export const EXIT = {
  done: 0,
  /** `--fail-on` was reached; it wins over `unreadable`, because the caller asked for it. */
  failOn: 1,
  /** `rules validate`: some file is not valid. */
  invalid: 1,
  /** Wrong usage, configuration or rule file; nothing was read. */
  usage: 2,
  /** Some input could not be read; all else was still reported. */
  unreadable: 3,
  /** A sink did not take everything, or `check` could not reach one. */
  sink: 4,
  /** A defect of Driftwire itself (sysexits.h EX_SOFTWARE), so that no script mistakes it for a result. */
  internal: 70,
  /** The output could not be written (sysexits.h EX_IOERR). */
  output: 74,
  /** Ended by Ctrl-C, as shells number it. */
  interrupted: 130,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
