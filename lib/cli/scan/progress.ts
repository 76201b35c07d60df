import { visible } from '../escape.ts';
import { cutTo } from '../table/fit.ts';
import type { Terminal } from '../terminal.ts';

/** At most so often is the line drawn. */
const INTERVAL_MS = 200;

/** One line on standard error that says how far the run is; on anything but a terminal it does nothing. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #isOn: boolean;
  #lastMs = 0;
  #isDrawn = false;

  constructor(terminal: Terminal, isOn: boolean) {
    this.#terminal = terminal;
    this.#isOn = isOn && terminal.errIsTty;
  }

  /** Draws, unless it was drawn just now; the text is computed only then. */
  show(text: () => string): void {
    if (!this.#isOn) return;
    const now = this.#terminal.nowMs();
    if (now - this.#lastMs < INTERVAL_MS) return;
    this.#lastMs = now;
    this.#isDrawn = true;
    this.#terminal.err.write(`\r\x1b[K${cutTo(visible(text()), this.#terminal.columns - 1)}`);
    this.#terminal.err.flush();
  }

  /** Takes the line away again. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#terminal.err.write('\r\x1b[K');
    this.#terminal.err.flush();
  }
}
