import type { Timing } from '../clients/retry.ts';
import type { Pairs } from '../core/deliver/loki-entry.ts';

/**
 * Bytes a second in one stream. Above 1,536 KB (`shard_streams.desired_rate`) Loki shards the stream, after which repeats count
 * twice in metric queries for good (measured).
 */
const BYTES_A_SECOND = 1_200_000;
/** Ahead of that rate by so much is nothing: a push of the largest size passes at once. */
const AHEAD_MS = 1_000;
/** Streams that are remembered; those that are quiet are forgotten first. */
const MAX_STREAMS = 1_000;

/** Keeps each stream below a rate. */
export class StreamPace {
  readonly #timing: Timing;
  /** When all that was pushed would have been through at the rate, by stream. */
  readonly #throughMs = new Map<string, number>();

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** How long a push to this stream has to wait, in ms. */
  waitMs(stream: Pairs): number {
    const throughMs = this.#throughMs.get(keyOf(stream)) ?? 0;
    return Math.max(0, throughMs - this.#timing.now() - AHEAD_MS);
  }

  /** Takes note of a push of so many bytes. */
  pushed(stream: Pairs, bytes: number): void {
    const now = this.#timing.now();
    if (this.#throughMs.size >= MAX_STREAMS) this.#forget(now);
    const key = keyOf(stream);
    this.#throughMs.set(key, Math.max(now, this.#throughMs.get(key) ?? 0) + Math.ceil((bytes / BYTES_A_SECOND) * 1000));
  }

  #forget(now: number): void {
    for (const [key, throughMs] of this.#throughMs) if (throughMs <= now) this.#throughMs.delete(key);
  }
}

function keyOf(stream: Pairs): string {
  return JSON.stringify(stream);
}
