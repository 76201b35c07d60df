import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../lib/config/load.ts';
import { toPolicy } from '../../../../lib/config/to-policy.ts';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import type { EventSource } from '../../../../lib/core/model/raw-record.ts';
import { principalId } from '../../../../lib/core/normalise/principal-id.ts';
import type { EventContext } from '../../../../lib/core/rules/engine.ts';
import { type ConfigEntries, configEntries } from '../../../../lib/core/tune/config-entry.ts';
import { contextOf } from '../../../support/context.ts';
import { detectorOf, ignoreOf } from '../../../support/detector.ts';
import {
  cloudtrailRecord,
  eventOf,
  IAM_USER,
  iamUserInfo,
  kubernetesEvent,
  roleSession,
  serviceAccountInfo,
} from '../../../support/records.ts';

const ROOT = { type: 'Root', arn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' };

function entriesOf(source: EventSource, record: JsonObject): ConfigEntries {
  const { event, verdict } = contextOf(source, record);
  const { action } = event;
  const entries = configEntries({ source, principal: principalId(event.principal), action, reason: verdict.reason });
  if (entries === undefined) throw new Error(verdict.reason);
  return entries;
}
const aws = (userIdentity: JsonObject): JsonObject => cloudtrailRecord({ userIdentity });
const k8s = (user: JsonObject): JsonObject => kubernetesEvent({ user });

describe('an entry for the configuration', () => {
  test.each<[string, EventSource, JsonObject, string | undefined]>([
    [
      'a role, in its account',
      'aws_cloudtrail',
      aws(roleSession('deploy', 'run-1')),
      '- { name: "111122223333-role-deploy", role: "deploy", accounts: ["111122223333"] }',
    ],
    ['an IAM user', 'aws_cloudtrail', aws(IAM_USER), '- { name: "111122223333-user-carol", user: "carol", accounts: ["111122223333"] }'],
    ['no Identity Center session', 'aws_cloudtrail', aws(roleSession('AWSReservedSSO_A_0', 'alice@example.com')), undefined],
    ['not the root user', 'aws_cloudtrail', aws(ROOT), undefined],
    ['no federated user', 'aws_cloudtrail', aws({ type: 'FederatedUser', userName: 'fred' }), undefined],
    ['no role whose name would be a pattern', 'aws_cloudtrail', aws(roleSession('a*', 'x')), undefined],
    ['no user whose name would be a pattern', 'aws_cloudtrail', aws({ ...IAM_USER, userName: 'a?' }), undefined],
    [
      'a role without a known account',
      'aws_cloudtrail',
      aws({ type: 'AssumedRole', sessionContext: { sessionIssuer: { userName: 'x' } } }),
      '- { name: "role-x", role: "x" }',
    ],
    [
      'a role of which only the session says the account',
      'aws_cloudtrail',
      aws({ type: 'AssumedRole', accountId: '111122223333', sessionContext: { sessionIssuer: { userName: 'x' } } }),
      '- { name: "111122223333-role-x", role: "x", accounts: ["111122223333"] }',
    ],
    [
      'a service account',
      'k8s_audit',
      k8s(serviceAccountInfo('argocd/other')),
      '- { name: "kubernetes-system-serviceaccount-argocd-other", service_account: "argocd/other" }',
    ],
    ['no service account with a strange name', 'k8s_audit', k8s(serviceAccountInfo('argocd/A*')), undefined],
    ['a Kubernetes user', 'k8s_audit', k8s({ username: 'helm "ci"' }), '- { name: "kubernetes-helm-ci", kubernetes_user: \'helm "ci"\' }'],
    ['no Kubernetes user whose name would be a pattern', 'k8s_audit', k8s({ username: 'a*' }), undefined],
    [
      'no role for a Kubernetes user of that name',
      'k8s_audit',
      k8s({ username: 'role/admin' }),
      '- { name: "kubernetes-role-admin", kubernetes_user: "role/admin" }',
    ],
    ['not whoever did not say who', 'k8s_audit', k8s({ username: 'system:anonymous' }), undefined],
    [
      'a mapped role by its role',
      'k8s_audit',
      k8s(iamUserInfo('ci', 'deploy', 'run')),
      '- { name: "111122223333-role-deploy", role: "deploy", accounts: ["111122223333"] }',
    ],
    ['no mapped name without its role', 'k8s_audit', k8s({ username: 'ci', uid: 'aws-iam-authenticator:111122223333:AROA' }), undefined],
    ['nobody', 'k8s_audit', k8s({}), undefined],
  ])('declares %s', (_, source, record, expected) => {
    const { pipelines, ignore } = entriesOf(source, record);
    expect(pipelines).toBe(expected);
    const text = `${pipelines === undefined ? '' : `pipelines:\n${pipelines}\n`}ignore:\n${ignore}\n`;
    const { config, problems } = parseConfig(text, 'driftwire.yaml');
    expect(problems, text).toEqual([]);
    if (config === undefined) throw new Error('no configuration');
    const policy = toPolicy(config);
    const event = eventOf(source, record);
    // declared, it is a pipeline; expected by the ignore entry alone, it is no manual change
    if (pipelines !== undefined) expect(detectorOf({ pipelines: policy.pipelines }).decide(event, 1).context.verdict.hand).toBe('pipeline');
    const [entry] = policy.ignore;
    const ignores = [ignoreOf('x', entry?.condition ?? '')];
    expect(detectorOf({}, { ignores }).decide(event, 1).context.verdict.reason).toBe('ignored');
  });

  test('expects one action of one principal and no other', () => {
    const { ignore } = entriesOf('aws_cloudtrail', aws(roleSession('deploy', 'run-1')));
    const condition = parseConfig(`ignore:\n${ignore}`, 'x').config?.ignore[0]?.condition ?? '';
    const detector = detectorOf({}, { ignores: [ignoreOf('x', condition)] });
    const reason = (record: JsonObject): string => detector.decide(eventOf('aws_cloudtrail', record), 1).context.verdict.reason;
    expect(reason(aws(roleSession('deploy', 'run-2')))).toBe('ignored');
    expect(reason(aws(roleSession('deployer', 'run-1')))).toBe('role_session');
    expect(reason(aws(roleSession('deploy', 'run-1', { account: '444455556666' })))).toBe('role_session');
    expect(reason(cloudtrailRecord({ userIdentity: roleSession('deploy', 'run-1'), eventName: 'RunInstances' }))).toBe('role_session');
  });

  test('is not offered for who is always reported, whatever is declared', () => {
    const policy = { break_glass: [{ name: 'emergency', role: 'BreakGlass' }] };
    const glass = contextOf('aws_cloudtrail', aws(roleSession('BreakGlass', 'erin')), policy);
    const of = ({ event: { source, principal, action }, verdict: { reason } }: EventContext) =>
      configEntries({ source, principal: principalId(principal), action, reason });
    expect(of(glass)).toBeUndefined();
    const spoofed = contextOf('k8s_audit', k8s(iamUserInfo('system:serviceaccount:argocd:controller', 'DataScientist', 'mallory')));
    expect(of(spoofed)).toBeUndefined();
  });

  test('is not offered where the configuration would refuse it', () => {
    const { ignore, pipelines } = entriesOf('k8s_audit', k8s({ username: 'a\u001b[2J' }));
    expect([ignore, pipelines]).toEqual([undefined, undefined]);
    expect(entriesOf('k8s_audit', k8s({ username: 'a\tb' })).ignore).toContain('a\\tb');
  });

  test('has a name even when the principal has no letter', () => {
    const of = (principal: string, reason: string) => configEntries({ source: 'k8s_audit', principal, action: '', reason });
    expect(of('kubernetes:🦊', 'kubernetes_user')?.pipelines).toBe('- { name: "kubernetes", kubernetes_user: "🦊" }');
    expect(of(':', 'x')?.ignore).toContain('name: "entry"');
  });
});
