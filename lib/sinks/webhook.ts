/** Any address that takes findings as JSON: one request for each event, with a key by which the receiver can tell a repeat. */
import { HttpClient, type HttpClientOptions } from '../clients/http.ts';
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { findingsDocument } from '../core/deliver/receivers/finding-document.ts';
import { fingerprint } from '../core/fingerprint.ts';
import type { Sink } from '../core/ports.ts';
import { type Answering, ask } from './receiver-http.ts';
import { type ReceiverOptions, type ReceiverParts, ReceiverSink } from './receiver-sink.ts';

/** Where and how to post. */
export interface WebhookOptions extends ReceiverOptions {
  readonly url: string;
  readonly http: HttpClientOptions;
}

/** Bound of a body, in bytes; the most that common receivers take. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Said by a check: a GET does not tell what a POST would be answered. */
const NOTE = 'it answers; whether it takes findings is seen with the first one';
/** What addresses that take POST alone say to a GET. */
const NO_GET: ReadonlySet<number> = new Set([400, 404, 405, 406, 411, 415, 422, 501]);

/** Makes the sink. @throws DriftwireError `DW_CONFIG_INVALID` for a credential that cannot be sent in a header. */
export function webhookSink(options: WebhookOptions, parts: ReceiverParts = {}): Sink {
  const { url } = options;
  const client = new HttpClient(options.http);
  const answering: Answering = {
    client,
    timing: parts.timing ?? SYSTEM_TIMING,
    // the receiver has the event already (`Idempotency-Key`)
    judge: ({ status }) => (status === 409 ? { kind: 'taken' } : undefined),
  };
  return new ReceiverSink(
    options,
    parts,
    {
      takesAlerts: true,
      parcels: (items) =>
        items.map((item) => ({
          items: [item],
          body: { key: fingerprint(item.delivery.key), text: findingsDocument(item.delivery, MAX_BODY_BYTES) },
        })),
      send: ({ body: { key, text } }, limits) =>
        ask(
          {
            method: 'POST',
            url,
            headers: { 'content-type': 'application/json', 'idempotency-key': key },
            body: text,
            idempotent: true,
          },
          limits,
          answering,
        ),
      check: async (limits) => {
        const verdict = await ask({ method: 'GET', url, idempotent: true }, limits, {
          ...answering,
          judge: ({ status }) => (NO_GET.has(status) ? { kind: 'taken' } : undefined),
        });
        if (verdict.kind === 'taken') return { ok: true, note: NOTE };
        return {
          ok: false,
          reason: 'reason' in verdict ? verdict.reason : 'unexpected',
          message: 'message' in verdict ? verdict.message : '',
        };
      },
      close: () => client.close(),
    },
    false,
  );
}
