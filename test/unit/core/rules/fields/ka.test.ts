import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../../lib/core/model/audit-event.ts';
import { read } from '../../../../support/falco-events.ts';

const ka = (field: string, record: string | JsonObject) =>
  read('k8s_audit', `ka.${field}`, typeof record === 'string' ? record : { auditID: 'a', ...record });

describe('an audit event', () => {
  test('without auditID has no field at all', () => {
    expect(read('k8s_audit', 'ka.verb', '{"verb":"create"}')).toBeUndefined();
    expect(read('k8s_audit', 'ka.req.binding.subject.has_name[x]', '{}')).toBeUndefined();
    expect(ka('req.binding.subject.has_name[x]', {})).toBe('true');
  });

  test.each([
    ['{"auditID":1,"verb":"create"}', 'create'],
    ['{"auditID":1,"verb":null}', 'null'],
    ['{"auditID":1,"verb":1.50}', '1.50'],
    ['{"auditID":1,"verb":{"a": [ 1 ]}}', '{"a":[1]}'],
    ['{"auditID":1,"verb":"delete","verb":"create"}', 'delete'],
    ['{"auditID":null}', undefined],
  ])('%s has the verb %j', (record, expected) => {
    expect(ka('verb', record)).toBe(expected);
  });

  test('the members are those of the vendor', () => {
    const record = {
      stage: 's',
      requestURI: '/u?k=v',
      userAgent: 'ua',
      user: { username: 'n', groups: ['g', 1, null] },
      impersonatedUser: { username: 'i' },
      objectRef: { resource: 'configmaps', name: 'o', namespace: 'ns', subresource: 'sub' },
      responseStatus: { code: 403, reason: 'Forbidden' },
      responseObject: { metadata: { name: 'made' } },
      requestObject: { data: { a: '1' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
      annotations: { 'authorization.k8s.io/decision': 'allow', cluster_name: 'c' },
    };
    const expected: Readonly<Record<string, unknown>> = {
      auditid: 'a',
      stage: 's',
      uri: '/u?k=v',
      'uri.param[k]': 'v',
      'uri.param[x]': undefined,
      useragent: 'ua',
      'user.name': 'n',
      'user.groups': ['g', '1', 'null'],
      'impuser.name': 'i',
      'target.resource': 'configmaps',
      'target.name': 'o',
      'target.namespace': 'ns',
      'target.subresource': 'sub',
      'response.code': '403',
      'response.reason': 'Forbidden',
      'resp.name': 'made',
      'req.configmap.name': 'o',
      'req.configmap.obj': '{"a":"1"}',
      'req.service.type': 'NodePort',
      'req.service.ports': ['[{"port":80}]'],
      'req.service.ports[5]': ['[{"port":80}]'],
      'auth.decision': 'allow',
      'auth.reason': undefined,
      'cluster.name': 'c',
    };
    expect(Object.fromEntries(Object.keys(expected).map((field) => [field, ka(field, record)]))).toEqual(expected);
    expect(ka('uri.param[k]', {})).toBeUndefined();
    expect(ka('user.groups', { user: { groups: 'none' } })).toBeUndefined();
    expect(ka('user.groups', { user: { groups: [] } })).toBeUndefined();
  });

  test('the name of the pod is that of the answer about a pod itself', () => {
    const answer = { responseObject: { metadata: { name: 'web-1' } } };
    expect(ka('target.pod.name', { objectRef: { resource: 'pods' }, ...answer })).toBe('web-1');
    expect(ka('target.pod.name', { objectRef: { resource: 'pods', subresource: 'exec' }, ...answer })).toBeUndefined();
    expect(ka('target.pod.name', { objectRef: { resource: 'nodes' }, ...answer })).toBeUndefined();
    expect(ka('target.pod.name', { objectRef: { resource: 'pods' } })).toBeUndefined();
  });
});
