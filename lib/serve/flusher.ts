import type { Timing } from '../clients/retry.ts';
import type { Log } from '../core/model/log.ts';
import type { Ledger } from '../core/ports.ts';
import type { FlushResult, RemoteWriteSink } from '../sinks/remote-write.ts';

const MINUTE_MS = 60_000;
/** A flush ends before the next boundary. */
const FLUSH_MS = 50_000;

export interface FlusherOptions {
  readonly sink: RemoteWriteSink;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly timing: Timing;
}

/** Writes the totals to Prometheus at each minute boundary (architecture §4); a boundary at which the process slept is carried by the next. */
export class Flusher {
  readonly #options: FlusherOptions;
  #told = '';

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** Runs until the signal fires. `begin` of the sink was called before anything was counted. */
  async run(signal: AbortSignal): Promise<void> {
    const { timing } = this.#options;
    for (;;) {
      const nowMs = timing.now();
      const nextMs = Math.floor(nowMs / MINUTE_MS + 1) * MINUTE_MS;
      await timing.sleep(nextMs - nowMs, signal);
      if (signal.aborted) return;
      await this.#flush(Math.floor(timing.now() / MINUTE_MS) * MINUTE_MS, signal);
    }
  }

  async #flush(boundaryMs: number, signal: AbortSignal): Promise<void> {
    const { sink, ledger, log } = this.#options;
    try {
      const result = await sink.flush(boundaryMs, { deadlineMs: boundaryMs + FLUSH_MS, signal });
      if (result.kind === 'taken') return;
      this.#tell(result);
      const outcome = result.kind === 'delivered' ? 'delivered' : 'failed';
      await ledger.add([{ metric: 'driftwire_deliveries_total', labels: { sink: sink.name, outcome }, by: 1 }]);
    } catch (cause) {
      log('error', 'the totals of this minute were not kept: the next minute carries them', { error: cause });
    }
  }

  #tell(result: Exclude<FlushResult, { kind: 'taken' }>): void {
    const { log } = this.#options;
    const said = result.kind === 'delivered' ? '' : result.message;
    if (said === this.#told) return;
    this.#told = said;
    if (result.kind === 'delivered') log('info', 'the remote-write receiver takes samples again');
    else {
      const { reason, pendingSnapshots } = result;
      const level = result.kind === 'barred' ? 'error' : 'warn';
      log(level, 'the remote-write receiver does not take samples; snapshots are kept', { reason, said, pendingSnapshots });
    }
  }
}
