/** One small thing to do; what comes after it is decided when it is done. */
export interface Task {
  /** The smaller comes first: what is unclear, then new messages, then digests, then details, then edits. */
  readonly rank: number;
  /** Not before, in ms since 1970. */
  readonly readyMs: number;
  run(): Promise<void>;
}

/** Ranks of tasks. */
export const RANK = { unclear: 0, admit: 1, parent: 2, digest: 3, details: 4, edit: 5 } as const;

/** How often a record that somebody else is working on is looked at, in ms. */
export const LOOK_AGAIN_MS = 1_000;
