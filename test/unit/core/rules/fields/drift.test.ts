import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../../lib/core/model/audit-event.ts';
import type { EventSource } from '../../../../../lib/core/model/raw-record.ts';
import { fieldEvent } from '../../../../../lib/core/rules/field-event.ts';
import { DRIFT_FIELDS } from '../../../../../lib/core/rules/fields/drift.ts';
import type { FieldValue } from '../../../../../lib/core/rules/fields/field.ts';
import { contextOf } from '../../../../support/context.ts';
import { cloudtrailRecord, kubernetesEvent, roleSession } from '../../../../support/records.ts';

function fields(
  source: EventSource,
  record: JsonObject,
  accounts: Readonly<Record<string, { name: string }>> = {},
): Readonly<Record<string, FieldValue>> {
  const event = fieldEvent(contextOf(source, record, { accounts }));
  return Object.fromEntries(DRIFT_FIELDS.map(({ name, read }) => [name.slice('drift.'.length), read(event, '')]));
}

describe('the fields of the verdict', () => {
  test('of a change by a role session in AWS', () => {
    const record = cloudtrailRecord({ userIdentity: roleSession('Admin', 'alice@example.com'), errorCode: undefined });
    expect(fields('aws_cloudtrail', record, { '111122223333': { name: 'prod' } })).toMatchObject({
      manual: 'true',
      class: 'change',
      hand: 'human',
      decides: 'true',
      break_glass: 'false',
      spoofed: 'false',
      pipeline: undefined,
      user: 'alice@example.com',
      role: 'Admin',
      session: 'alice@example.com',
      root: 'false',
      account: '111122223333',
      account_name: 'prod',
      region: 'eu-west-1',
      cluster: undefined,
      service: 'ec2',
      action: 'AuthorizeSecurityGroupIngress',
      error: undefined,
      command: undefined,
      truncated: 'false',
      'pod.privileged': undefined,
      'pod.images': undefined,
    });
  });

  test('of an exec in Kubernetes: the command, and the number of the account where it has no name', () => {
    const record = kubernetesEvent({
      verb: 'create',
      requestURI: '/api/v1/namespaces/a/pods/web/exec?command=sh&command=-c&command=id&container=web',
      objectRef: { resource: 'pods', subresource: 'exec', namespace: 'a', name: 'web', apiVersion: 'v1' },
    });
    const values = fields('k8s_audit', record);
    expect(values).toMatchObject({ class: 'interactive', command: 'sh -c id', resource: expect.stringContaining('a/web') });
    expect(fields('k8s_audit', kubernetesEvent({ requestURI: '/healthz', objectRef: undefined, verb: 'get' }))).toMatchObject({
      command: undefined,
      resource: undefined,
    });
  });

  test('of a pod: its answers as texts, and no list without images', () => {
    const pod = (containers: readonly JsonObject[]) =>
      fields(
        'k8s_audit',
        kubernetesEvent({
          verb: 'create',
          objectRef: { resource: 'pods', namespace: 'a', name: 'b', apiVersion: 'v1' },
          requestObject: { spec: { containers } },
        }),
      );
    expect(pod([{ image: 'nginx', securityContext: { privileged: true, runAsUser: 0 } }])).toMatchObject({
      'pod.privileged': 'true',
      'pod.runs_as_root': 'true',
      'pod.writable_root_fs': 'true',
      'pod.host_namespaces': 'false',
      'pod.sensitive_host_path': 'false',
      'pod.images': ['nginx'],
    });
    expect(pod([{ name: 'none' }])['pod.images']).toBeUndefined();
  });

  test('of a declared pipeline its name', () => {
    const event = fieldEvent(
      contextOf('aws_cloudtrail', cloudtrailRecord({ userIdentity: roleSession('ci', 'run-1') }), {
        pipelines: [{ name: 'gha', role: 'ci' }],
      }),
    );
    expect(DRIFT_FIELDS.find(({ name }) => name === 'drift.pipeline')?.read(event, '')).toBe('gha');
  });

  test('each says where it comes from', () => {
    expect(new Set(DRIFT_FIELDS.map(({ from }) => from)).size).toBe(3);
  });
});
