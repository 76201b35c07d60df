import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../../lib/core/model/audit-event.ts';
import { read } from '../../../../support/falco-events.ts';

const ct = (field: string, record: string | JsonObject) => read('aws_cloudtrail', field, record);

describe('a string of a CloudTrail record', () => {
  test.each([
    ['{"eventName":"RunInstances"}', 'RunInstances'],
    ['{"eventName":"a\\u00fcb"}', 'aüb'],
    ['{"eventName":"a\\u0000b"}', 'a'],
    ['{"eventName":""}', ''],
    ['{"eventName":null}', ''],
    ['{"eventName":5}', ''],
    ['{"eventName":{"a":1}}', ''],
    ['{}', undefined],
    ['{"eventName":"first","eventName":"second"}', 'first'],
    ['{"eventName"', undefined],
  ])('%s gives %j', (record, expected) => {
    expect(ct('ct.name', record)).toBe(expected);
  });

  test('the members are those of the vendor', () => {
    const record = {
      eventID: '1',
      errorCode: '2',
      errorMessage: '3',
      awsRegion: '4',
      sourceIPAddress: '5',
      userAgent: '6',
      requestID: '7',
      sharedEventID: '8',
      vpcEndpointId: '9',
      requestParameters: {
        Host: 'a',
        userName: 'b',
        documentName: 'c',
        bucketName: 'd',
        key: 'e',
        roleName: 'f',
        policyName: 'g',
        imageTag: 'h',
      },
      responseElements: { subnetId: 'i', reservationId: 'j' },
      tlsDetails: { tlsVersion: 'k' },
      addendum: { originalRequestID: 'l', updatedFields: ['x'] },
      serviceEventDetails: { a: 1 },
    };
    const names = 'id error errormessage region srcip useragent requestid sharedeventid vpcendpointid request.host request.username';
    expect(names.split(' ').map((name) => ct(`ct.${name}`, record))).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b']);
    const others =
      's3.bucket s3.key iam.role iam.policy ecr.imagetag ct.response.subnetid ct.response.reservationid ct.tlsdetails.tlsversion';
    expect(others.split(' ').map((name) => ct(name, record))).toEqual(['d', 'e', 'f', 'g', 'h', 'i', 'j', 'k']);
    expect(ct('ct.addendum.originalrequestid', record)).toBe('l');
    expect(ct('ct.addendum.updatedfields', record)).toBe('');
    expect(ct('ct.serviceeventdetails', record)).toBe('');
    expect(ct('ct.request.documentname', record)).toBeUndefined();
  });
});

