import { civilTime, formatRfc3339 } from '../../time.ts';
import { pluginInfo } from './ct-info.ts';
import { type EngineType, type FieldEvent, type FieldSpec, type FieldValue, fieldSpec } from './field.ts';
import { compactText } from './read.ts';

const SECOND = 1_000_000_000n;
const PLUGINS = { aws_cloudtrail: 'cloudtrail', k8s_audit: 'k8saudit' } as const;

const time = ({ context }: FieldEvent): bigint => context.event.timeNs;
/** Unsigned 64-bit arithmetic, as Falco does it; an event may be older than the first one. */
const sinceFirst = (event: FieldEvent): bigint => BigInt.asUintN(64, time(event) - event.context.firstTimeNs);

const clock = (name: string, description: string, from: string, read: (event: FieldEvent) => string): FieldSpec =>
  fieldSpec({ name, description, from, origin: 'engine', output: time, read });
const text = (name: string, description: string, from: string, read: (event: FieldEvent) => FieldValue): FieldSpec =>
  fieldSpec({ name, description, from, origin: 'engine', read });
const number = (
  name: string,
  engineType: EngineType,
  numbers: FieldSpec['numbers'],
  description: string,
  from: string,
  read: (event: FieldEvent) => bigint,
): FieldSpec => fieldSpec({ name, description, from, origin: 'engine', type: 'number', engineType, numbers, read });

/** Falco's own fields that make sense for audit events (falcosecurity/libs 0.25 `sinsp_filtercheck_gen_event.cpp`). Times are in UTC. */
export const EVT_FIELDS: readonly FieldSpec[] = [
  number('evt.num', 'UINT64', 'plain', 'Number of the event among those of its source, from 1.', 'counted by the reader', ({ context }) =>
    BigInt(context.evtNum),
  ),
  clock('evt.time', 'Time of the event with nanoseconds, such as `05:06:01.654321000`.', "the event's time", (event) => {
    const { clock: seconds, nanos } = civilTime(time(event));
    return `${seconds}.${nanos}`;
  }),
  clock('evt.time.s', 'Time of the event in seconds, such as `05:06:01`.', "the event's time", (event) => civilTime(time(event)).clock),
  clock(
    'evt.time.iso8601',
    'Date and time in ISO 8601, such as `2025-03-04T05:06:01.654321000+0000`.',
    "the event's time",
    (event) => `${formatRfc3339(time(event)).slice(0, -1)}+0000`,
  ),
  clock('evt.datetime', 'Date and time, such as `2025-03-04 05:06:01.654321000`.', "the event's time", (event) => {
    const { date, clock: seconds, nanos } = civilTime(time(event));
    return `${date} ${seconds}.${nanos}`;
  }),
  clock('evt.datetime.s', 'Date and time in seconds, such as `2025-03-04 05:06:01`.', "the event's time", (event) => {
    const { date, clock: seconds } = civilTime(time(event));
    return `${date} ${seconds}`;
  }),
  number('evt.rawtime', 'ABSTIME', 'plain', 'Nanoseconds since 1970.', "the event's time", time),
  number('evt.rawtime.s', 'ABSTIME', 'plain', 'Whole seconds since 1970.', "the event's time", (event) => time(event) / SECOND),
  number('evt.rawtime.ns', 'ABSTIME', 'padded', 'Nanoseconds within the second.', "the event's time", (event) => time(event) % SECOND),
  number('evt.reltime', 'RELTIME', 'padded', 'Nanoseconds since the first event.', 'both times', sinceFirst),
  number('evt.reltime.s', 'RELTIME', 'plain', 'Whole seconds since the first event.', 'both times', (event) => sinceFirst(event) / SECOND),
  number(
    'evt.reltime.ns',
    'RELTIME',
    'padded',
    'Nanoseconds within the second since the first event.',
    'both times',
    (event) => sinceFirst(event) % SECOND,
  ),
  text('evt.pluginname', "Name of Falco's plugin for the source.", 'the source', ({ context }) => PLUGINS[context.event.source]),
  text('evt.plugininfo', 'Summary of the event; for Kubernetes the whole record.', 'the record', (event) =>
    event.context.event.source === 'aws_cloudtrail' ? pluginInfo(event) : compactText(event.text),
  ),
  text('evt.source', 'Name of the event source.', 'the source', ({ context }) => context.event.source),
  fieldSpec({
    name: 'evt.is_async',
    description: 'Whether Falco made the event itself; false for every audit event.',
    from: 'always false',
    origin: 'engine',
    type: 'boolean',
    engineType: 'BOOL',
    read: () => false,
  }),
  text('evt.asynctype', 'Kind of an event that Falco made itself; absent for every audit event.', 'always absent', () => undefined),
  text('evt.hostname', 'Host name as findings carry it.', 'the configuration', ({ context }) => context.hostname),
];
