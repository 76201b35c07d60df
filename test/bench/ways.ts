import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Detector } from '../../lib/core/pipeline.ts';
import type { Receiver } from '../../lib/core/ports.ts';
import { DEFAULT_LIMITS } from '../../lib/sources/limits.ts';
import { readInput } from '../../lib/sources/read-input.ts';
import { openScan } from '../../lib/wire.ts';
import type { Kind } from './files.ts';

/** One way to go through files. */
export type Way = (names: readonly string[]) => void | Promise<void>;

/** What a run counted; also keeps the engine from leaving out what is measured. */
export const counted = { bytes: 0, fields: 0, kept: 0, skipped: 0, findings: 0 };

/** The six fields that a decision needs. */
const FIELDS = {
  aws_cloudtrail: ['eventName', 'eventSource', 'readOnly', 'errorCode', 'userIdentity', 'eventTime'],
  k8s_audit: ['verb', 'stage', 'user', 'objectRef', 'responseStatus', 'requestURI'],
} as const;

function readFields(record: { readonly [key: string]: unknown }, source: keyof typeof FIELDS): void {
  for (const key of FIELDS[source]) if (record[key] !== undefined) counted.fields++;
}

/** (a) Inflates. */
export const inflating: Way = (names) => {
  for (const name of names) counted.bytes += gunzipSync(readFileSync(name)).length;
};

/** (b) Inflates, parses everything and reads six fields of each record. */
export function parsing(kind: Kind): Way {
  return (names) => {
    for (const name of names) parseAll(kind, gunzipSync(readFileSync(name)).toString());
  };
}

function parseAll(kind: Kind, text: string): void {
  if (kind === 'cloudtrail') for (const record of JSON.parse(text).Records) readFields(record, 'aws_cloudtrail');
  else
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const value = JSON.parse(line);
      if (kind === 'kubernetes') readFields(value, 'k8s_audit');
      else for (const { message } of value.logEvents) readFields(JSON.parse(message), 'k8s_audit');
    }
}

/** The detector that `scan` would make of the built-in rules and of what the generated files declare. */
export async function benchDetector(): Promise<Detector> {
  const configPath = fileURLToPath(new URL('./driftwire.yaml', import.meta.url));
  const opened = await openScan({ configPath, ruleFiles: [], builtinRules: true });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  return opened.detector;
}

/** (c) Reads as `scan` does with this detector's prefilter; what it keeps is parsed and six fields are read. */
export function scanning({ prefilter }: Detector): Way {
  return reading(prefilter, (item) => {
    if (item.kind !== 'record') throw new Error(`a generated record was not read: ${JSON.stringify(item).slice(0, 300)}`);
    counted.kept++;
    readFields(JSON.parse(item.record.text), item.record.source);
  });
}

/** (d) The whole of `scan`: what is kept is decided and every finding is made. */
export function deciding(detector: Detector): Way {
  return reading(detector.prefilter, (item) => {
    const outcome = detector.take(item);
    if (outcome.kind === 'findings') counted.findings += outcome.findings.length;
  });
}

function reading(prefilter: Receiver['prefilter'], take: Receiver['take']): Way {
  const skipped = (): void => {
    counted.skipped++;
  };
  return async (names) => {
    for (const name of names) await readInput(name, [readFileSync(name)], { take, skipped, prefilter }, DEFAULT_LIMITS);
  };
}
