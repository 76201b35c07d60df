/**
 * A delivery as text, for the spool and for queues. What is read back is what this or an earlier version of Driftwire wrote;
 * all findings of an event come from one record, whose text is written once.
 */
import type { Delivery } from '../model/delivery.ts';
import type { Finding, FindingWithOrigin, OutputValue } from '../model/finding.ts';

const VERSION = 1;

/** A nanosecond time, which JSON's numbers cannot hold. */
interface ExactInteger {
  readonly integer: string;
}
type WrittenValue = Exclude<OutputValue, bigint> | ExactInteger;
type WrittenFinding = Omit<Finding, 'output_fields'> & { readonly output_fields: Readonly<Record<string, WrittenValue>> };

interface WrittenDelivery
  extends Pick<Delivery, 'key' | 'requestKey' | 'principal' | 'ingest' | 'missed' | 'alert'>,
    Omit<FindingWithOrigin, 'finding'> {
  readonly version: typeof VERSION;
  readonly findings: readonly [WrittenFinding, ...WrittenFinding[]];
}

/** Writes a delivery. */
export function deliveryText({ key, requestKey, principal, ingest, missed, alert, findings }: Delivery): string {
  const [first, ...more] = findings;
  const { recordText, origin, timeMs, foreignSource } = first;
  const written: WrittenDelivery = {
    version: VERSION,
    key,
    requestKey,
    ...(principal === undefined ? {} : { principal }),
    ...(ingest === undefined ? {} : { ingest }),
    ...(missed === undefined ? {} : { missed }),
    ...(alert === undefined ? {} : { alert }),
    recordText,
    origin,
    timeMs,
    ...(foreignSource === undefined ? {} : { foreignSource }),
    findings: [writtenFinding(first.finding), ...more.map(({ finding }) => writtenFinding(finding))],
  };
  return JSON.stringify(written);
}

/** Reads a delivery back; undefined for a text that no version up to this one wrote. */
export function parseDelivery(text: string): Delivery | undefined {
  const written = parse(text);
  if (written?.version !== VERSION) return undefined;
  const { key, requestKey, principal, ingest, missed, alert, recordText, origin, timeMs, foreignSource, findings } = written;
  const common = { recordText, origin, timeMs, ...(foreignSource === undefined ? {} : { foreignSource }) };
  const read = (finding: WrittenFinding): FindingWithOrigin => ({ finding: readFinding(finding), ...common });
  const [first, ...more] = findings;
  return {
    key,
    requestKey,
    ...(principal === undefined ? {} : { principal }),
    ...(ingest === undefined ? {} : { ingest }),
    ...(missed === undefined ? {} : { missed }),
    ...(alert === undefined ? {} : { alert }),
    findings: [read(first), ...more.map(read)],
  };
}

function parse(text: string): WrittenDelivery | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as WrittenDelivery) : undefined;
  } catch {
    return undefined;
  }
}

function writtenFinding(finding: Finding): WrittenFinding {
  return {
    ...finding,
    output_fields: mapValues(finding.output_fields, (value) => (typeof value === 'bigint' ? { integer: String(value) } : value)),
  };
}

function readFinding(finding: WrittenFinding): Finding {
  return { ...finding, output_fields: mapValues(finding.output_fields, (value) => (isExact(value) ? BigInt(value.integer) : value)) };
}

function isExact(value: WrittenValue): value is ExactInteger {
  return typeof value === 'object' && value !== null && 'integer' in value;
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W): Readonly<Record<string, W>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
