import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { classify } from '../../lib/core/classify/classify.ts';
import type { RawRecord } from '../../lib/core/model/raw-record.ts';
import { normalise } from '../../lib/core/pipeline.ts';
import { compilePolicy } from '../../lib/core/policy/declared.ts';
import { EMPTY_POLICY, type Policy } from '../../lib/core/policy/policy.ts';
import { sharedPath } from '../support/shared.ts';

const folder = sharedPath('samples/kubernetes-cluster');

/** The pipelines of that cluster as its owner would declare them. */
const POLICY: Policy = {
  ...EMPTY_POLICY,
  pipelines: [
    { name: 'github-actions', role: 'gha-deploy-*', session: 'GitHubActions*' },
    { name: 'gitlab', role: 'ci-helm-release', session: 'gitlab-runner-*' },
    { name: 'terraform', role: 'terraform-platform', session: 'aws-go-sdk-*' },
    { name: 'argocd', service_account: 'argocd/argocd-application-controller' },
    { name: 'flux', service_account: 'flux-system/kustomize-controller' },
  ],
  break_glass: [{ name: 'emergency', role: 'break-glass-*' }],
};

interface Truth {
  readonly auditID: string;
  readonly stage: string;
  readonly hand: string;
  readonly class: string;
  readonly identity: string;
  readonly command?: string | null;
  readonly undecidable?: boolean;
}

describe.skipIf(folder === undefined)('the labelled cluster', () => {
  const lines = (name: string, inflate = false): readonly string[] => {
    const bytes = readFileSync(`${folder}/${name}`);
    return (inflate ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').filter(Boolean);
  };

  test('every manual change of the truth is found once, and nothing else', () => {
    const truth = new Map(
      lines('truth.jsonl')
        .map((line) => JSON.parse(line) as Truth)
        .map((row) => [row.auditID, row]),
    );
    const policy = compilePolicy(POLICY);
    const manual: string[] = [];
    const wrongClass: string[] = [];
    let events = 0;
    for (const text of lines('audit.log.jsonl.gz', true)) {
      events++;
      const record: RawRecord = {
        source: 'k8s_audit',
        text,
        origin: { input: 'audit.log', line: events, path: '' },
        envelope: {},
        truncated: false,
      };
      const normalised = normalise(record);
      if (!normalised.ok) throw new Error(normalised.hint);
      const verdict = classify(normalised.event, policy);
      if (verdict.manual) manual.push(normalised.event.id);
      const row = truth.get(normalised.event.id);
      if (
        row !== undefined &&
        verdict.decides &&
        row.undecidable !== true &&
        CLASS[verdict.class] !== row.class &&
        !isReview(row, verdict.class)
      ) {
        wrongClass.push(`${row.identity} ${row.command}: ${verdict.class} (${verdict.classReason}, ${verdict.hand}), truth ${row.class}`);
      }
    }
    const expectedIds = [...truth.values()]
      .filter(({ hand, class: kind }) => (hand === 'human' || hand === 'unknown') && (kind === 'change' || kind === 'interactive'))
      .map(({ auditID }) => auditID);
    const undecidable = new Set([...truth.values()].filter((row) => row.undecidable === true).map(({ auditID }) => auditID));
    expect(events).toBe(5181);
    expect(wrongClass).toEqual([]);
    expect(manual.filter((id) => !undecidable.has(id)).sort()).toEqual(expectedIds.sort());
    expect(expectedIds.length).toBe(114);
  });
});

const CLASS: Readonly<Record<string, string>> = {
  change: 'change',
  interactive: 'interactive',
  read: 'read',
  dry_run: 'dry run',
  attempt: 'failed attempt',
  noise: 'change',
};

/** Access reviews are reads here, a class of their own in the truth. */
function isReview(row: Truth, found: string): boolean {
  return row.class === 'access review' && found === 'read';
}
