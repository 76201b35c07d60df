/** What goes wrong with one request, in the order of the requests to the push address. */
export type Fault =
  /** Nothing: the request is answered as Loki does. */
  | { readonly kind: 'none' }
  /** The connection ends before the request is read to the store: nothing is stored. */
  | { readonly kind: 'reset' }
  /** The request is never answered, nothing is stored. */
  | { readonly kind: 'hang' }
  /** Stored, and then the connection ends before the answer. */
  | { readonly kind: 'answer_lost' }
  /** Answered so, without a look at it. */
  | { readonly kind: 'status'; readonly status: number; readonly text?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Stored, and then answered so: a gateway that gave up too early. */
  | { readonly kind: 'stored_status'; readonly status: number; readonly text?: string }
  /** Answered so many ms late. */
  | { readonly kind: 'delay'; readonly ms: number };
