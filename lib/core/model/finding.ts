import type { EventSource, Origin } from './raw-record.ts';
import type { Channel, EventClass, Hand } from './verdict.ts';

/** Falco's priorities, worst first. */
export const PRIORITIES = ['Emergency', 'Alert', 'Critical', 'Error', 'Warning', 'Notice', 'Informational', 'Debug'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** A value in `output_fields`; bigint is a nanosecond time and is printed as an exact integer. */
export type OutputValue = string | number | bigint | boolean | null | readonly string[] | readonly number[];

/** Where a finding comes from: our own rules over one of the event sources, Falco, or alerts of an Alertmanager. */
export type FindingSource = EventSource | 'falco' | 'alertmanager';

/** One rule's match on one audit event; the JSON of the public contract, whose top level is Falco's. */
export interface Finding {
  readonly id: string;
  readonly rule: string;
  readonly priority: Priority;
  readonly source: FindingSource;
  readonly tags: readonly string[];
  /** RFC 3339, nine digits, `Z`. */
  readonly time: string;
  readonly hostname: string;
  /** The formatted output alone. */
  readonly message: string;
  /** Falco's time and priority, then the message. */
  readonly output: string;
  readonly output_fields: Readonly<Record<string, OutputValue>>;
  readonly account: string | null;
  readonly account_name: string | null;
  readonly region: string | null;
  readonly cluster: string | null;
  readonly actor: {
    readonly hand: Hand;
    readonly user: string;
    readonly principal: string | null;
    readonly session: string | null;
    readonly source_identity: string | null;
    readonly channel: Channel;
    readonly source_ip: string | null;
    readonly user_agent: string | null;
    readonly mfa: boolean | null;
    readonly impersonates: string | null;
  };
  readonly action: {
    readonly class: EventClass;
    readonly service: string;
    readonly name: string;
    readonly verb: string;
    readonly error: string | null;
  };
  readonly target: {
    readonly kind: string | null;
    readonly name: string | null;
    readonly namespace: string | null;
    readonly subresource: string | null;
    readonly arn: string | null;
  };
  readonly reason: string;
  readonly pipeline: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly truncated: boolean;
}

/** A finding with what is not part of its JSON: the record it came from, for sinks, reports and `explain`. */
export interface FindingWithOrigin {
  readonly finding: Finding;
  readonly recordText: string;
  readonly origin: Origin;
  readonly timeMs: number;
  /** The source as Falco named it, of a finding that Falco made. */
  readonly foreignSource?: string;
}
