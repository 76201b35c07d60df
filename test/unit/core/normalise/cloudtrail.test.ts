import { describe, expect, test } from 'vitest';
import type { CloudTrailEvent, Json } from '../../../../lib/core/model/audit-event.ts';
import { canonicalEventName } from '../../../../lib/core/normalise/cloudtrail.ts';
import { normalise } from '../../../../lib/core/pipeline.ts';
import { type Changes, cloudtrailRecord, eventOf, IAM_USER, rawRecord, roleSession } from '../../../support/records.ts';

const event = (changes: Changes = {}): CloudTrailEvent => eventOf('aws_cloudtrail', cloudtrailRecord(changes)) as CloudTrailEvent;
const failure = (changes: Changes): unknown => normalise(rawRecord('aws_cloudtrail', cloudtrailRecord(changes)));

describe('a CloudTrail record', () => {
  test('keeps its text verbatim and gets its common names', () => {
    const found = event();
    expect(JSON.parse(found.record.text)).toEqual(found.value);
    expect(found).toMatchObject({
      id: '5f0fb67d-8838-4d13-9f15-397a86509e83',
      dedupeKey: 'aws_cloudtrail 5f0fb67d-8838-4d13-9f15-397a86509e83',
      account: '111122223333',
      region: 'eu-west-1',
      service: 'ec2',
      action: 'AuthorizeSecurityGroupIngress',
      eventName: 'AuthorizeSecurityGroupIngress',
      readOnly: false,
      isDataEvent: false,
      sourceIp: '203.0.113.24',
      target: { kind: 'SecurityGroup', name: 'sg-0a1b2c3d4e5f60718' },
    });
  });

  test('without eventType it is failed, so is one without an RFC 3339 time', () => {
    expect(failure({ eventType: undefined })).toMatchObject({ ok: false, code: 'no_event_type' });
    expect(failure({ eventType: 7 })).toMatchObject({ ok: false, code: 'no_event_type' });
    expect(failure({ eventTime: '2026-11-20 09:15:02' })).toMatchObject({ ok: false, code: 'bad_time' });
    expect(failure({ eventTime: undefined })).toMatchObject({ ok: false, code: 'bad_time' });
  });

  test('without an id it gets a fingerprint of its text, so that a repeat is still recognised', () => {
    expect(event({ eventID: undefined }).id).toMatch(/^noid-[0-9a-f]{28}$/);
    expect(event({ eventID: undefined }).id).toBe(event({ eventID: undefined }).id);
    expect(event({ eventID: undefined, eventName: 'RunInstances' }).id).not.toBe(event({ eventID: undefined }).id);
  });

  test('the same action recorded twice has one key: shared id, or the original of an updated record', () => {
    expect(event({ sharedEventID: 'shared' }).dedupeKey).toBe('aws_cloudtrail shared');
    expect(event({ addendum: { reason: 'UPDATED_DATA', originalEventID: 'first' } }).dedupeKey).toBe('aws_cloudtrail first');
    expect(event({ addendum: { reason: 'DELIVERY_DELAY', originalEventID: 'first' } }).dedupeKey).toBe(event().dedupeKey);
  });

  test.each([
    [true, true],
    [false, false],
    ['true', true],
    ['False', false],
    [null, undefined],
    [undefined, undefined],
    ['maybe', undefined],
  ])('readOnly %j is read as %j', (written, read) => expect(event({ readOnly: written }).readOnly).toBe(read));

  test('an error is a non-empty code; a failed console sign-in has none and is an error all the same', () => {
    expect(event({ errorCode: 'AccessDenied', errorMessage: 'no' }).error).toEqual({ code: 'AccessDenied', message: 'no' });
    expect(event({ errorCode: null }).error).toBeUndefined();
    expect(event({ responseElements: { ConsoleLogin: 'Failure' }, errorMessage: 'Failed authentication' }).error).toEqual({
      code: 'Failure',
      message: 'Failed authentication',
    });
  });

  test('a data event is known by its category, before categories existed by managementEvent', () => {
    expect(event({ eventCategory: 'Data' }).isDataEvent).toBe(true);
    expect(event({ eventCategory: undefined, managementEvent: false }).isDataEvent).toBe(true);
    expect(event({ eventCategory: undefined, managementEvent: 'false' }).isDataEvent).toBe(true);
    expect(event({ eventCategory: undefined, managementEvent: undefined }).isDataEvent).toBe(false);
  });

  test('account and region come from the envelope where the record lacks them', () => {
    const bare = cloudtrailRecord({ recipientAccountId: undefined, awsRegion: undefined, userIdentity: { type: 'Unknown' } });
    const found = eventOf('aws_cloudtrail', bare, { envelope: { account: '999988887777', region: 'us-east-1' } });
    expect([found.account, found.region]).toEqual(['999988887777', 'us-east-1']);
    expect(event({ recipientAccountId: undefined }).account).toBe('111122223333');
  });

  test.each([
    ['CreateFunction20150331', 'CreateFunction'],
    ['UpdateFunctionCode20150331v2', 'UpdateFunctionCode'],
    ['listDnssec', 'ListDnssec'],
    ['AWSPaymentPortalService.GetPaymentsDue', 'GetPaymentsDue'],
    ['REST.GET.OBJECT_LOCK_CONFIGURATION', 'OBJECT_LOCK_CONFIGURATION'],
    ['Create20260101', 'Create'],
    ['20260101', '20260101'],
    ['', ''],
  ])('%s is known to tables as %s', (recorded, canonical) => expect(canonicalEventName(recorded)).toBe(canonical));

  test("Managed Grafana's real action stands in additionalEventData", () => {
    const grafana = { eventSource: 'grafana.amazonaws.com', eventName: 'grafana', additionalEventData: { action: 'login_auth_sso' } };
    expect(event(grafana).eventName).toBe('Login_auth_sso');
    expect(event({ ...grafana, additionalEventData: null }).eventName).toBe('Grafana');
  });

  test('a record without eventSource and eventName has empty ones', () => {
    expect(event({ eventSource: undefined, eventName: undefined })).toMatchObject({ service: '', action: '' });
    expect(event({ eventSource: 'ec2.amazonaws.com.cn' }).service).toBe('ec2');
  });
});

