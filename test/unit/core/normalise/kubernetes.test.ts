import { describe, expect, test } from 'vitest';
import type { Json, KubernetesEvent } from '../../../../lib/core/model/audit-event.ts';
import { kindOfResource } from '../../../../lib/core/normalise/kinds.ts';
import { normalise } from '../../../../lib/core/pipeline.ts';
import { type Changes, eventOf, iamUserInfo, kubernetesEvent, rawRecord, serviceAccountInfo } from '../../../support/records.ts';

const event = (changes: Changes = {}): KubernetesEvent => eventOf('k8s_audit', kubernetesEvent(changes)) as KubernetesEvent;

describe('a Kubernetes audit event', () => {
  test('gets its common names', () => {
    expect(event()).toMatchObject({
      id: '63ddd1cd-df05-488d-bff1-a07190b7f115',
      dedupeKey: 'k8s_audit 63ddd1cd-df05-488d-bff1-a07190b7f115 ResponseComplete 2026-11-20T09:15:02.123456Z',
      service: 'apps',
      action: 'patch deployments',
      verb: 'patch',
      stage: 'ResponseComplete',
      code: 200,
      level: 'RequestResponse',
      target: { kind: 'Deployment', name: 'web', namespace: 'shop' },
      sourceIp: '203.0.113.24',
    });
    expect(event().timeNs % 1_000_000_000n).toBe(133_456_000n);
  });

  test('without a time of its own it is failed; a truncated one takes the time of its envelope', () => {
    const late = kubernetesEvent({ stageTimestamp: undefined });
    expect(normalise(rawRecord('k8s_audit', late))).toMatchObject({ ok: false, code: 'bad_time' });
    expect(normalise(rawRecord('k8s_audit', late, { envelope: { timeMs: 5 } }))).toMatchObject({ ok: false });
    expect(normalise(rawRecord('k8s_audit', late, { truncated: true }))).toMatchObject({ ok: false });
    const found = eventOf('k8s_audit', late, {
      truncated: true,
      envelope: { timeMs: 1_763_629_200_123, cluster: 'demo', account: '111122223333', region: 'eu-west-1' },
    });
    expect(found).toMatchObject({
      timeMs: 1_763_629_200_123,
      timeNs: 1_763_629_200_123_000_000n,
      cluster: 'demo',
      account: '111122223333',
      region: 'eu-west-1',
    });
  });

  test('the peer is the last of the addresses: the others are written by the client', () => {
    expect(event({ sourceIPs: ['127.0.0.1', '203.0.113.24'] }).sourceIp).toBe('203.0.113.24');
    expect(event({ sourceIPs: undefined }).sourceIp).toBeUndefined();
  });

  test('an event without id, verb, stage and address of a resource still has a form', () => {
    const found = event({
      auditID: undefined,
      verb: undefined,
      stage: undefined,
      objectRef: undefined,
      requestURI: undefined,
      user: undefined,
      level: undefined,
    });
    expect(found.id).toMatch(/^noid-/);
    expect(found).toMatchObject({
      verb: '',
      stage: '',
      action: ' ',
      requestUri: '',
      apiGroup: '',
      service: '',
      target: {},
      principal: { type: 'None', name: 'unknown' },
    });
  });

  test('two requests under one id, which a caller may choose, are two events; the same one again is one', () => {
    const key = (changes: Changes): string => event({ auditID: 'chosen', ...changes }).dedupeKey;
    expect(key({ requestReceivedTimestamp: '2026-11-20T09:15:02.123456Z' })).not.toBe(
      key({ requestReceivedTimestamp: '2026-11-20T09:15:09.000000Z' }),
    );
    expect(key({})).toBe(key({}));
    expect(key({ requestReceivedTimestamp: undefined })).toBe('k8s_audit chosen ResponseComplete');
  });

  test('a request outside the resources is named by its path', () => {
    expect(event({ objectRef: undefined, verb: 'get', requestURI: '/readyz?verbose' }).action).toBe('get /readyz');
    expect(event({ objectRef: undefined, verb: 'get', requestURI: '/livez' }).action).toBe('get /livez');
  });

  test('an error has the code and the server message; a code that is no integer is none', () => {
    expect(event({ responseStatus: { code: 403, message: 'no' } }).error).toEqual({ code: '403', message: 'no' });
    expect(event({ responseStatus: { code: 403 } }).error).toEqual({ code: '403' });
    expect(event({ responseStatus: { code: '403' } })).not.toHaveProperty('code');
    expect(event({ responseStatus: { code: 1.5 } })).not.toHaveProperty('code');
  });

  test('a generated name is in the answer only; an unknown kind is in the body only', () => {
    const made = event({
      verb: 'create',
      objectRef: { resource: 'pods', namespace: 'x', apiVersion: 'v1' },
      responseObject: { metadata: { name: 'web-7d9' } },
    });
    expect(made.target).toEqual({ kind: 'Pod', name: 'web-7d9', namespace: 'x' });
    const custom = { resource: 'rediscaches', apiGroup: 'cache.example.com' };
    expect(event({ verb: 'create', objectRef: custom, requestObject: { kind: 'RedisCache', metadata: { name: 'r' } } }).target).toEqual({
      kind: 'RedisCache',
      name: 'r',
    });
    expect(event({ verb: 'delete', objectRef: custom, requestObject: { kind: 'DeleteOptions' } }).target).toEqual({ kind: 'Rediscaches' });
    expect(event({ objectRef: { ...custom, subresource: 'scale', name: 'r' }, requestObject: { kind: 'Scale' } })).toMatchObject({
      action: 'patch rediscaches/scale',
      target: { kind: 'Rediscaches', name: 'r', subresource: 'scale' },
    });
    expect(kindOfResource('constructor')).toBe('Constructor');
  });

  test('the cluster may be named by an annotation; the envelope wins', () => {
    expect(event({ annotations: { cluster_name: 'east' } }).cluster).toBe('east');
    expect(
      eventOf('k8s_audit', kubernetesEvent({ annotations: { cluster_name: 'east' } }), { envelope: { cluster: 'west' } }).cluster,
    ).toBe('west');
  });

  test('impersonation keeps the caller and shows the name taken', () => {
    expect(event({ impersonatedUser: { username: 'system:admin' } })).toMatchObject({
      impersonates: 'system:admin',
      principal: { name: 'alice@example.com' },
    });
  });
});

