import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { FindingWithOrigin } from '../../lib/core/model/finding.ts';
import type { Policy } from '../../lib/core/policy/policy.ts';
import type { Summary } from '../../lib/core/summary.ts';
import { DEFAULT_LIMITS } from '../../lib/sources/limits.ts';
import { readInput } from '../../lib/sources/read-input.ts';
import { auditLines, cloudTrailObject, logMessages } from '../bench/generate.ts';
import { detectorOf, findingsOf } from '../support/detector.ts';
import { expectSameOutcome } from '../support/same-outcome.ts';
import { sharedPath } from '../support/shared.ts';

const samples = sharedPath('samples');

const POLICIES: Readonly<Record<string, Partial<Policy>>> = {
  'nothing declared': {},
  'a pipeline declared': { pipelines: [{ name: 'gha', role: 'gha-deploy-*', session: 'GitHubActions*' }] },
  'pipelines declared for places': {
    pipelines: [
      { name: 'gha', role: 'gha-deploy-*', accounts: ['111122223333'] },
      { name: 'argocd', service_account: 'argocd/*', namespaces: ['shop'], clusters: ['demo'] },
      { name: 'nodes', kubernetes_user: 'system:node:*', namespaces: ['kube-*'] },
    ],
  },
};

interface Scanned {
  readonly summary: Summary;
  readonly findings: readonly FindingWithOrigin[];
}

/** What a detector with the built-in rules makes of inputs that are read with or without the scanner. */
async function scanned(policy: Partial<Policy>, inputs: readonly Uint8Array[], hasScanner: boolean): Promise<Scanned> {
  const detector = detectorOf(policy);
  const findings: FindingWithOrigin[] = [];
  const receiver = {
    take: (item: Parameters<typeof detector.take>[0]) => void findings.push(...findingsOf(detector.take(item))),
    skipped: detector.skipped.bind(detector),
    prefilter: hasScanner ? detector.prefilter : undefined,
  };
  for (const [index, bytes] of inputs.entries()) await readInput(`input ${index}`, [bytes], receiver, DEFAULT_LIMITS);
  return { summary: detector.summary(), findings };
}

test.each(Object.entries(POLICIES))(
  'with %s, findings and counts of generated files are the same with and without the scanner',
  async (_, policy) => {
    const inputs = [cloudTrailObject(5, 1_500_000), Buffer.from(auditLines(5, 1_500_000).join('\n')), logMessages(6, 1_000_000)];
    const full = await scanned(policy, inputs, false);
    expect(await scanned(policy, inputs, true)).toEqual(full);
    expect(full.findings.length).toBeGreaterThan(30);
    expect(full.summary.records).toBeGreaterThan(2_000);
  },
  60_000,
);

test.skipIf(samples === undefined)(
  'findings and counts of real records are the same with and without the scanner',
  async () => {
    const names = readdirSync(samples ?? '', { recursive: true, encoding: 'utf8' }).map((name) => join(samples ?? '', name));
    const inputs = names.filter((name) => statSync(name).isFile()).map((name) => readFileSync(name));
    for (const policy of Object.values(POLICIES)) {
      const full = await scanned(policy, inputs, false);
      expect(await scanned(policy, inputs, true)).toEqual(full);
      expect(full.findings.length).toBeGreaterThan(100);
    }
  },
  120_000,
);

test.skipIf(samples === undefined)(
  'real records of every shape are told of in the same way with and without the scanner',
  () => {
    let skipped = 0;
    let items = 0;
    for (const name of readdirSync(samples ?? '', { recursive: true, encoding: 'utf8' })) {
      const path = join(samples ?? '', name);
      if (!statSync(path).isFile()) continue;
      const read = readFileSync(path);
      const bytes = read[0] === 0x1f ? gunzipSync(read) : read;
      const pieces = Array.from({ length: Math.ceil(bytes.length / 5_000) }, (_, i) => bytes.subarray(i * 5_000, (i + 1) * 5_000));
      const compared = expectSameOutcome(pieces);
      skipped += compared.skipped;
      items += compared.items;
    }
    expect(items).toBeGreaterThan(10_000);
    expect(skipped).toBeGreaterThan(5_000);
  },
  60_000,
);
