import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { CaseResult } from '../../lib/cli/rules/testing/run-case.ts';
import { runTestFile } from '../../lib/cli/rules/testing/run-file.ts';
import { lacksOf } from '../../lib/cli/rules/testing/test-report.ts';
import { PRIORITIES } from '../../lib/core/model/finding.ts';
import { builtinEngine } from '../support/detector.ts';

/** Rules that scripts, dashboards and people's exceptions name: a rule that is renamed or lost shows here. */
const NAMES = [
  'Audit trail weakened',
  'Breach command run in a pod',
  'Break-glass principal used',
  'Break-glass principal used in a cluster',
  'Console sign-in without MFA',
  'Denied change attempt',
  'Denied change attempt in a cluster',
  'File copied into a pod',
  'File copied out of a pod',
  'Interactive session in a pod',
  'Interactive session on a host',
  'Kernel settings touched through a pod',
  'Machine name used by a person',
  'Manual AWS change',
  'Manual Kubernetes change',
  'Mutable container admitted',
  'Package manager run in a pod',
  'Policy engine denied a request',
  'Privileged container admitted',
  'Root user activity',
];

const folder = fileURLToPath(new URL('../../rules/tests/', import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.test.yaml'))
  .map((name) => `${folder}${name}`);
const results = await Promise.all(files.map((file) => runTestFile(file)));
const ran = results.flatMap((result) => (result.ok ? [result] : []));
const cases: readonly CaseResult[] = ran.flatMap((result) => result.cases);

test('every file of cases can be run', () => {
  expect(files.length).toBeGreaterThan(3);
  expect(results.flatMap((result) => (result.ok ? [] : result.problems))).toEqual([]);
});

test('these are the built-in rules', () => {
  expect(
    builtinEngine()
      .rules.map(({ name }) => name)
      .sort(),
  ).toEqual(NAMES);
});

test('every built-in rule has a positive, a negative and a failed-call case', () => {
  expect(lacksOf(NAMES, ran)).toEqual([]);
  expect(cases.length).toBeGreaterThan(3 * NAMES.length);
});

describe.each(NAMES)('%s', (name) => {
  test.each(cases.filter(({ rule }) => rule === name).map((result) => [result.name, result] as const))('%s', (_, result) => {
    expect(result.faults, `${result.file}:${result.line}`).toEqual([]);
  });
});

test.each(builtinEngine().rules.map((rule) => [rule.name, rule] as const))('%s says what it is about', (_, { desc, tags, priority }) => {
  expect(desc.length).toBeGreaterThan(30);
  expect(tags.length).toBeGreaterThan(1);
  expect(PRIORITIES).toContain(priority);
});

test('the sentence of a message has no missing name and no line break', () => {
  const messages = cases.flatMap(({ findings }) => findings.map(({ message }) => message));
  expect(messages.length).toBeGreaterThan(NAMES.length);
  for (const message of messages) {
    expect(message.split('(')[0]).not.toContain('<NA>');
    expect(message).not.toMatch(/\n/);
  }
});

test('a request makes at most one finding with the tag drift', () => {
  for (const { name, findings } of cases) {
    expect(findings.filter(({ tags }) => tags.includes('drift')).length, name).toBeLessThan(2);
  }
});
