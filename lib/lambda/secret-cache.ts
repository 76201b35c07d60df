import type { Timing } from '../clients/retry.ts';
import type { SecretReference } from '../config/schema-values.ts';
import type { ResolvedSecret } from '../config/secrets.ts';
import { DriftwireError } from '../core/errors.ts';

/** How long a secret is kept, in ms: one that was exchanged works after that at the latest, and a flood of requests reads none. */
const FRESH_MS = 5 * 60_000;
/** How often it may be read because a request does not fit it, in ms: strangers can make as many such requests as they like. */
const RENEW_MS = 15_000;

/** One secret, read when it is needed and anew when it may have been exchanged. */
export class SecretCache {
  readonly #reference: SecretReference;
  readonly #read: (reference: SecretReference) => ResolvedSecret | Promise<ResolvedSecret>;
  readonly #timing: Pick<Timing, 'now'>;
  #known: { readonly value: string; readonly atMs: number } | undefined;
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(
    reference: SecretReference,
    read: (reference: SecretReference) => ResolvedSecret | Promise<ResolvedSecret>,
    timing: Pick<Timing, 'now'>,
  ) {
    this.#reference = reference;
    this.#read = read;
    this.#timing = timing;
  }

  /**
   * The secret. One that is known goes on being used while it cannot be read.
   *
   * @throws {DriftwireError} `DW_STORE_UNAVAILABLE`, retryable, when it never could be; the message has its name and not its value.
   */
  async value(): Promise<string> {
    const nowMs = this.#timing.now();
    if (this.#known !== undefined && nowMs - this.#known.atMs < FRESH_MS) return this.#known.value;
    const read = await this.#readAnew(nowMs);
    if (this.#known !== undefined) return this.#known.value;
    throw new DriftwireError('DW_STORE_UNAVAILABLE', read.ok ? 'a secret is empty' : read.message, { retryable: true });
  }

  /**
   * The secret for a request that does not fit the known one: who has exchanged it has told the senders too, and what they post meanwhile is not to
   * be turned away, because few of them try again after a 401. Undefined when it is the same, or was read a moment ago.
   */
  async renewed(): Promise<string | undefined> {
    const nowMs = this.#timing.now();
    const before = this.#known?.value;
    if (nowMs - this.#readMs < RENEW_MS) return undefined;
    await this.#readAnew(nowMs);
    return this.#known?.value === before ? undefined : this.#known?.value;
  }

  async #readAnew(nowMs: number): Promise<ResolvedSecret> {
    this.#readMs = nowMs;
    const read = await this.#read(this.#reference);
    // An empty key is one that everybody has.
    const value = read.ok ? read.value.trim() : '';
    if (value !== '') this.#known = { value, atMs: nowMs };
    return read;
  }
}
