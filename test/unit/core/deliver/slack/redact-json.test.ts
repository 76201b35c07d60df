import { describe, expect, test } from 'vitest';
import { redactedJson } from '../../../../../lib/core/deliver/slack/redact-json.ts';
import type { Json } from '../../../../../lib/core/model/audit-event.ts';

const HIDDEN = '"[redacted]"';

describe('parameters without their secrets', () => {
  test.each<[string, Json, string]>([
    [
      'under a name',
      { dbInstanceIdentifier: 'shop', masterUserPassword: 'hunter2' },
      `{"dbInstanceIdentifier":"shop","masterUserPassword":${HIDDEN}}`,
    ],
    ['a number under a name', { pin: 1, password: 4711 }, `{"pin":1,"password":${HIDDEN}}`],
    ['user data', { userData: 'IyEvYmluL3No' }, `{"userData":${HIDDEN}}`],
    [
      'whatever is under a name',
      { credentials: { user: 'a', list: ['x', 7], name: 'db' } },
      `{"credentials":{"user":${HIDDEN},"list":[${HIDDEN},${HIDDEN}],"name":"db"}}`,
    ],
    ['beside a name', { env: [{ name: 'DB_PASSWORD', value: 'x' }] }, `{"env":[{"name":"DB_PASSWORD","value":${HIDDEN}}]}`],
    ['beside a key', { parameterKey: 'DbPassword', parameterValue: 'x' }, `{"parameterKey":"DbPassword","parameterValue":${HIDDEN}}`],
    [
      'in a Kubernetes Secret',
      { kind: 'Secret', data: { a: 'eA==' }, stringData: { b: 'x' } },
      `{"kind":"Secret","data":{"a":${HIDDEN}},"stringData":{"b":${HIDDEN}}}`,
    ],
    ['of a shape', { note: 'use AKIAIOSFODNN7EXAMPLE' }, '{"note":"use [redacted]"}'],
    ['behind an option', { args: ['--user', 'a', '--password', 'x y', '-v'] }, '{"args":["--user","a","--password","[redacted]","-v"]}'],
    [
      'in a patch',
      [{ op: 'add', path: '/spec/password', value: { a: 'x' } }],
      `[{"op":"add","path":"/spec/password","value":{"a":${HIDDEN}}}]`,
    ],
    ['in a text that is JSON', { document: '{"password":"x"}' }, `{"document":${JSON.stringify(`{"password":${HIDDEN}}`)}}`],
  ])('%s', (_, value, text) => {
    expect(redactedJson(value)).toBe(text);
  });

  test('in a patch of a Secret, which does not say that it is one', () => {
    expect(redactedJson({ data: { a: 'eA==' } }, { isSecret: true })).toBe(`{"data":{"a":${HIDDEN}}}`);
    expect(redactedJson([{ op: 'add', path: '/data/a', value: 'eA==' }], { isSecret: true })).toContain(`"value":${HIDDEN}`);
    expect(redactedJson([{ op: 'add', path: '/data/a', value: 'plain' }])).toContain('"value":"plain"');
  });
});

describe('parameters that stay', () => {
  test.each<[string, Json]>([
    [
      'what only names a secret',
      { valueFrom: { secretKeyRef: { name: 'db', key: 'password' } }, imagePullSecrets: [{ name: 'registry' }] },
    ],
    ['a volume of a Secret', { volumes: [{ secret: { secretName: 'tls', defaultMode: 420, optional: false } }] }],
    ['how long a token holds', { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }] }],
    [
      'what AWS has hidden',
      {
        secretString: 'HIDDEN_DUE_TO_SECURITY_REASONS',
        password: '***',
        userData: '<sensitiveDataRemoved>',
        token: '',
        secret: null,
        hasSecret: true,
      },
    ],
    ['a policy of passwords', { minimumPasswordLength: 14, passwordReusePrevention: 24, passwordPolicyId: 'x' }],
    ['the version of the metadata service', { httpTokens: 'required', httpPutResponseHopLimit: 1 }],
    ['a text that begins like JSON', { tags: '[a', text: '{not json' }],
  ])('%s', (_, value) => {
    expect(redactedJson(value)).toBe(JSON.stringify(value));
  });

  test('but not what Kubernetes says twice', () => {
    const metadata = { name: 'a', managedFields: [{}], annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } };
    expect(redactedJson({ metadata })).toBe('{"metadata":{"name":"a","annotations":{}}}');
  });
});

describe('large parameters', () => {
  test('are cut where they are long', () => {
    expect(redactedJson(Array.from({ length: 25 }, (_, n) => n))).toMatch(/^\[0,1,.*,19,… 5 more\]$/);
    const wide = Object.fromEntries(Array.from({ length: 22 }, (_, n) => [`k${n}`, n]));
    expect(redactedJson(wide)).toMatch(/"k19":19,… 2 more\}$/);
    expect(redactedJson({ ['n'.repeat(300)]: 1 })).toBe(`{"${'n'.repeat(100)}":1}`);
  });

  test('are cut where they are deep, in texts too', () => {
    let deep: Json = 'x';
    for (let depth = 0; depth < 30; depth++) deep = { a: deep };
    expect(redactedJson(deep)).toBe(`${'{"a":'.repeat(12)}…${'}'.repeat(12)}`);
    let nested = '[1]';
    for (let depth = 0; depth < 12; depth++) nested = JSON.stringify([nested]);
    expect(redactedJson(JSON.parse(nested))).toContain('…');
  });

  test('are read no further than anybody will see', () => {
    const text = 'x'.repeat(1_500);
    const big = { a: text, b: text, c: text, d: text, e: text };
    expect(redactedJson(big)).toMatch(/"c":"x+",… 2 more\}$/);
  });
});