describe('what is computed', () => {
  test.each([
    ['s3.amazonaws.com', 's3'],
    ['.amazonaws.com', '.amazonaws.com'],
    ['aws.internal', 'aws.internal'],
    ['', ''],
  ])('the short source of %j is %j', (eventSource, expected) => {
    expect(ct('ct.shortsrc', { eventSource })).toBe(expected);
    expect(ct('ct.shortsrc', {})).toBeUndefined();
  });

  test.each([
    [{ type: 'Root' }, undefined],
    [{ type: 'Root', userName: 'alias' }, 'alias'],
    [{ type: 'IAMUser', userName: 'carol' }, 'carol'],
    [{ type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' }, 'autoscaling.amazonaws.com'],
    [{ type: 'AssumedRole', sessionContext: { sessionIssuer: { userName: 'Admin' } } }, 'Admin'],
    [{ type: 'AssumedRole' }, 'AssumedRole'],
    [{ type: 'AWSAccount' }, 'AWSAccount'],
    [{ type: 'FederatedUser' }, 'FederatedUser'],
    [{ type: 'WebIdentityUser', userName: 'web' }, undefined],
    [{}, undefined],
  ] as [JsonObject, string | undefined][])('the user of %j is %j', (userIdentity, expected) => {
    expect(ct('ct.user', { userIdentity })).toBe(expected);
  });

  test.each([
    [{ type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/Admin/alice' }, 'alice'],
    [{ type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/path/Role/i-0', principalId: 'AROA:i-0abc' }, 'i-0abc'],
    [{ type: 'AssumedRole', principalId: 'AROA' }, undefined],
    [{ type: 'AssumedRole' }, undefined],
    [{ type: 'IAMUser', userName: 'carol' }, 'carol'],
    [{ userName: 'nobody' }, 'nobody'],
  ] as [JsonObject, string | undefined][])('the original user of %j is %j', (userIdentity, expected) => {
    expect(ct('ct.originaluser', { userIdentity })).toBe(expected);
  });

  test('the account is that of the identity, else the one that received the event', () => {
    expect(ct('ct.user.accountid', { userIdentity: { accountId: '1' }, recipientAccountId: '2' })).toBe('1');
    expect(ct('ct.user.accountid', { recipientAccountId: '2' })).toBe('2');
  });

  test.each([
    ['{"readOnly":true}', 'true'],
    ['{"readOnly":"true"}', 'false'],
    ['{}', undefined],
  ])('%s is read-only: %j', (record, expected) => {
    expect(ct('ct.readonly', record)).toBe(expected);
  });

  test('parameters are JSON text as it was written, without blanks', () => {
    const record = '{"requestParameters": { "b" : 1.50, "a":"x \\u003c y" , "b": [ 1E3 , {} ] }, "responseElements": null}';
    expect(ct('ct.request', record)).toBe('{"b":1.50,"a":"x \\u003c y","b":[1E3,{}]}');
    expect(ct('ct.response', record)).toBe('null');
    expect(ct('ct.additionaleventdata', record)).toBeUndefined();
  });

  test('resources are joined by commas', () => {
    expect(ct('ct.resources', { resources: [{ ARN: 'a' }, { ARN: 'b' }] })).toBe('{"ARN":"a"},{"ARN":"b"}');
    expect(ct('ct.resources', { resources: [] })).toBeUndefined();
    expect(ct('ct.resources', { resources: 'a' })).toBeUndefined();
  });

  test('an object has an address when bucket and key are strings', () => {
    expect(ct('s3.uri', { requestParameters: { bucketName: 'b', key: 'k/x' } })).toBe('s3://b/k/x');
    expect(ct('s3.uri', { requestParameters: { bucketName: 'b', key: 1 } })).toBeUndefined();
    expect(ct('s3.uri', { requestParameters: { key: 'k' } })).toBeUndefined();
  });

  test.each([
    ['{"bytesTransferredIn":10,"bytesTransferredOut":33.9}', [43n, 10n, 33n]],
    ['{"bytesTransferredOut":"33"}', [0n, undefined, 0n]],
    ['{"bytesTransferredIn":-1}', [18446744073709551615n, 18446744073709551615n, undefined]],
    ['{"bytesTransferredIn":1e400}', [0n, 0n, undefined]],
    ['{"bytesTransferredIn":12345678901234567890}', [12345678901234567890n, 12345678901234567890n, undefined]],
    ['{}', [undefined, undefined, undefined]],
  ])('bytes of %s', (data, expected) => {
    const record = `{"additionalEventData":${data}}`;
    expect(['s3.bytes', 's3.bytes.in', 's3.bytes.out'].map((field) => ct(field, record))).toEqual(expected);
  });

  test.each([
    ['GetObject', [1n, undefined, undefined]],
    ['PutObject', [undefined, 1n, undefined]],
    ['RunInstances', [undefined, undefined, 1n]],
    [null, [undefined, undefined, 1n]],
  ])('counts of %j', (eventName, expected) => {
    expect(['s3.cnt.get', 's3.cnt.put', 's3.cnt.other'].map((field) => ct(field, { eventName }))).toEqual(expected);
  });

  test('the name of instances is the tag of the last one that has it', () => {
    const tags = (resourceType: string, ...pairs: readonly (readonly [string, string])[]): JsonObject => ({
      resourceType,
      tags: pairs.map(([key, value]) => ({ key, value })),
    });
    const named = (...items: readonly JsonObject[]) => ct('ec2.name', { requestParameters: { tagSpecificationSet: { items } } });
    expect(named(tags('volume', ['Name', 'vol']), tags('instance', ['env', 'p'], ['Name', 'web-1'], ['Name', 'x']))).toBe('web-1');
    expect(named(tags('instance', ['Name', 'web-1']), tags('instance', ['env', 'p']))).toBe('web-1');
    expect(named(tags('instance', ['Name', 'web-1']), tags('instance', ['Name', '']))).toBeUndefined();
    expect(named({ resourceType: 'instance' })).toBeUndefined();
    expect(named({ tags: [{ key: 'Name', value: 'x' }] })).toBeUndefined();
    expect(ct('ec2.name', {})).toBeUndefined();
  });

  test('images are those of the instances, else the one of the request', () => {
    const answer = { responseElements: { instancesSet: { items: [{ imageId: 'ami-1' }, { imageId: '' }, {}, { imageId: 'ami-2' }] } } };
    expect(ct('ec2.imageids', answer)).toEqual(['ami-1', 'ami-2']);
    expect(ct('ec2.imageids[0]', answer)).toEqual(['ami-1']);
    expect(ct('ec2.imageids[1]', answer)).toEqual(['']);
    expect(ct('ec2.imageids[2]', answer)).toBeUndefined();
    expect(ct('ec2.imageids[9]', answer)).toBeUndefined();
    expect(ct('ec2.imageid', answer)).toBe('ami-1');
    expect(ct('ec2.imageids', { responseElements: { instancesSet: { items: 'none' } } })).toBeUndefined();
    expect(ct('ec2.imageids', { requestParameters: { imageId: 'ami-3' } })).toEqual(['ami-3']);
    expect(ct('ec2.imageids[0]', { requestParameters: { launchSpecification: { imageId: 'ami-4' } } })).toEqual(['ami-4']);
    expect(ct('ec2.imageids[1]', { requestParameters: { imageId: 'ami-3' } })).toBeUndefined();
    expect(ct('ec2.imageid', {})).toBeUndefined();
  });
});
