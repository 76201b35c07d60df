import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import type { EventSource } from '../../../../lib/core/model/raw-record.ts';
import { principalId } from '../../../../lib/core/normalise/principal-id.ts';
import { loadRules } from '../../../../lib/core/rules/load-rules.ts';
import { exceptionItem, isExcepted } from '../../../../lib/core/tune/exception.ts';
import { BUILTIN_RULES } from '../../../../lib/wire.ts';
import { detectorOf } from '../../../support/detector.ts';
import { cloudtrailRecord, eventOf, iamUserInfo, kubernetesEvent, roleSession, serviceAccountInfo } from '../../../support/records.ts';

const builtin = BUILTIN_RULES.map((name) => ({ name, text: readFileSync(name, 'utf8') }));
const SELECTION = { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] } as const;

/** The part of the built-in rules that the property test needs; it loads rules some hundred times. */
const SMALL = [
  {
    name: 'small.yaml',
    text: `
- list: denied_codes
  items: [x]
- rule: Manual Kubernetes change
  desc: a change by hand
  condition: drift.manual = true and drift.class = change and not drift.error in (denied_codes)
  output: x
  priority: WARNING
  source: k8s_audit
`,
  },
];
let base: readonly { readonly name: string; readonly text: string }[] = builtin;

function loaded(...texts: readonly string[]): ReturnType<typeof loadRules> {
  return loadRules([...base, ...texts.map((text, index) => ({ name: `${index}.yaml`, text }))], SELECTION);
}

type Sample = readonly [EventSource, JsonObject];
/** What a finding is of, as one text. */
function findingsIn(samples: readonly Sample[], ...texts: readonly string[]): readonly string[] {
  const { engine, problems } = loaded(...texts);
  if (engine === undefined) throw new Error(JSON.stringify([problems, texts]));
  // what is written must not only load, it must load without a warning about itself
  expect(problems).toEqual([]);
  const detector = detectorOf({}, { engine });
  return samples.flatMap(([source, value]) => {
    const event = eventOf(source, value);
    return detector.decide(event, 1).findings.map(({ finding }) => keyOf(finding.rule, principalId(event.principal), event.action));
  });
}
const keyOf = (rule: string, principal: string, action: string): string => JSON.stringify([rule, principal, action]);

function itemFor(rule: string, excepted: readonly { principal: string; action: string }[], ...texts: readonly string[]): string {
  const { model } = loaded(...texts);
  const found = model.rules.find(({ name }) => name === rule);
  if (found === undefined) throw new Error(rule);
  return exceptionItem(excepted, { lists: new Set(model.lists.map(({ name }) => name)), rule: found });
}

const aws = (role: string, eventName: string, session = 's'): Sample => [
  'aws_cloudtrail',
  cloudtrailRecord({ userIdentity: roleSession(role, session), eventName }),
];
const k8s = (user: JsonObject, changes: JsonObject = {}): Sample => ['k8s_audit', kubernetesEvent({ user, ...changes })];

