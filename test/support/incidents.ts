import type { AlertState } from '../../lib/core/model/alert.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Priority } from '../../lib/core/model/finding.ts';
import { deliveryWith } from './deliveries.ts';

/** What a test needs to be different in what somebody did. */
export interface Deed {
  readonly id: string;
  readonly user?: string;
  readonly session?: string | null;
  readonly account?: string | null;
  readonly cluster?: string | null;
  readonly priority?: Priority;
  readonly rules?: readonly string[];
  readonly tags?: readonly string[];
  readonly resource?: string;
  readonly atMs: number;
}

/** A change in a cluster as the Slack sink is handed it. */
export function deed({
  id,
  user = 'alice',
  session = null,
  account,
  cluster,
  priority = 'Warning',
  rules,
  tags,
  resource,
  atMs,
}: Deed): Delivery {
  const common = {
    priority,
    actor: { user, principal: user, session },
    ...(account === undefined ? {} : { account }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(tags === undefined ? {} : { tags }),
    ...(resource === undefined ? {} : { target: { name: resource } }),
  };
  return deliveryWith({
    id,
    timeNs: BigInt(atMs) * 1_000_000n,
    findings: (rules ?? ['Manual Kubernetes change']).map((rule) => ({ ...common, rule })),
  });
}

/** A word of an Alertmanager about one alert, as the Slack sink is handed it. */
export function alarm(state: Partial<AlertState> & { readonly startsAtMs: number }): Delivery {
  const alert: AlertState = {
    status: 'firing',
    groupKey: '{}:{alertname="DiskFull"}',
    fingerprint: 'f1',
    endsAtMs: null,
    labels: { alertname: 'DiskFull' },
    annotations: {},
    generatorUrl: null,
    ...state,
  };
  const id = `${alert.fingerprint} ${alert.startsAtMs} ${alert.status}`;
  return { ...deliveryWith({ id, timeNs: BigInt(alert.startsAtMs) * 1_000_000n, findings: [{ rule: 'DiskFull' }] }), alert };
}
