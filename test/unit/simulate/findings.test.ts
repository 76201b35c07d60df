import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../lib/core/model/finding.ts';
import type { Summary } from '../../../lib/core/summary.ts';
import type { Truth } from '../../../lib/simulate/model.ts';
import { openScan, scanInputs } from '../../../lib/wire.ts';

const samples = fileURLToPath(new URL('../../../samples/', import.meta.url));
const truth = new Map<string, Truth>();
for (const line of readFileSync(join(samples, 'truth.jsonl'), 'utf8').trimEnd().split('\n')) {
  const row: Truth = JSON.parse(line);
  truth.set(row.id, row);
}

const findings: Finding[] = [];
let summary: Summary | undefined;

beforeAll(async () => {
  const opened = await openScan({ configPath: join(samples, 'driftwire.yaml'), ruleFiles: [], builtinRules: true });
  if (!opened.ok) throw new Error(`the sample cannot be scanned: ${JSON.stringify(opened.problems)}`);
  const scanned = await scanInputs([join(samples, 'logs')], opened.detector, (outcome) => {
    if (outcome.kind === 'findings') findings.push(...outcome.findings.map(({ finding }) => finding));
  });
  summary = scanned.summary;
});

describe('scanning the bundled sample', () => {
  it('finds what the truth expects, nothing else, and nothing twice', () => {
    const found = findings.map(({ id, rule }) => `${rule}: ${truth.get(id)?.why} (${id})`).sort();
    const expected = [...truth.values()].flatMap(({ id, rules, why }) => rules.map((rule) => `${rule}: ${why} (${id})`)).sort();
    expect(found).toEqual(expected);
    expect(found.length).toBeGreaterThan(40);
  });

  it('tags drift once for each change and session by hand, and never else', () => {
    const tagged = findings.filter(({ tags }) => tags.includes('drift')).map(({ id }) => id);
    const manual = [...truth.values()].filter((row) => row.manual).map(({ id }) => id);
    expect(tagged.sort()).toEqual(manual.sort());
  });

  it('names the person, the hand, the class and the account as the truth does', () => {
    for (const { id, rule, actor, action, account, source } of findings) {
      const row = truth.get(id);
      expect([actor.hand, action.class, source]).toEqual([row?.hand, row?.class, row?.source]);
      expect(actor.user, rule).toBe(row?.user);
      if (source === 'aws_cloudtrail') expect(account).toBe(row?.account);
    }
  });

  it('accounts for every record, copies included', () => {
    if (summary === undefined) throw new Error('nothing was scanned');
    const dropped = Object.values(summary.dropped).reduce((sum, count) => sum + count, 0);
    expect(summary.failed).toEqual({});
    expect(summary.duplicates).toBeGreaterThan(0);
    expect(summary.records).toBe(summary.eventsWithFindings + dropped + summary.duplicates);
    expect(summary.eventsWithFindings).toBe([...truth.values()].filter(({ rules }) => rules.length > 0).length);
  });
});
