/** The format of recorded Loki cases, as the README beside them tells it. */

/** Long runs of one character are written as parts. */
export type Text = string | { readonly parts: readonly (string | { readonly repeat: string; readonly times: number })[] };
export interface Body {
  readonly text?: string;
  readonly base64?: string;
  readonly json?: unknown;
  readonly parts?: Exclude<Text, string>['parts'];
  readonly omitted?: string;
}
export interface Exchange {
  readonly at?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Body;
    readonly params?: Readonly<Record<string, string>>;
  };
  readonly response: { readonly status: number; readonly body: Body };
}
export interface StoredStream {
  readonly labels: Readonly<Record<string, Text>>;
  readonly entries: readonly {
    readonly ts: string;
    readonly line: Text;
    readonly metadata?: Readonly<Record<string, Text>>;
    readonly parsed?: Readonly<Record<string, Text>>;
  }[];
}
export type Step =
  | (Exchange & { readonly kind: 'push' | 'http' | 'query' })
  | {
      readonly kind: 'stored';
      readonly query: string;
      readonly start?: string;
      readonly end?: string;
      readonly count: number;
      readonly streams: readonly StoredStream[] | 'omitted';
      readonly note?: string;
    }
  | {
      readonly kind: 'instant';
      readonly query: string;
      readonly time: string;
      readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: string }[];
    }
  | { readonly kind: 'flush' | 'sleep' | 'raw' }
  | { readonly kind: 'measure'; readonly ages_minutes?: readonly number[]; readonly found_at_once?: readonly number[] }
  | { readonly kind: 'parallel'; readonly statuses: readonly number[] }
  | {
      readonly kind: 'escape-table';
      readonly rows: readonly (Readonly<Record<string, { readonly query: string; readonly exact: boolean }>> & { readonly value: never })[];
    }
  | {
      readonly kind: 'escape-odd';
      readonly rows: Readonly<
        Record<string, { readonly query: string; readonly status: number; readonly error?: string; readonly lines?: readonly string[] }>
      >;
    };

export interface LokiCase {
  readonly id: string;
  readonly profile: string;
  readonly t0: string;
  readonly tags?: readonly string[];
  readonly steps: readonly Step[];
}
export interface LokiCases {
  readonly profiles: Readonly<Record<string, { readonly auth_enabled: boolean; readonly differs?: Readonly<Record<string, unknown>> }>>;
  readonly cases: readonly LokiCase[];
}
