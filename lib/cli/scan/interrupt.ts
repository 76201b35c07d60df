import { EXIT } from '../exit-status.ts';

/**
 * Ends the program with 130 on Ctrl-C, after putting the terminal in order.
 *
 * @returns a function that gives Ctrl-C back its usual meaning.
 */
export function onInterrupt(restore: () => void): () => void {
  const end = (): void => {
    restore();
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', end);
  return () => process.removeListener('SIGINT', end);
}
