import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configHash } from '../../lib/config/hash.ts';
import { parseConfig } from '../../lib/config/load.ts';
import { toPolicy } from '../../lib/config/to-policy.ts';

const KEYS = [
  'accounts',
  'clusters',
  'pipelines',
  'workloads',
  'break_glass',
  'ignore',
  'rules',
  'labels',
  'loki',
  'prometheus',
  'serve',
  'slack',
  'receivers',
  'aws',
  '__proto__',
  'constructor',
];
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('111122223333', 'http://127.0.0.1', '*', '#drift', 'sns', 'webhook'),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom('name', 'role', 'user', 'session', 'type', 'url', 'token', 'env', 'labels', 'mode', 'listen'), fc.string()),
      tie('tree'),
      { maxKeys: 4 },
    ),
  ),
}));

describe('reading a configuration', () => {
  it('never throws, whatever the text, and has a problem whenever it has no configuration', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const { config, problems } = parseConfig(text, 'x');
        expect(config === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
      }),
    );
  });

  it('never throws, whatever the value, and points at a place inside the text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...KEYS), tree, { maxKeys: 5 }), (value) => {
        const text = stringify(value);
        const { config, problems } = parseConfig(text, 'x');
        expect(config === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        const lines = text.split('\n').length;
        for (const { line, column, message } of problems) {
          expect(line >= 1 && line <= lines && column >= 1).toBe(true);
          expect(message).not.toMatch(/^Invalid|Too |undefined/);
        }
      }),
    );
  });

  it('gives the same hash and policy for the same meaning in another order', () => {
    const entry = fc.record({
      name: fc.stringMatching(/^[a-z]{3,10}$/),
      role: fc.stringMatching(/^[a-z*?-]{3,10}$/),
      session: fc.stringMatching(/^[a-zA-Z]{1,9}\*?$/),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 5 }),
        fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.stringMatching(/^[a-z]{1,8}$/)),
        (pipelines, labels) => {
          const reversed = Object.fromEntries(Object.entries(labels).reverse());
          const one = parseConfig(stringify({ pipelines, labels }), 'x').config;
          const two = parseConfig(JSON.stringify({ labels: reversed, report_workloads: false, pipelines }), 'y').config;
          if (one === undefined || two === undefined) return expect(Object.keys(labels).length).toBeGreaterThan(11);
          expect(configHash(two)).toBe(configHash(one));
          expect(toPolicy(two)).toEqual(toPolicy(one));
        },
      ),
    );
  });
});
