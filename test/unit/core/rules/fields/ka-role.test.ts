import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../../lib/core/model/audit-event.ts';
import { read } from '../../../../support/falco-events.ts';

const ka = (field: string, record: JsonObject) => read('k8s_audit', `ka.${field}`, { auditID: 'a', ...record });

describe('a role', () => {
  const rules = {
    requestObject: {
      rules: [{ verbs: ['get', 'list'], sourceIPs: ['7.7.7.7'] }, { verbs: 'none' }, { nonResourceURLs: ['/m'] }, { verbs: ['*'] }],
    },
  };

  test.each([
    ['req.role.rules.verbs', ['get', 'list', '*']],
    ['req.role.rules.verbs[0]', ['get', 'list']],
    ['req.role.rules.verbs[1]', undefined],
    ['req.role.rules.verbs[2]', undefined],
    ['req.role.rules.verbs[9]', undefined],
    ['req.role.rules.nonResourceURLs', ['/m']],
    ['req.role.rules.apiGroups', undefined],
    ['sourceips', ['7.7.7.7']],
  ])('%s is %j', (field, expected) => {
    expect(ka(field, rules)).toEqual(expected);
  });

  test('its rules are JSON texts', () => {
    expect(ka('req.role.rules', { requestObject: { rules: [{ verbs: ['get'] }] } })).toEqual(['{"verbs":["get"]}']);
    expect(ka('req.role.rules.verbs', {})).toBeUndefined();
  });
});

describe('a binding', () => {
  const binding = {
    requestObject: {
      roleRef: { name: 'cluster-admin' },
      subjects: [
        { kind: 'User', name: 'alice' },
        { kind: 'Group', name: 'devs' },
        { kind: 'ServiceAccount', name: 'sa1', namespace: 'ns1' },
        { kind: 'ServiceAccount', name: 'sa2' },
        { kind: 'User' },
        'odd',
      ],
    },
  };

  test.each([
    ['req.binding.role', 'cluster-admin'],
    ['req.binding.subjects.user_names', ['alice']],
    ['req.binding.subjects.group_names', ['devs']],
    ['req.binding.subjects.serviceaccount_names', ['sa1', 'sa2']],
    ['req.binding.subjects.serviceaccount_ns_names', ['ns1:sa1']],
  ])('%s is %j', (field, expected) => {
    expect(ka(field, binding)).toEqual(expected);
  });

  test('without subjects has none', () => {
    expect(ka('req.binding.subjects', { requestObject: { subjects: [] } })).toBeUndefined();
    expect(ka('req.binding.subjects.user_names', { requestObject: { subjects: [] } })).toBeUndefined();
    expect(ka('req.binding.subjects.user_names', { requestObject: { subjects: 'x' } })).toBeUndefined();
  });
});