describe('the principal', () => {
  const principal = (user: Json | undefined): KubernetesEvent['principal'] => event({ user }).principal;

  test('of an IAM role session is the session, with the role that the cluster mapped', () => {
    expect(principal(iamUserInfo('developer:bob', 'Dev', 'bob@example.com'))).toMatchObject({
      type: 'User',
      name: 'bob@example.com',
      kubernetesUser: 'developer:bob',
      iamMapped: true,
      role: { name: 'Dev', path: '', accountId: '111122223333' },
      accountId: '111122223333',
      sessionName: 'bob@example.com',
    });
  });

  test('of an IAM user is the user; its session name is the empty string on a real cluster', () => {
    const user = {
      username: 'ops',
      uid: 'aws-iam-authenticator:111122223333:AIDA',
      groups: ['ops'],
      extra: { arn: ['arn:aws:iam::111122223333:user/carol'], sessionName: [''] },
    };
    expect(principal(user)).toMatchObject({ name: 'carol', iamUser: 'carol', iamMapped: true, accountId: '111122223333' });
    expect(principal(user)).not.toHaveProperty('role');
  });

  test('a uid of the authenticator alone already tells of an IAM identity', () => {
    expect(principal({ username: 'ops', uid: 'aws-iam-authenticator:111122223333:AIDA' })).toMatchObject({
      iamMapped: true,
      accountId: '111122223333',
      name: 'ops',
    });
    expect(principal({ username: 'ops', extra: { canonicalArn: ['arn:aws:iam::111122223333:role/team/Dev'] } })).toMatchObject({
      iamMapped: true,
      arn: 'arn:aws:iam::111122223333:role/team/Dev',
      role: { name: 'Dev', path: '/team/' },
    });
    expect(principal({ username: 'ops', extra: { arn: ['arn:aws:sts::111122223333:assumed-role/Dev/x'] } })).toMatchObject({
      role: { name: 'Dev' },
      sessionName: 'x',
    });
    expect(principal({ username: 'ops', extra: { arn: ['arn:aws:iam::111122223333:role/Dev'] } })).toMatchObject({ role: { name: 'Dev' } });
  });

  test("a node keeps its name; any other machine's name that a person wears is shown as the person", () => {
    expect(principal(iamUserInfo('system:node:ip-10-0-1-11', 'NodeRole', 'i-0a1b2c3d4e5f60718')).name).toBe('system:node:ip-10-0-1-11');
    expect(principal(iamUserInfo('system:serviceaccount:argocd:argocd-server', 'Dev', 'mallory')).name).toBe('mallory');
    expect(principal(iamUserInfo('system:node:ip-10-0-1-11', 'Dev', 'mallory')).name).toBe('mallory');
  });

  test('a service account is known by namespace and name, and by its pod where the token is bound to one', () => {
    expect(principal(serviceAccountInfo('argocd/controller', 'controller-0'))).toMatchObject({
      type: 'ServiceAccount',
      serviceAccount: 'argocd/controller',
      podName: 'controller-0',
      iamMapped: false,
    });
    expect(principal(serviceAccountInfo('argocd/controller'))).not.toHaveProperty('podName');
    expect(principal({ username: 'system:serviceaccount:odd' })).not.toHaveProperty('serviceAccount');
  });

  test.each([
    ['system:anonymous', 'Anonymous'],
    ['system:node:a', 'Node'],
    ['kubernetes-admin', 'User'],
  ])('%s is of type %s', (username, type) => expect(principal({ username }).type).toBe(type));
});
