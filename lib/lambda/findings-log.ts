import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../core/model/delivery-result.ts';
import type { Finding } from '../core/model/finding.ts';
import type { Sink } from '../core/ports.ts';

/** Longest text of a line, in UTF-16 units: names in audit records are shorter, and what is longer was made to be. */
const MAX_TEXT = 512;

/**
 * Findings as lines of JSON in the function's own log, for a deployment that names no place for them: whoever has just deployed sees
 * what was found. Says who did what where, and never the record or the rule's output, which may hold secrets. A finding that is handed in again is
 * there again: lines of a log cannot be taken back, and `id` says that it is the same.
 */
export class FindingsLog implements Sink {
  readonly name = 'log';
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  async deliver(deliveries: readonly Delivery[]): Promise<readonly DeliveryResult[]> {
    for (const { findings } of deliveries) {
      for (const { finding } of findings) this.#write(JSON.stringify(shortened(finding)));
    }
    return deliveries.map(() => ({ kind: 'delivered' }));
  }

  /** There is nothing that could be wrong with it. */
  async check(): Promise<SinkCheck> {
    return { ok: true };
  }

  close(): void {
    // Nothing is open.
  }
}

function shortened({
  id,
  time,
  rule,
  priority,
  account,
  region,
  cluster,
  actor,
  action,
  target,
  reason,
}: Finding): Readonly<Record<string, unknown>> {
  const { hand, user, channel } = actor;
  const { service, name, verb } = action;
  const { kind, namespace } = target;
  const texts = { id, time, rule, priority, account, region, cluster, user, hand, channel, service, action: name, verb };
  const cut = Object.entries({ ...texts, kind, namespace, name: target.name, reason }).map(([key, text]) => [
    key,
    text?.slice(0, MAX_TEXT),
  ]);
  return { level: 'finding', ...Object.fromEntries(cut.filter(([, text]) => text !== undefined)) };
}
