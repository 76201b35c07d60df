/** Real and generated records: what the runtime keeps of them the compiled patterns let through, and of the rest they leave out a good part. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../lib/core/model/audit-event.ts';
import type { RawRecord } from '../../lib/core/model/raw-record.ts';
import { Detector } from '../../lib/core/pipeline.ts';
import { compilePolicy } from '../../lib/core/policy/declared.ts';
import { EMPTY_POLICY, type Policy } from '../../lib/core/policy/policy.ts';
import { cloudWatchLogsPattern } from '../../lib/core/policy/to-cwl.ts';
import { eventBridgePattern } from '../../lib/core/policy/to-eventbridge.ts';
import { DEFAULT_SIMULATION, type SimulatedEvent } from '../../lib/simulate/model.ts';
import { simulate } from '../../lib/simulate/simulate.ts';
import { builtinEngine } from '../support/detector.ts';
import { compileCwlPattern } from '../support/patterns/cwl-pattern.ts';
import { compileEventPattern } from '../support/patterns/eventbridge-pattern.ts';
import { readAll } from '../support/reading.ts';
import { sharedPath } from '../support/shared.ts';

const engine = builtinEngine();

interface Counted {
  readonly records: number;
  readonly kept: number;
  readonly leftOut: number;
  readonly keptButLeftOut: readonly string[];
}

/** What becomes of records at the runtime and at the patterns; a cut record matches no pattern for JSON and has one of its own. */
function compare(records: readonly RawRecord[], policy: Policy): Readonly<Record<RawRecord['source'], Counted>> {
  const compiled = compilePolicy(policy);
  const events = compileEventPattern(eventBridgePattern(compiled, engine).pattern);
  const logs = compileCwlPattern(cloudWatchLogsPattern(compiled, engine).text);
  const isLetThrough = ({ source, text }: RawRecord): boolean =>
    source === 'k8s_audit'
      ? logs.matches(text)
      : events.matches({ source: 'aws.x', 'detail-type': 'AWS API Call via CloudTrail', detail: JSON.parse(text) as Json });
  const of = (source: RawRecord['source']): Counted => {
    const own = records.filter((record) => record.source === source && !record.truncated);
    const judged = own.map((record) => ({
      text: record.text,
      isKept: new Detector({ policy, engine, ignores: [] }).take({ kind: 'record', record }).kind === 'findings',
      isLetThrough: isLetThrough(record),
    }));
    return {
      records: own.length,
      kept: judged.filter(({ isKept }) => isKept).length,
      leftOut: judged.filter((each) => !each.isLetThrough).length,
      keptButLeftOut: judged.filter((each) => each.isKept && !each.isLetThrough).map(({ text }) => text),
    };
  };
  return { aws_cloudtrail: of('aws_cloudtrail'), k8s_audit: of('k8s_audit') };
}

const DECLARED: Policy = {
  ...EMPTY_POLICY,
  accounts: { '111122223333': {} },
  pipelines: [
    { name: 'ci', role: 'gha-*' },
    { name: 'tf', role: 'terraform-apply' },
    { name: 'argocd', service_account: 'argocd/*' },
  ],
  break_glass: [{ name: 'emergency', role: 'BreakGlass*' }],
};

describe.each([
  ['nothing declared', EMPTY_POLICY],
  ['pipelines declared', DECLARED],
])('of a generated day, with %s', (_, policy) => {
  test('everything that is kept is let through, and most of the rest is left out', { timeout: 60_000 }, () => {
    const records = [...simulate({ ...DEFAULT_SIMULATION, scale: 2 })].map(recordOf);
    const { aws_cloudtrail: aws, k8s_audit: kubernetes } = compare(records, policy);
    for (const { keptButLeftOut, kept } of [aws, kubernetes]) {
      expect(keptButLeftOut).toEqual([]);
      expect(kept).toBeGreaterThan(20);
    }
    console.log('generated', brief(aws), brief(kubernetes));
    expect(aws.leftOut / (aws.records - aws.kept)).toBeGreaterThan(0.5);
    expect(kubernetes.leftOut / (kubernetes.records - kubernetes.kept)).toBeGreaterThan(0.7);
  });
});

test.skipIf(sharedPath('samples') === undefined)('of real samples everything that is kept is let through', { timeout: 120_000 }, () => {
  const root = sharedPath('samples') ?? '';
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith('.gz'),
  );
  const records = files.flatMap(({ parentPath, name }) =>
    readAll(readFileSync(join(parentPath, name))).flatMap((item) => (item.kind === 'record' ? [item.record] : [])),
  );
  for (const policy of [EMPTY_POLICY, DECLARED]) {
    const { aws_cloudtrail: aws, k8s_audit: kubernetes } = compare(records, policy);
    expect([...aws.keptButLeftOut, ...kubernetes.keptButLeftOut]).toEqual([]);
    console.log('samples', brief(aws), brief(kubernetes));
    expect(aws.kept).toBeGreaterThan(100);
    expect(kubernetes.kept).toBeGreaterThan(20);
    expect(aws.leftOut).toBeGreaterThan(100);
    expect(kubernetes.leftOut).toBeGreaterThan(100);
  }
});

function recordOf({ source, text }: SimulatedEvent): RawRecord {
  return { source, text, origin: { input: 'simulated', line: 1, path: '' }, envelope: {}, truncated: false };
}

function brief({ records, kept, leftOut }: Counted): string {
  return `${records} records, ${kept} kept, ${leftOut} left out`;
}
