/** What an API server would have logged of real and generated days under the compiled audit policy: the same findings, and how much less of everything else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../lib/core/model/audit-event.ts';
import type { RawRecord } from '../../lib/core/model/raw-record.ts';
import { Detector } from '../../lib/core/pipeline.ts';
import { compilePolicy } from '../../lib/core/policy/declared.ts';
import { EMPTY_POLICY, type Policy } from '../../lib/core/policy/policy.ts';
import { auditPolicy } from '../../lib/core/policy/to-audit-policy.ts';
import { builtin, loadedRules } from '../support/detector.ts';
import { logged } from '../support/patterns/audit-policy.ts';
import { readAll } from '../support/reading.ts';
import { sharedPath } from '../support/shared.ts';

const loaded = loadedRules(builtin);

interface Compared {
  readonly records: number;
  readonly logged: number;
  readonly bytes: number;
  readonly loggedBytes: number;
  readonly findings: readonly string[];
  readonly loggedFindings: readonly string[];
}

/** Findings of a log and of what a policy would have left of it: rule and event. */
function compare(records: readonly RawRecord[], given: Policy, iamIdentities: boolean): Compared {
  const { policy } = auditPolicy(compilePolicy(given), loaded.engine, loaded.model, { iamIdentities });
  const kept = records.flatMap((record) => {
    const event = logged(policy, JSON.parse(record.text) as JsonObject);
    return event === undefined ? [] : [{ ...record, text: JSON.stringify(event) }];
  });
  const size = (all: readonly RawRecord[]): number => all.reduce((sum, { text }) => sum + text.length, 0);
  const found = (all: readonly RawRecord[]): readonly string[] => {
    const detector = new Detector({ policy: given, engine: loaded.engine, ignores: [] });
    return all
      .flatMap((record) => {
        const outcome = detector.take({ kind: 'record', record });
        return outcome.kind === 'findings' ? outcome.findings.map(({ finding }) => `${finding.id} ${finding.rule}`) : [];
      })
      .sort();
  };
  return {
    records: records.length,
    logged: kept.length,
    bytes: size(records),
    loggedBytes: size(kept),
    findings: found(records),
    loggedFindings: found(kept),
  };
}

function unpacked(path: string): Buffer {
  const bytes = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

function recordsBelow(folder: string, isWanted: (name: string) => boolean = () => true): readonly RawRecord[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && isWanted(entry.name));
  return files.flatMap(({ parentPath, name }) =>
    readAll(unpacked(join(parentPath, name))).flatMap((item) =>
      item.kind === 'record' && item.record.source === 'k8s_audit' && !item.record.truncated ? [item.record] : [],
    ),
  );
}

function tell(what: string, { records, logged: left, bytes, loggedBytes, findings }: Compared): void {
  const less = (part: number, whole: number): string => `${(100 - (100 * part) / whole).toFixed(1)} %`;
  console.log(
    `${what}: ${less(left, records)} of ${records} events and ${less(loggedBytes, bytes)} of the bytes are not logged, ${findings.length} findings`,
  );
}

const DECLARED: Policy = {
  ...EMPTY_POLICY,
  pipelines: [{ name: 'argocd', service_account: 'argocd/argocd-application-controller' }],
};

test('the sample day has the same findings, and half of it need not be logged', { timeout: 60_000 }, () => {
  const records = recordsBelow(fileURLToPath(new URL('../../samples/logs', import.meta.url)));
  for (const [what, policy, iamIdentities] of [
    ['sample day', EMPTY_POLICY, false],
    ['sample day with a pipeline', DECLARED, false],
    ['sample day with IAM identities', EMPTY_POLICY, true],
  ] as const) {
    const compared = compare(records, policy, iamIdentities);
    tell(what, compared);
    expect(compared.findings.length).toBeGreaterThan(20);
    expect(compared.loggedFindings).toEqual(compared.findings);
  }
});

test.skipIf(sharedPath('samples') === undefined)('a real cluster, and real samples, have the same findings', { timeout: 120_000 }, () => {
  const records = recordsBelow(sharedPath('samples/kubernetes-cluster') ?? '', (name) => name === 'audit.log.jsonl.gz');
  for (const iamIdentities of [false, true]) {
    const cluster = compare(records, EMPTY_POLICY, iamIdentities);
    tell(`a real cluster${iamIdentities ? ' with IAM identities' : ''}`, cluster);
    expect(cluster.records).toBeGreaterThan(5000);
    expect(cluster.findings.length).toBeGreaterThan(100);
    expect(cluster.loggedFindings).toEqual(cluster.findings);
  }
  const samples = compare(
    recordsBelow(sharedPath('samples') ?? '', (name) => !name.endsWith('.gz')),
    EMPTY_POLICY,
    true,
  );
  tell('all samples', samples);
  expect(samples.findings.length).toBeGreaterThan(20);
  expect(samples.findings.filter((finding) => !samples.loggedFindings.includes(finding))).toEqual([]);
});
