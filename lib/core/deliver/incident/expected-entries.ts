import { parseRecord } from '../../decode/parse-record.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { RawRecord } from '../../model/raw-record.ts';
import { isObject } from '../../normalise/access.ts';
import { normaliseCloudTrail } from '../../normalise/cloudtrail.ts';
import { normaliseKubernetes } from '../../normalise/kubernetes.ts';
import { principalId } from '../../normalise/principal-id.ts';
import { type ConfigEntries, configEntries } from '../../tune/config-entry.ts';
import { worstFinding } from '../slack/event-view.ts';

/** Bound of one entry in UTF-16 units; a longer one is not offered, because cut it would say something else. */
const MAX_ENTRY = 2_000;

/**
 * What would have to stand in the configuration for an event to be expected, made of its record as it was received; undefined for
 * alerts, for events of Falco, and where no entry would change anything.
 */
export function expectedEntries(delivery: Delivery): ConfigEntries | undefined {
  const { finding, recordText: text, origin } = worstFinding(delivery);
  const { source, reason, account, cluster, truncated } = finding;
  if (delivery.alert !== undefined || (source !== 'aws_cloudtrail' && source !== 'k8s_audit')) return undefined;
  const envelope = { ...(account === null ? {} : { account }), ...(cluster === null ? {} : { cluster }) };
  const event = eventOf({ source, text, origin, envelope, truncated });
  const entries =
    event === undefined ? undefined : configEntries({ source, principal: principalId(event.principal), action: event.action, reason });
  const { pipelines, ignore } = entries ?? {};
  const offered = { pipelines: bounded(pipelines), ignore: bounded(ignore) };
  return offered.pipelines === undefined && offered.ignore === undefined ? undefined : offered;
}

function eventOf(record: RawRecord) {
  const value = parseRecord(record);
  if (!isObject(value)) return undefined;
  const normalised = record.source === 'aws_cloudtrail' ? normaliseCloudTrail(record, value) : normaliseKubernetes(record, value);
  return normalised.ok ? normalised.event : undefined;
}

function bounded(entry: string | undefined): string | undefined {
  return entry !== undefined && entry.length > MAX_ENTRY ? undefined : entry;
}
