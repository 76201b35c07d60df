import { describe, expect, test } from 'vitest';
import {
  actionName,
  durationWords,
  lookOf,
  mfaWords,
  placeOf,
  resourceOf,
  sentence,
  whyWords,
} from '../../../../../lib/core/deliver/slack/words.ts';
import { PRIORITIES } from '../../../../../lib/core/model/finding.ts';
import { findingWith } from '../../../../support/findings.ts';

type Change = Parameters<typeof findingWith>[0];

function sentenceOf(change: Change): string {
  const finding = findingWith(change);
  return sentence(finding, resourceOf(finding));
}

describe('who did what', () => {
  test.each<[string, Change]>([
    ['alice@example.com patched Deployment shop/checkout', {}],
    ['alice@example.com deleted Pod shop/*', { action: { verb: 'deletecollection' }, target: { kind: 'Pod', name: null } }],
    [
      'alice@example.com ran a command in Pod shop/a',
      { action: { verb: 'create' }, target: { kind: 'Pod', name: 'a', subresource: 'exec' } },
    ],
    ['alice@example.com updated Deployment shop/checkout', { action: { verb: 'update' }, target: { subresource: 'status' } }],
    [
      'alice@example.com called impersonate users on User bob',
      { action: { name: 'impersonate users', verb: 'impersonate' }, target: { kind: 'User', name: 'bob', namespace: null } },
    ],
    [
      'alice@example.com called create tokenreviews',
      { action: { name: 'create tokenreviews', verb: 'create' }, target: { kind: null, name: null, namespace: null } },
    ],
    [
      'alice@example.com called PutBucketPolicy on Bucket a',
      {
        source: 'aws_cloudtrail',
        action: { name: 'PutBucketPolicy', verb: 'create' },
        target: { kind: 'Bucket', name: 'a', namespace: null },
      },
    ],
    [
      'alice@example.com tried to patch Deployment shop/checkout and failed: Forbidden',
      { action: { class: 'attempt', error: 'Forbidden' } },
    ],
    ['alice@example.com tried to patch Deployment shop/checkout and failed', { action: { class: 'attempt' } }],
    [
      'alice@example.com tried to call DeleteTrail and failed: AccessDenied',
      {
        source: 'aws_cloudtrail',
        action: { name: 'DeleteTrail', error: 'AccessDenied' },
        target: { kind: null, name: null, namespace: null },
      },
    ],
    ['alice@example.com signed in (ConsoleLogin)', { action: { class: 'sign_in', name: 'ConsoleLogin' } }],
    [
      'alice@example.com failed to sign in (ConsoleLogin)',
      { action: { class: 'sign_in', name: 'ConsoleLogin', error: 'Failed authentication' } },
    ],
  ])('%s', (text, change) => {
    expect(sentenceOf(change)).toBe(text);
  });
});

describe('what was acted on', () => {
  test.each<[string, Change]>([
    ['Deployment shop/checkout', {}],
    ['Bucket acme', { target: { kind: 'Bucket', name: 'acme', namespace: '' } }],
    ['arn:aws:s3:::acme', { target: { kind: null, name: null, namespace: null, arn: 'arn:aws:s3:::acme' } }],
    ['namespace shop', { target: { kind: null, name: null } }],
    ['shop/a', { target: { kind: null, name: 'a' } }],
    ['', { target: { kind: null, name: null, namespace: null } }],
  ])('%s', (text, change) => {
    expect(resourceOf(findingWith(change))).toBe(text);
  });

  test('and where, by name', () => {
    expect(placeOf(findingWith())).toBe('prod (111122223333) · cluster demo · eu-west-1');
    expect(placeOf(findingWith({ account_name: null, cluster: null }))).toBe('111122223333 · eu-west-1');
    expect(placeOf(findingWith({ account: null, region: null }))).toBe('prod · cluster demo');
    expect(placeOf(findingWith({ account: null, account_name: null, region: null, cluster: null }))).toBe('');
  });

  test('and by what call, as its vendor writes it', () => {
    expect(actionName(findingWith())).toBe('patch deployments (apps)');
    expect(actionName(findingWith({ action: { service: '' } }))).toBe('patch deployments');
    expect(actionName(findingWith({ source: 'aws_cloudtrail', action: { service: 's3', name: 'PutBucketPolicy' } }))).toBe(
      's3:PutBucketPolicy',
    );
  });
});

describe('why it is told', () => {
  test('is that it counts as manual, with the reason in words', () => {
    expect(whyWords(findingWith(), false)).toBe('counts as manual: a Kubernetes user that is not declared');
    expect(whyWords(findingWith({ action: { class: 'interactive' }, actor: { hand: 'unknown' } }), false)).toMatch(/^counts as manual: /);
    expect(whyWords(findingWith({ actor: { hand: 'workload' }, reason: 'pod_token' }), true)).toBe(
      'counts as manual: service account token bound to a pod',
    );
  });

  test('is its rule where it does not', () => {
    expect(whyWords(findingWith({ action: { class: 'attempt' }, reason: 'failed' }), false)).toBe(
      'told because of its rule, not counted as manual: a failed attempt by a person (the call failed or was denied)',
    );
    expect(whyWords(findingWith({ actor: { hand: 'pipeline' }, reason: 'declared_pipeline' }), false)).toBe(
      'told because of its rule, not counted as manual: a change by a pipeline (a declared pipeline)',
    );
  });

  test('is the code itself where nobody has words for it', () => {
    expect(whyWords(findingWith({ reason: '__proto__' }), true)).toBe('counts as manual: __proto__');
  });

  test('and whether there was a second factor', () => {
    const wordsOf = (mfa: boolean | null, reason = 'iam_user'): string => mfaWords(findingWith({ actor: { mfa }, reason }));
    expect([true, false, null].map((mfa) => wordsOf(mfa))).toEqual(['with MFA', 'without MFA', 'MFA not recorded']);
    expect(wordsOf(false, 'identity_center')).toBe('without MFA at AWS (the identity provider may have asked for it)');
    expect(wordsOf(true, 'identity_center')).toBe('with MFA');
  });
});

test('each priority has a mark and a colour', () => {
  const looks = PRIORITIES.map(lookOf);
  expect(new Set(looks.map(({ mark }) => mark)).size).toBe(5);
  for (const { color } of looks) expect(color).toMatch(/^#[0-9a-f]{6}$/);
});

test('a duration is told in minutes and hours', () => {
  expect([0, 40_000, 21 * 60_000, 60 * 60_000, 185 * 60_000].map(durationWords)).toEqual([
    '1 min',
    '1 min',
    '21 min',
    '1 h 0 min',
    '3 h 5 min',
  ]);
});
