import { shownUrl } from '../clients/http.ts';
import { DriftwireError } from '../core/errors.ts';

/** The addresses of one Loki. */
export interface LokiAddress {
  readonly push: string;
  readonly queryRange: string;
}

/**
 * The addresses that a configured one stands for: the base of a Loki, or its push address in full, as Grafana Cloud shows it.
 *
 * @throws DriftwireError `DW_CONFIG_INVALID` for the push address of Loki before 2.0, which takes today's bodies with a 204 and keeps nothing.
 */
export function lokiAddress(url: string): LokiAddress {
  const parsed = new URL(url);
  const path = parsed.pathname.replace(/\/+$/, '');
  if (path.endsWith('/api/prom/push')) {
    throw new DriftwireError(
      'DW_CONFIG_INVALID',
      `${shownUrl(url)} is the push address of old: Loki answers there as if it had stored what it drops; write the address without /api/prom/push`,
    );
  }
  const base = path.replace(/\/loki\/api\/v1(?:\/push)?$/, '');
  const at = (endpoint: string): string => {
    const address = new URL(parsed);
    address.pathname = `${base}/loki/api/v1/${endpoint}`;
    return address.href;
  };
  return { push: at('push'), queryRange: at('query_range') };
}
