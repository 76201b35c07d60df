import { describe, expect, test } from 'vitest';
import { FIELDS } from '../../../../lib/core/rules/field-table.ts';
import { LONGEST_NAME } from '../../../../lib/core/rules/resolve-field.ts';

describe.each(Object.entries(FIELDS))('the fields of %s', (source, fields) => {
  test('have a name of the language, a type, and words for people', () => {
    expect(fields.size).toBeGreaterThan(source === 'k8s_audit' ? 150 : 130);
    for (const [name, spec] of fields) {
      expect(name).toMatch(/^[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_]*)+$/);
      expect(name.length).toBeLessThanOrEqual(LONGEST_NAME);
      expect(spec.description.length, name).toBeGreaterThan(5);
      expect(spec.from.length, name).toBeGreaterThan(2);
      expect(spec.type === 'string', name).toBe(spec.engineType === 'CHARBUF');
      expect(spec.argument === 'index' ? spec.isList : true, name).toBe(true);
    }
  });

  test("ours have their own beginning, Falco's have theirs", () => {
    for (const { name, origin } of fields.values()) expect(origin === 'driftwire').toBe(name.startsWith('drift.'));
    for (const { name, origin } of fields.values()) expect(origin === 'engine').toBe(name.startsWith('evt.'));
  });
});

test('fields of one vendor are not those of the other', () => {
  expect(FIELDS.k8s_audit.has('ct.name')).toBe(false);
  expect(FIELDS.aws_cloudtrail.has('ka.verb')).toBe(false);
  expect(FIELDS.k8s_audit.has('ka.req.pod.ephemeralContainers.host_port')).toBe(false);
  expect(FIELDS.aws_cloudtrail.has('json.value') && FIELDS.k8s_audit.has('json.value')).toBe(true);
});