describe('the principal', () => {
  const principal = (userIdentity: Json | undefined, more: Changes = {}): CloudTrailEvent['principal'] =>
    event({ userIdentity, ...more }).principal;

  test('of a role session is known by its session, with role, path and account', () => {
    expect(principal(roleSession('deploy', 'run-7', { path: '/ci/' }))).toMatchObject({
      type: 'AssumedRole',
      name: 'run-7',
      sessionName: 'run-7',
      role: { name: 'deploy', path: '/ci/', accountId: '111122223333' },
      mfa: false,
    });
  });

  test('of a role session without issuer is taken from its ARN; without either there is no role', () => {
    const bare = roleSession('deploy', 'run-7');
    expect(principal({ ...bare, sessionContext: { sessionIssuer: {} } }).role).toEqual({
      name: 'deploy',
      path: '',
      accountId: '111122223333',
    });
    expect(principal({ ...bare, sessionContext: undefined as never }).role).toMatchObject({ name: 'deploy' });
    expect(principal({ type: 'AssumedRole', principalId: 'AROA:bob' })).toMatchObject({ name: 'bob', sessionName: 'bob' });
    expect(principal({ type: 'AssumedRole', principalId: 'AROA:' })).toMatchObject({ name: 'AROA:' });
    expect(principal({ type: 'AssumedRole', principalId: 'AROA' }).role).toBeUndefined();
    expect(principal({ type: 'AssumedRole' }).name).toBe('unknown');
    expect(principal({ type: 'AssumedRole', sessionContext: { sessionIssuer: { userName: 'deploy' } } })).toMatchObject({
      name: 'deploy',
      role: { name: 'deploy', path: '' },
    });
  });

  test.each([
    [IAM_USER, 'carol'],
    [{ type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ops/dave' }, 'dave'],
    [{ type: 'IAMUser', arn: 'garbled', principalId: 'AIDA' }, 'AIDA'],
    [{ type: 'IAMUser' }, 'unknown'],
    [{ type: 'Root', userName: 'acme-alias' }, 'root'],
    [{ type: 'AssumedRole', sessionContext: { assumedRoot: 'true' } }, 'root'],
    [{ type: 'FederatedUser', arn: 'arn:aws:sts::111122223333:federated-user/erin' }, 'erin'],
    [{ type: 'FederatedUser', userName: 'erin' }, 'erin'],
    [{ type: 'FederatedUser', principalId: 'F' }, 'F'],
    [{ type: 'FederatedUser' }, 'unknown'],
    [{ type: 'IdentityCenterUser', onBehalfOf: { userId: 'u-1' } }, 'u-1'],
    [{ type: 'IdentityCenterUser', userName: 'x' }, 'x'],
    [{ type: 'IdentityCenterUser', principalId: 'p' }, 'p'],
    [{ type: 'IdentityCenterUser' }, 'unknown'],
    [{ type: 'AWSService', invokedBy: 'config.amazonaws.com' }, 'config.amazonaws.com'],
    [{ type: 'AWSService' }, 'ec2.amazonaws.com'],
    [{ type: 'AWSAccount', principalId: 'AIDAOTHER', accountId: '444455556666' }, 'AIDAOTHER'],
    [{ accountId: '111122223333', invokedBy: 'rds.amazonaws.com' }, 'rds.amazonaws.com'],
    [{ type: 'Unknown', userName: 'paul@example.com' }, 'paul@example.com'],
    [{ type: 'Unknown' }, 'unknown'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ] as [Json | undefined, string][])('%j is shown as %s', (identity, name) => expect(principal(identity).name).toBe(name));

  test('an AWSService record without any source is still named', () => {
    expect(principal({ type: 'AWSService' }, { eventSource: undefined }).name).toBe('unknown');
  });

  test('an Identity Center user is named by the record itself', () => {
    expect(
      principal({ type: 'IdentityCenterUser', onBehalfOf: { userId: 'u-1' } }, { additionalEventData: { UserName: 'frida' } }).name,
    ).toBe('frida');
    expect(principal({ type: 'Unknown' }, { additionalEventData: { UserName: 'frida' } }).name).toBe('frida');
  });

  test('second factor: from the session, at sign-in from MFAUsed', () => {
    expect(principal(IAM_USER, { additionalEventData: { MFAUsed: 'Yes' } }).mfa).toBe(true);
    expect(principal(IAM_USER, { additionalEventData: { MFAUsed: 'No' } }).mfa).toBe(false);
    expect(principal(IAM_USER).mfa).toBeUndefined();
  });

  test('an OIDC provider is known by host and path, whether AWS wrote an ARN or the bare host', () => {
    const provider = (federatedProvider: string): string | undefined =>
      principal(roleSession('deploy', 'x', { context: { webIdFederationData: { federatedProvider, attributes: {} } } })).identityProvider;
    expect(provider('arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com')).toBe(
      'token.actions.githubusercontent.com',
    );
    expect(provider('cognito-identity.amazonaws.com')).toBe('cognito-identity.amazonaws.com');
  });
});

describe('the target', () => {
  const target = (changes: Changes): CloudTrailEvent['target'] => event(changes).target;

  test.each([
    [
      { eventName: 'CreateBucket', requestParameters: { bucketName: 'logs' } },
      { kind: 'Bucket', name: 'logs' },
    ],
    [
      { eventName: 'Purge', requestParameters: { someOtherName: 'x' } },
      { kind: 'Purge', name: 'x' },
    ],
    [{ eventName: 'Create', requestParameters: null }, { kind: 'Create' }],
    [{ eventName: undefined, requestParameters: 'null' }, {}],
    [
      { eventName: 'StopInstances', requestParameters: { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }, {}] } } },
      { kind: 'Instance', name: 'i-1,i-2' },
    ],
    [
      {
        eventName: 'CreateTags',
        requestParameters: { resourcesSet: { items: ['a', 'b', 'c', 'd', 'e', 'f'].map((resourceId) => ({ resourceId })) } },
      },
      { kind: 'Tags', name: 'a,b,c,d,e,...' },
    ],
    [
      { eventName: 'TagResource', requestParameters: { target: 'arn:aws:sns:eu-west-1:111122223333:alerts' } },
      { kind: 'Resource', name: 'alerts', arn: 'arn:aws:sns:eu-west-1:111122223333:alerts' },
    ],
    [
      { eventName: 'PutObjectAcl', requestParameters: {}, resources: [{ type: 'x' }, { ARN: 'arn:aws:s3:::b/k' }] },
      { kind: 'ObjectAcl', name: 'k', arn: 'arn:aws:s3:::b/k' },
    ],
    [
      { eventName: 'PutObjectAcl', requestParameters: {}, resources: [{ arn: 'arn:aws:s3:::b/k' }] },
      { kind: 'ObjectAcl', name: 'k', arn: 'arn:aws:s3:::b/k' },
    ],
    [
      { eventName: 'RunInstances', requestParameters: {}, responseElements: { instancesSet: { items: [{ instanceId: 'i-9' }] } } },
      { kind: 'Instance', name: 'i-9' },
    ],
    [
      { eventName: 'StopLogging', requestParameters: { name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/org' } },
      { kind: 'Trail', name: 'org', arn: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/org' },
    ],
    [
      { eventName: 'PutAlternateContact', requestParameters: { name: 'HIDDEN_DUE_TO_SECURITY_REASONS', contactId: 'security' } },
      { kind: 'AlternateContact', name: 'security' },
    ],
    [
      { eventName: 'PutAlternateContact', requestParameters: { contactName: 'HIDDEN_DUE_TO_SECURITY_REASONS' } },
      { kind: 'AlternateContact' },
    ],
  ] as [Changes, object][])('%j acts on %j', (changes, expected) => expect(target(changes)).toEqual(expected));
});
