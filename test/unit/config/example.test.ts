import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configPage } from '../../../lib/config/config-page.ts';
import { configHash } from '../../../lib/config/hash.ts';
import { configJsonSchema } from '../../../lib/config/json-schema.ts';
import { parseConfig } from '../../../lib/config/load.ts';
import { defaultConfig, loadConfigFile } from '../../../lib/config/load-file.ts';
import type { Config } from '../../../lib/config/schema.ts';
import { priorityOf, toPolicy } from '../../../lib/config/to-policy.ts';
import { EMPTY_POLICY } from '../../../lib/core/policy/policy.ts';

const root = new URL('../../../', import.meta.url);

function configOf(text: string): Config {
  const { config } = parseConfig(text, 'x');
  if (config === undefined) throw new Error('the configuration of this test is not valid');
  return config;
}

describe('the example file', () => {
  const example = readFileSync(new URL('driftwire.example.yaml', root), 'utf8');

  it('is valid and warns of nothing', () => {
    expect(parseConfig(example, 'driftwire.example.yaml').problems).toEqual([]);
  });

  it('shows every top-level key', () => {
    expect(Object.keys(configOf(example)).sort()).toEqual(Object.keys(configJsonSchema().properties ?? {}).sort());
  });
});

describe('what is generated from the schema', () => {
  it('docs/config.md is what the schema says today', () => {
    expect(readFileSync(new URL('docs/config.md', root), 'utf8')).toBe(configPage());
  });

  it('the JSON Schema refuses unknown keys and knows the one-principal rule', () => {
    const schema = configJsonSchema();
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties?.['pipelines']?.items?.oneOf).toEqual([
      { required: ['role'] },
      { required: ['user'] },
      { required: ['service_account'] },
      { required: ['kubernetes_user'] },
    ]);
  });

  it('every key has a description', () => {
    const bare: string[] = [];
    const visit = (path: string, node: ReturnType<typeof configJsonSchema>): void => {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        if (child.description === undefined && !path.includes('oneOf')) bare.push(`${path}.${key}`);
        visit(`${path}.${key}`, child);
      }
      if (node.items !== undefined) visit(`${path}[]`, node.items);
      if (typeof node.additionalProperties === 'object') visit(`${path}.*`, node.additionalProperties);
      for (const variant of node.oneOf ?? []) visit(path, variant);
    };
    visit('', configJsonSchema());
    expect(bare).toEqual([]);
  });
});

describe('the policy', () => {
  it('of an empty file is the empty policy', () => {
    expect(toPolicy(configOf(''))).toEqual(EMPTY_POLICY);
  });

  it('carries what decides, and absent keys stay absent', () => {
    const policy = toPolicy(
      configOf(
        'accounts: { "111122223333": { name: prod, channel: "#a" }, "444455556666": {} }\nclusters: { demo: { region: eu-west-1 } }\n' +
          'pipelines: [{ name: a, role: r, session: s }]\nlabels: { env: prod }\nrules: { minimum_priority: warning, disable: [x], rule_matching: first }\n' +
          'ignore: [{ name: i, reason: r, condition: "ka.verb = get" }]\n',
      ),
    );
    expect(policy.accounts).toEqual({ '111122223333': { name: 'prod' }, '444455556666': {} });
    expect(Object.keys(policy.pipelines[0] ?? {}).sort()).toEqual(['name', 'role', 'session']);
    expect(Object.keys(policy.ignore[0] ?? {}).sort()).toEqual(['condition', 'name', 'reason']);
    expect(policy.clusters).toEqual({ demo: { region: 'eu-west-1' } });
    expect(policy.rules).toEqual({ disable: ['x'], minimum_priority: 'Warning', rule_matching: 'first' });
    expect(priorityOf('emergency')).toBe('Emergency');
  });
});

describe('the hash of a configuration', () => {
  it('is the same for other layout, order, comments and defaults written out', () => {
    const short = configHash(configOf('labels: { a: x, b: y }'));
    expect(configHash(configOf('# why\nreport_workloads: false\nlabels:\n  b: y\n  a: x\n'))).toBe(short);
    expect(short).toMatch(/^[0-9a-f]{16}$/);
  });

  it('differs as soon as anything decides differently', () => {
    const one = configHash(configOf('pipelines: [{ name: a, role: r }, { name: b, role: s }]'));
    expect(configHash(configOf('pipelines: [{ name: a, role: r }, { name: b, role: t }]'))).not.toBe(one);
    expect(configHash(configOf('pipelines: [{ name: b, role: s }, { name: a, role: r }]'))).not.toBe(one);
  });
});

describe('reading the file', () => {
  it('gives the defaults when no file is named and none is there', () => {
    expect(defaultConfig().config).toEqual(configOf(''));
  });

  it('tells why a named file cannot be read', () => {
    expect(loadConfigFile('no/such/file.yaml').problems[0]).toMatchObject({
      severity: 'error',
      file: 'no/such/file.yaml',
      message: expect.stringContaining('ENOENT'),
    });
    expect(loadConfigFile('lib').problems[0]?.message).toContain('not a file');
  });

  it('reads a file', () => {
    expect(loadConfigFile('driftwire.example.yaml').config).toBeDefined();
  });
});
