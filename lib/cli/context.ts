import type { ExitStatus } from './exit-status.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface CliContext {
  readonly terminal: Terminal;
  /** Says how the program is to end. */
  end(status: ExitStatus): void;
}

/** Wrong usage that the option parser cannot see; ends with exit status 2. */
export class UsageError extends Error {}
