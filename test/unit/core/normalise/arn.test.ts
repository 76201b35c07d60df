import { expect, test } from 'vitest';
import { parsePrincipalArn } from '../../../../lib/core/normalise/arn.ts';

test.each([
  ['arn:aws:sts::111122223333:assumed-role/deploy/run-7', { kind: 'assumed-role', name: 'deploy', session: 'run-7', path: '/' }],
  ['arn:aws:sts::111122223333:assumed-role/deploy', { kind: 'assumed-role', name: 'deploy', session: undefined, path: '/' }],
  ['arn:aws-us-gov:iam::111122223333:role/a/b/deploy', { kind: 'role', name: 'deploy', path: '/a/b/', session: undefined }],
  ['arn:aws-cn:iam::111122223333:user/carol', { kind: 'user', name: 'carol', path: '/', session: undefined }],
  ['arn:aws:iam::111122223333:root', { kind: 'root', name: '', path: '/', session: undefined }],
])('%s is taken apart', (arn, parts) => {
  expect(parsePrincipalArn(arn)).toEqual({ accountId: '111122223333', ...parts });
});

test.each(['', 'arn:aws:s3:::bucket', 'arn:aws:iam::1:user/x', 'x arn:aws:iam::111122223333:user/x'])('%j is no principal', (arn) => {
  expect(parsePrincipalArn(arn)).toBeUndefined();
});