const NAMES = [
  'alice',
  'O\'Neil, "Bob" (ops) = x',
  'the denied_codes team',
  'a,denied_codes,b',
  'jürgen 🦊',
  '*',
  'al*',
  'al?ce',
  '[a-z]lice',
  'back\\slash\\',
  '"quoted"',
  '(paren',
  "'",
  '<NA>',
  'tab\there',
  ' ',
  '{{ x }} %d: #!&',
  'true',
  '\u202eevil',
];
const SAMPLES: readonly Sample[] = [
  ...NAMES.map((username) => k8s({ username })),
  k8s({ username: 'alice' }, { verb: 'delete' }),
  k8s(iamUserInfo('alice', 'DataScientist', 'alice')),
  k8s(serviceAccountInfo('argocd/other')),
  aws('deploy', 'RunInstances', 'run-1'),
  aws('deploy', 'RunInstances', 'run-2'),
  aws('deploy', 'StopInstances'),
  aws('deployer', 'RunInstances'),
  ['aws_cloudtrail', cloudtrailRecord({ eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' })],
];

describe('an exception', () => {
  const before = findingsIn(SAMPLES);
  const groups = [...new Set(before)].map((key) => JSON.parse(key) as [string, string, string]);

  test('is made of samples that find a lot', () => expect(groups.length).toBeGreaterThan(24));

  test.each(groups)('silences exactly its group: %s · %s · %s', (rule, principal, action) => {
    const item = itemFor(rule, [{ principal, action }]);
    expect(findingsIn(SAMPLES, item)).toEqual(before.filter((key) => key !== keyOf(rule, principal, action)));
  });

  test('is known again by the rule that has it, and no other group of the rule is', () => {
    for (const [rule, principal, action] of groups) {
      const withIt = loaded(itemFor(rule, [{ principal, action }])).model.rules;
      const excepted = groups.filter(([name, who, what]) => {
        const found = withIt.find((each) => each.name === name);
        return found !== undefined && isExcepted({ principal: who, action: what }, found);
      });
      expect(excepted).toEqual([[rule, principal, action]]);
    }
  }, 60_000);

  test('of several groups of a rule silences exactly those', () => {
    const some = groups.filter(([rule], index) => rule === 'Manual Kubernetes change' && index % 2 === 0);
    expect(some.length).toBeGreaterThan(5);
    const item = itemFor(
      'Manual Kubernetes change',
      some.map(([, principal, action]) => ({ principal, action })),
    );
    const gone = new Set(some.map((group) => keyOf(...group)));
    expect(findingsIn(SAMPLES, item)).toEqual(before.filter((key) => !gone.has(key)));
  });

  test('adds to one that an earlier file appended', () => {
    const [first, second] = [
      { principal: '111122223333:role/deploy', action: 'RunInstances' },
      { principal: '111122223333:role/deployer', action: 'RunInstances' },
    ];
    const one = itemFor('Manual AWS change', [first]);
    const two = itemFor('Manual AWS change', [second], one);
    expect(two).not.toContain('fields:');
    expect(findingsIn(SAMPLES, one, two)).toEqual(before.filter((key) => !key.includes('RunInstances')));
  });

  test('has another name where the rule has an exception of that name with other fields', () => {
    const other =
      '- rule: Manual AWS change\n  exceptions: [{ name: known_principal_action, fields: [ct.name], values: [[X]] }]\n  override: { exceptions: append }\n';
    const item = itemFor('Manual AWS change', [{ principal: '111122223333:role/deployer', action: 'RunInstances' }], other);
    expect(item).toContain('name: known_principal_action_2');
    expect(findingsIn(SAMPLES, other, item)).toHaveLength(before.length - 1);
  });

  test('is written on lines that fit a terminal, but for a value that is longer', () => {
    expect(itemFor('Manual AWS change', [{ principal: '111122223333:role/deploy', action: 'RunInstances' }])).toBe(
      `- rule: Manual AWS change
  exceptions:
    - name: known_principal_action
      fields: [drift.principal, drift.action]
      comps: ["=", "="]
      values:
        - ['"111122223333:role/deploy"', '"RunInstances"']
  override:
    exceptions: append
`,
    );
    expect(itemFor('Manual AWS change', [{ principal: `111122223333:role/${'x'.repeat(60)}`, action: 'RunInstances' }])).toContain(
      `        - - '"111122223333:role/${'x'.repeat(60)}"'\n          - '"RunInstances"'\n`,
    );
  });

  test('silences exactly its group, whatever the names in the log are', () => {
    const name = fc
      .oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom(...NAMES))
      .filter((text) => !text.includes('\u0000'));
    base = SMALL;
    fc.assert(
      fc.property(name, name, (one, two) => {
        const samples = [k8s({ username: one }), k8s({ username: two }), k8s({ username: `${one} ${two}` })];
        const found = findingsIn(samples);
        const [principal, action] = [`kubernetes:${one}`, 'patch deployments'];
        const item = itemFor('Manual Kubernetes change', [{ principal, action }]);
        expect(findingsIn(samples, item)).toEqual(found.filter((key) => key !== keyOf('Manual Kubernetes change', principal, action)));
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
