import type { AlertContext } from '../core/alerts/alert-finding.ts';
import { alertsAcceptance } from '../core/alerts/alerts-acceptance.ts';
import { readAlerts } from '../core/alerts/read-alerts.ts';
import type { FailureCode } from '../core/errors.ts';
import type { Failure } from '../core/model/raw-record.ts';
import type { Spool } from '../core/ports.ts';

/** What became of a posted message. */
export type AlertReceipt =
  | {
      readonly kind: 'accepted';
      readonly alerts: number;
      /** Alerts that are known already in the same state. */
      readonly repeated: number;
      readonly failures: readonly Failure[];
      /** Alerts that the sender says it has left out. */
      readonly leftOut: number;
    }
  | { readonly kind: 'full'; readonly usedBytes: number; readonly limitBytes: number }
  /** The body as a whole is no such message. */
  | { readonly kind: 'malformed'; readonly code: FailureCode; readonly hint: string };

export interface AlertDeskOptions extends AlertContext {
  readonly spool: Pick<Spool, 'accept'>;
  /** Names of the sinks that tell people. */
  readonly sinks: readonly string[];
  /** Told when there is something new for the sinks. */
  readonly onAccepted: () => void;
}

/** Where alerts of an Alertmanager come in: they are on the disk before the message is acknowledged, and go to people only. */
export class AlertDesk {
  readonly #options: AlertDeskOptions;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
  }

  /** False when no sink tells people: an alert that is taken then would be lost. */
  get isOpen(): boolean {
    return this.#options.sinks.length > 0;
  }

  /** Reads and puts down one message. @throws `DriftwireError` of the store. */
  async take(body: string): Promise<AlertReceipt> {
    const { spool, sinks, onAccepted } = this.#options;
    const reading = readAlerts(body, 'alertmanager endpoint', this.#options);
    if (!reading.ok) return { kind: 'malformed', code: reading.code, hint: reading.hint };
    const outcome = await spool.accept(alertsAcceptance(reading, sinks));
    if (outcome.kind === 'full') return outcome;
    if (outcome.entries > 0) onAccepted();
    return {
      kind: 'accepted',
      alerts: reading.deliveries.length,
      repeated: outcome.repeated,
      failures: reading.failures,
      leftOut: reading.truncatedAlerts,
    };
  }
}
