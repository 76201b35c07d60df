import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import type { EventSource } from '../../../../lib/core/model/raw-record.ts';
import { principalId } from '../../../../lib/core/normalise/principal-id.ts';
import {
  cloudtrailRecord,
  eventOf,
  IAM_USER,
  iamUserInfo,
  kubernetesEvent,
  roleSession,
  serviceAccountInfo,
} from '../../../support/records.ts';

const idOf = (source: EventSource, identity: JsonObject): string =>
  principalId(
    eventOf(source, source === 'aws_cloudtrail' ? cloudtrailRecord({ userIdentity: identity }) : kubernetesEvent({ user: identity }))
      .principal,
  );
const aws = (identity: JsonObject): string => idOf('aws_cloudtrail', identity);
const k8s = (user: JsonObject): string => idOf('k8s_audit', user);

describe('the identity behind a call', () => {
  test.each([
    ['a role session, whatever its session name and path', roleSession('deploy', 'run-1', { path: '/ci/' }), '111122223333:role/deploy'],
    ['an IAM user', IAM_USER, '111122223333:user/carol'],
    ['the root user', { type: 'Root', arn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' }, '111122223333:root'],
    [
      'a federated user by ARN',
      { type: 'FederatedUser', arn: 'arn:aws:sts::111122223333:federated-user/fred', accountId: '111122223333' },
      'arn:aws:sts::111122223333:federated-user/fred',
    ],
    ['a service', { type: 'AWSService', invokedBy: 'config.amazonaws.com' }, 'AWSService:config.amazonaws.com'],
    ['a role of which nobody says the account', { type: 'AssumedRole', sessionContext: { sessionIssuer: { userName: 'x' } } }, ':role/x'],
  ])('%s', (_, identity, expected) => expect(aws(identity)).toBe(expected));

  test.each([
    [
      'a service account, whatever its pod',
      serviceAccountInfo('argocd/controller', 'p'),
      'kubernetes:system:serviceaccount:argocd:controller',
    ],
    ['a Kubernetes user', { username: 'kubernetes-admin' }, 'kubernetes:kubernetes-admin'],
    [
      'a role that is mapped to a Kubernetes name',
      iamUserInfo('kubernetes-admin', 'Admin', 'alice@example.com'),
      '111122223333:role/Admin',
    ],
    [
      'a name that IAM mapped, where the record does not say from what',
      { username: 'kubernetes-admin', uid: 'aws-iam-authenticator:111122223333:AIDAEXAMPLE' },
      '111122223333:mapped:kubernetes-admin',
    ],
    ['nobody', {}, 'None:unknown'],
  ])('%s', (_, user, expected) => expect(k8s(user)).toBe(expected));

  test('two sessions of one role are one principal', () => {
    expect(aws(roleSession('deploy', 'a'))).toBe(aws(roleSession('deploy', 'b')));
  });
});
