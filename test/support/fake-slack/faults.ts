/** What goes wrong with one call. */
export type Fault =
  /** Nothing: it is answered as Slack does. */
  | { readonly kind: 'none' }
  /** The connection ends before the call is looked at: nothing is stored. */
  | { readonly kind: 'reset' }
  /** Never answered, nothing is stored. */
  | { readonly kind: 'hang' }
  /** Stored, and then the connection ends before the answer. */
  | { readonly kind: 'answer_lost' }
  /** Stored, and never answered. */
  | { readonly kind: 'stored_hang' }
  /** Answered so, without a look at it: a gateway. */
  | { readonly kind: 'status'; readonly status: number; readonly text?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Stored, and then answered so: a gateway that gave up too early. */
  | { readonly kind: 'stored_status'; readonly status: number; readonly text?: string }
  /** `ok: false` with this error, nothing is stored. */
  | { readonly kind: 'error'; readonly error: string }
  /** Stored, and then `ok: false` all the same, as `internal_error` and `fatal_error` warn. */
  | { readonly kind: 'stored_error'; readonly error: string }
  /** 429 whatever the rate was. */
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  /** Stored, and answered so many ms late (the machine's clock). */
  | { readonly kind: 'delay'; readonly ms: number };

/** True when the call is carried out before the fault. */
export function isStored({ kind }: Fault): boolean {
  return ['none', 'answer_lost', 'stored_hang', 'stored_status', 'stored_error', 'delay'].includes(kind);
}
