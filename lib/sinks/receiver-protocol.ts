/** What tells one receiver from another; all the rest is `ReceiverSink`. */
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryReason, SinkCheck } from '../core/model/delivery-result.ts';

/** One event on its way to a receiver. */
export interface ReceiverItem {
  readonly delivery: Delivery;
  /** When it was first tried, in ms since 1970; the same in every repeat where the receiver remembers. */
  readonly firstMs: number;
  /** It was sent before, and nobody knows whether it came. */
  readonly mayBeRepeat: boolean;
}

/** What goes in one request. */
export interface Parcel<B> {
  readonly items: readonly ReceiverItem[];
  readonly body: B;
}

/** Bounds of one request. */
export interface SendLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** What became of one event of a parcel. */
export type ItemVerdict =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: DeliveryReason; readonly message: string }
  /** Not now. `mayHaveCome`: no answer said that it did not. */
  | { readonly kind: 'wait'; readonly reason: DeliveryReason; readonly message: string; readonly mayHaveCome: boolean };

/** What became of a parcel. `pauseMs`: the receiver wants to be left alone for so long. */
export type SendVerdict = { readonly pauseMs?: number | undefined } & (
  | ItemVerdict
  /** Nothing will pass until somebody changes something. */
  | { readonly kind: 'barred'; readonly reason: DeliveryReason; readonly message: string }
  /** One verdict for each event. */
  | { readonly kind: 'each'; readonly verdicts: readonly ItemVerdict[] }
);

/** How one kind of receiver is spoken to. */
export interface ReceiverProtocol<B> {
  /** True where people are told. */
  readonly takesAlerts: boolean;
  /** The requests that tell of these events, in their order; each event is in exactly one. */
  parcels(items: readonly ReceiverItem[]): readonly Parcel<B>[];
  /** Sends one parcel. Never rejects. */
  send(parcel: Parcel<B>, limits: SendLimits): Promise<SendVerdict>;
  /** Tests address and credentials, and delivers nothing. */
  check(limits: SendLimits): Promise<SinkCheck>;
  /** Lets go of connections. */
  close(): void;
}
