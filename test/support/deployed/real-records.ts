/** Records that were really written, from the project's fixtures and, where they are there, the shared samples: what a deployment is to be fed with. */
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventSource, RawRecord } from '../../../lib/core/model/raw-record.ts';
import { normalise } from '../../../lib/core/pipeline.ts';
import { parseRfc3339 } from '../../../lib/core/time.ts';
import { inputsOf } from '../../../lib/sources/inputs.ts';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';
import { readInput } from '../../../lib/sources/read-input.ts';
import { collector } from '../reading.ts';
import { sharedPath } from '../shared.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** A record as it was written, but for its times. */
export interface RealRecord {
  readonly source: EventSource;
  readonly text: string;
  readonly timeMs: number;
}

/** What there is. */
export interface RealRecords {
  readonly records: readonly RealRecord[];
  /** Records that no reader takes for events, because they have no time or no type: as they are. */
  readonly unreadable: readonly Pick<RealRecord, 'source' | 'text'>[];
  readonly inputs: number;
  /** Records of the samples among them; 0 where they are not there. */
  readonly shared: number;
}

/**
 * Records of one origin - a folder - that are taken, by source. Most of what CloudTrail wrote there was done by hand, and each such event takes its time in Slack,
 * which takes about a message a second and channel; most of what a cluster's log holds is nobody's business.
 */
const MAX_OF_ORIGIN = { aws_cloudtrail: 40, k8s_audit: 500 } as const;

/**
 * The records of all files, each event once and of each origin no more than the first ones: of two different records with the same id it is the
 * first one in the order of the files' names, because an id made up by hand is none. Times are moved into the stretch, in which each file keeps its order
 * and its distances as far as there is room; nothing else of a text is touched.
 */
export async function realRecords(stretch: { readonly fromMs: number; readonly toMs: number }): Promise<RealRecords> {
  const samples = sharedPath('samples');
  const [own, shared] = [await readFolder(FIXTURES), samples === undefined ? [] : await readFolder(samples)];
  const ids = new Set<string>();
  const ofOrigin = new Map<string, number>();
  const unreadable = new Map<string, Pick<RealRecord, 'source' | 'text'>>();
  let fromShared = 0;
  const records = [own, shared].flatMap((inputs, folder) =>
    inputs.flatMap(({ origin, records: found }) => {
      const events = found.flatMap((record) => {
        const normalised = normalise(record);
        if (!normalised.ok) unreadable.set(record.text, { source: record.source, text: record.text });
        if (!normalised.ok || record.truncated) return [];
        const { dedupeKey, timeMs } = normalised.event;
        const place = `${record.source} ${origin}`;
        const count = ofOrigin.get(place) ?? 0;
        if (ids.has(dedupeKey) || count >= MAX_OF_ORIGIN[record.source]) return [];
        ids.add(dedupeKey);
        ofOrigin.set(place, count + 1);
        return [{ source: record.source, text: record.text, timeMs }];
      });
      if (folder === 1) fromShared += events.length;
      return moved(events, stretch);
    }),
  );
  return { records, unreadable: [...unreadable.values()], inputs: own.length + shared.length, shared: fromShared };
}

/** The records of each input that has any. */
async function readFolder(folder: string): Promise<readonly { readonly origin: string; readonly records: readonly RawRecord[] }[]> {
  const all: { origin: string; records: RawRecord[] }[] = [];
  for await (const input of inputsOf(folder, () => [])) {
    if (input.kind !== 'input') continue;
    const receiver = collector();
    await readInput(input.name, input.open(), receiver, DEFAULT_LIMITS);
    const found = receiver.items.flatMap((item) => (item.kind === 'record' ? [item.record] : []));
    const [origin = ''] = relative(folder, input.name).split(sep);
    if (found.length > 0) all.push({ origin, records: found });
  }
  return all;
}

function moved(
  records: readonly RealRecord[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly RealRecord[] {
  const newestMs = Math.max(...records.map(({ timeMs }) => timeMs));
  return records.map((record) => {
    const ageMs = Math.min(newestMs - record.timeMs, toMs - fromMs);
    // whole seconds: CloudTrail knows no others, and fractions stay what they were
    return laterBy(record, Math.floor((toMs - ageMs - record.timeMs) / 1_000) * 1_000);
  });
}

/** The same record so many ms later: each time at its top level is written in the form that it had. */
function laterBy(record: RealRecord, ms: number): RealRecord {
  const names = record.source === 'aws_cloudtrail' ? ['eventTime'] : ['requestReceivedTimestamp', 'stageTimestamp'];
  const value = JSON.parse(record.text) as Readonly<Record<string, unknown>>;
  const text = names.reduce((before, name) => {
    const time = value[name];
    if (typeof time !== 'string') return before;
    return before.replaceAll(
      new RegExp(`("${name}"\\s*:\\s*)${JSON.stringify(time).replaceAll(/[.+]/g, '\\$&')}`, 'g'),
      (_, head: string) => {
        return `${head}${JSON.stringify(shifted(time, ms))}`;
      },
    );
  }, record.text);
  return { ...record, text, timeMs: record.timeMs + ms };
}

function shifted(time: string, ms: number): string {
  const begin = parseRfc3339(time);
  if (begin === undefined) return time;
  const [, fraction = ''] = /^[^.]*?(\.\d+)/.exec(time) ?? [];
  return new Date(begin.ms + ms).toISOString().replace(/\.\d+Z$/, `${fraction}Z`);
}
