import { expect, test } from 'vitest';
import { fieldPage, fieldTable, fieldUsage, listedFields } from '../../../../lib/core/rules/field-page.ts';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';

test('every field of every source is listed once, with its type, argument and sources', () => {
  const fields = listedFields();
  const names = fields.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(names)).toEqual(new Set([...FIELDS.aws_cloudtrail.keys(), ...FIELDS.k8s_audit.keys()]));
  const of = (name: string): unknown => fields.find((field) => field.name === name);
  expect(of('ka.user.groups')).toMatchObject({ type: 'list of strings', argument: 'none', sources: ['k8s_audit'] });
  expect(of('s3.bytes')).toMatchObject({ type: 'number', sources: ['aws_cloudtrail'] });
  expect(of('drift.user')).toMatchObject({ type: 'string', sources: ['aws_cloudtrail', 'k8s_audit'] });
  for (const { name, description, from } of fields) expect(`${description}|${from}`, name).toMatch(/^[^|]{3,}\|[^|]{2,}/s);
});

test('the argument is shown where there may be one', () => {
  expect(fieldUsage({ name: 'ka.uri.param', argument: 'key' })).toBe('ka.uri.param[key]');
  expect(fieldUsage({ name: 'ka.verb', argument: 'none' })).toBe('ka.verb');
});

test('what a description holds breaks no table', () => {
  const [, , row] = fieldTable([
    { name: 'x', type: 'string', argument: 'key', description: 'a | b <c>', from: 'd > e', sources: ['k8s_audit'] },
  ]);
  expect(row).toBe('| `x` | string | key | a \\| b &lt;c&gt; | d &gt; e |');
});

test('the page has a section for each source', () => {
  const page = fieldPage();
  expect(page.match(/^## .*/gm)).toEqual(['## Both sources', '## CloudTrail', '## Kubernetes audit']);
  expect(page).toContain('| `ka.verb` |');
});
