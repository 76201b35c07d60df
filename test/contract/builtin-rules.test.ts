import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/core/model/audit-event.ts';
import { PRIORITIES } from '../../lib/core/model/finding.ts';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import type { Policy } from '../../lib/core/policy/policy.ts';
import { builtinEngine, detectorOf, findingsOf, item, rulesOf } from '../support/detector.ts';
import {
  type Changes,
  cloudtrailRecord,
  IAM_USER,
  iamUserInfo,
  kubernetesEvent,
  roleSession,
  serviceAccountInfo,
} from '../support/records.ts';

const POLICY: Partial<Policy> = {
  pipelines: [
    { name: 'gha', role: 'gha-deploy' },
    { name: 'argocd', service_account: 'argocd/controller' },
  ],
  break_glass: [{ name: 'emergency', role: 'BreakGlass' }],
};

const aws = (changes: Changes): JsonObject => cloudtrailRecord(changes);
const k8s = (changes: Changes): JsonObject => kubernetesEvent(changes);
const PIPELINE = roleSession('gha-deploy', 'run-7');
const EMERGENCY = roleSession('BreakGlass', 'erin');
const ROOT: JsonObject = { type: 'Root', arn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' };
const STOP: Changes = { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', requestParameters: { name: 'org-trail' } };
const LOGIN: Changes = {
  eventSource: 'signin.amazonaws.com',
  eventName: 'ConsoleLogin',
  eventType: 'AwsConsoleSignIn',
  readOnly: undefined,
  requestParameters: null,
  responseElements: { ConsoleLogin: 'Success' },
  additionalEventData: { MFAUsed: 'No' },
};
const DENIED = { errorCode: 'AccessDenied', errorMessage: 'User is not authorized' };
const exec = (command: string, more: Changes = {}): JsonObject =>
  k8s({
    verb: 'get',
    stage: 'ResponseStarted',
    objectRef: { resource: 'pods', namespace: 'shop', name: 'web', subresource: 'exec' },
    requestURI: `/api/v1/namespaces/shop/pods/web/exec?${command
      .split(' ')
      .map((word) => `command=${encodeURIComponent(word)}`)
      .join('&')}&container=app&stdin=true`,
    responseStatus: { code: 101 },
    ...more,
  });
const pod = (securityContext: JsonObject, spec: JsonObject = {}, more: Changes = {}): JsonObject =>
  k8s({
    verb: 'create',
    objectRef: { resource: 'pods', namespace: 'shop', name: 'tool' },
    responseStatus: { code: 201 },
    requestObject: {
      kind: 'Pod',
      metadata: { name: 'tool' },
      spec: { containers: [{ name: 'a', image: 'tool:1', securityContext }], ...spec },
    },
    ...more,
  });
const REFUSED = {
  responseStatus: {
    code: 403,
    reason: 'Forbidden',
    message: 'admission webhook "validation.gatekeeper.sh" denied the request: no owner label',
  },
};
const FORBIDDEN = { responseStatus: { code: 403, reason: 'Forbidden', message: 'deployments is forbidden: User "x" cannot patch' } };

/** For each rule: what makes it fire, what must leave it quiet, and the same call failed. */
const CASES: Readonly<
  Record<
    string,
    {
      readonly source: EventSource;
      readonly fires: readonly JsonObject[];
      readonly quiet: readonly JsonObject[];
      readonly failed: JsonObject;
    }
  >
> = {
  'Manual AWS change': {
    source: 'aws_cloudtrail',
    fires: [aws({}), aws({ readOnly: 'false' }), aws({ userIdentity: roleSession('Admin', 'x') }), aws({ userIdentity: ROOT })],
    quiet: [
      aws({ userIdentity: PIPELINE }),
      aws({ readOnly: true, eventName: 'DescribeInstances' }),
      aws({ userIdentity: { ...IAM_USER, invokedBy: 'autoscaling.amazonaws.com' } }),
      aws({ eventCategory: 'Data' }),
    ],
    failed: aws(DENIED),
  },
  'Manual Kubernetes change': {
    source: 'k8s_audit',
    fires: [k8s({}), k8s({ verb: 'delete' }), k8s({ user: serviceAccountInfo('argocd/other') })],
    quiet: [
      k8s({ user: serviceAccountInfo('argocd/controller', 'p') }),
      k8s({ verb: 'list' }),
      k8s({ requestURI: '/x?dryRun=All' }),
      k8s({ stage: 'RequestReceived' }),
    ],
    failed: k8s(FORBIDDEN),
  },
  'Interactive session in a pod': {
    source: 'k8s_audit',
    fires: [
      exec('sh'),
      exec('sh', { verb: 'create' }),
      exec('sh', { objectRef: { resource: 'pods', namespace: 'shop', name: 'web', subresource: 'portforward' } }),
    ],
    quiet: [
      exec('sh', { stage: 'ResponseComplete' }),
      exec('sh', { user: serviceAccountInfo('ops/runner', 'runner-0') }),
      k8s({ verb: 'get', objectRef: { resource: 'pods', subresource: 'log', name: 'web' } }),
    ],
    failed: exec('sh', { responseStatus: { code: 403 } }),
  },
  'Interactive session on a host': {
    source: 'aws_cloudtrail',
    fires: [
      aws({ eventSource: 'ssm.amazonaws.com', eventName: 'StartSession' }),
      aws({ eventSource: 'ecs.amazonaws.com', eventName: 'ExecuteCommand' }),
      aws({ eventSource: 'cloudshell.amazonaws.com', eventName: 'CreateSession' }),
    ],
    quiet: [
      aws({ eventSource: 'ssm.amazonaws.com', eventName: 'TerminateSession' }),
      aws({ eventSource: 'ssm.amazonaws.com', eventName: 'StartSession', userIdentity: PIPELINE }),
    ],
    failed: aws({ eventSource: 'ssm.amazonaws.com', eventName: 'StartSession', ...DENIED }),
  },
  'Break-glass principal used': {
    source: 'aws_cloudtrail',
    fires: [aws({ userIdentity: EMERGENCY }), aws({ userIdentity: EMERGENCY, ...LOGIN }), aws({ userIdentity: EMERGENCY, ...DENIED })],
    quiet: [aws({ userIdentity: EMERGENCY, readOnly: true, eventName: 'DescribeInstances' }), aws({})],
    failed: aws({ userIdentity: PIPELINE, ...DENIED }),
  },
  'Break-glass principal used in a cluster': {
    source: 'k8s_audit',
    fires: [k8s({ user: iamUserInfo('x', 'BreakGlass', 'erin') }), exec('sh', { user: iamUserInfo('x', 'BreakGlass', 'erin') })],
    quiet: [
      k8s({ user: iamUserInfo('x', 'BreakGlass', 'erin'), verb: 'list' }),
      exec('sh', { user: iamUserInfo('x', 'BreakGlass', 'erin'), stage: 'ResponseComplete' }),
      k8s({}),
    ],
    failed: k8s(FORBIDDEN),
  },
  'Root user activity': {
    source: 'aws_cloudtrail',
    fires: [
      aws({ userIdentity: ROOT }),
      aws({ userIdentity: ROOT, ...LOGIN }),
      aws({ userIdentity: roleSession('x', 'y', { context: { assumedRoot: 'true' } }) }),
    ],
    quiet: [
      aws({ userIdentity: { ...ROOT, invokedBy: 'backup.amazonaws.com' } }),
      aws({ userIdentity: ROOT, readOnly: true, eventName: 'ListUsers' }),
      aws({}),
    ],
    failed: aws({ ...DENIED }),
  },
  'Machine name used by a person': {
    source: 'k8s_audit',
    fires: [
      k8s({ user: iamUserInfo('system:serviceaccount:argocd:controller', 'DataScientist', 'mallory') }),
      k8s({ user: iamUserInfo('system:kube-scheduler', 'X', 'y'), verb: 'list' }),
    ],
    quiet: [
      k8s({ user: serviceAccountInfo('argocd/controller', 'p') }),
      k8s({ user: iamUserInfo('system:node:a', 'N', 'i-0a1b2c3d4e5f60718', { groups: ['system:nodes'] }) }),
    ],
    failed: k8s(FORBIDDEN),
  },
  'Console sign-in without MFA': {
    source: 'aws_cloudtrail',
    fires: [aws(LOGIN), aws({ ...LOGIN, userIdentity: ROOT })],
    quiet: [
      aws({ ...LOGIN, additionalEventData: { MFAUsed: 'Yes' } }),
      aws({ ...LOGIN, additionalEventData: {} }),
      aws({
        ...LOGIN,
        userIdentity: roleSession('AWSReservedSSO_Admin_0123456789abcdef', 'alice', { path: '/aws-reserved/sso.amazonaws.com/' }),
      }),
    ],
    failed: aws({ ...LOGIN, responseElements: { ConsoleLogin: 'Failure' }, errorMessage: 'Failed authentication' }),
  },
  'Audit trail weakened': {
    source: 'aws_cloudtrail',
    fires: [
      aws(STOP),
      aws({ ...STOP, userIdentity: PIPELINE }),
      aws({ ...STOP, eventName: 'PutEventSelectors' }),
      aws({ eventSource: 'guardduty.amazonaws.com', eventName: 'DeleteDetector' }),
      aws({ eventSource: 'eks.amazonaws.com', eventName: 'UpdateClusterConfig', requestParameters: { logging: { clusterLogging: [] } } }),
      aws({ eventSource: 'logs.amazonaws.com', eventName: 'DeleteLogGroup', requestParameters: { logGroupName: '/aws/eks/demo/cluster' } }),
      aws({ eventSource: 'events.amazonaws.com', eventName: 'DisableRule', requestParameters: { name: 'driftwire-cloudtrail' } }),
    ],
    quiet: [
      aws({ ...STOP, eventName: 'StartLogging' }),
      aws({ eventSource: 'logs.amazonaws.com', eventName: 'DeleteLogGroup', requestParameters: { logGroupName: '/app' } }),
    ],
    failed: aws({ ...STOP, ...DENIED }),
  },
  'Denied change attempt': {
    source: 'aws_cloudtrail',
    fires: [
      aws(DENIED),
      aws({ errorCode: 'Client.UnauthorizedOperation' }),
      aws({ eventSource: 'ssm.amazonaws.com', eventName: 'StartSession', ...DENIED }),
    ],
    quiet: [
      aws({ errorCode: 'InvalidGroup.Duplicate' }),
      aws({ ...DENIED, readOnly: true, eventName: 'DescribeInstances' }),
      aws({ ...DENIED, userIdentity: { type: 'AWSService', invokedBy: 'config.amazonaws.com' } }),
      aws({ ...DENIED, userIdentity: PIPELINE }),
    ],
    failed: aws({ errorCode: 'Client.DryRunOperation' }),
  },
  'Denied change attempt in a cluster': {
    source: 'k8s_audit',
    fires: [k8s(FORBIDDEN), exec('sh', { responseStatus: { code: 403 } })],
    quiet: [
      k8s(REFUSED),
      k8s({ responseStatus: { code: 409 } }),
      k8s({ ...FORBIDDEN, verb: 'list' }),
      k8s({ ...FORBIDDEN, user: { username: 'system:kube-scheduler' } }),
    ],
    failed: k8s({ responseStatus: { code: 500 } }),
  },
  'Policy engine denied a request': {
    source: 'k8s_audit',
    fires: [
      k8s(REFUSED),
      k8s({ ...REFUSED, user: serviceAccountInfo('argocd/controller', 'p') }),
      k8s({
        responseStatus: {
          code: 422,
          reason: 'Invalid',
          message: "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'b' denied request",
        },
      }),
    ],
    quiet: [k8s(FORBIDDEN), k8s({ ...REFUSED, user: serviceAccountInfo('kube-system/replicaset-controller') }), k8s({})],
    failed: k8s({ responseStatus: { code: 500, message: 'failed calling webhook' } }),
  },
  'Mutable container admitted': {
    source: 'k8s_audit',
    fires: [
      pod({}),
      pod({ readOnlyRootFilesystem: true, runAsUser: 0 }),
      pod({ readOnlyRootFilesystem: true, privileged: true }),
      pod({ readOnlyRootFilesystem: true }, { hostPID: true }),
      pod({ readOnlyRootFilesystem: true }, { securityContext: { runAsUser: 0 } }),
      k8s({
        verb: 'create',
        requestObject: { kind: 'Deployment', spec: { template: { spec: { containers: [{ name: 'a', image: 'x' }] } } } },
      }),
      k8s({
        verb: 'create',
        objectRef: { resource: 'cronjobs', apiGroup: 'batch', name: 'c' },
        requestObject: { kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a' }] } } } } } },
      }),
      pod({ readOnlyRootFilesystem: true }, { volumes: [{ name: 'h', hostPath: { path: '/var/run/docker.sock' } }] }),
    ],
    quiet: [
      pod({ readOnlyRootFilesystem: true }),
      pod({ readOnlyRootFilesystem: true, runAsUser: 1000 }, { securityContext: { runAsUser: 0 } }),
      pod({}, {}, { requestObject: undefined }),
      pod({}, {}, { user: serviceAccountInfo('argocd/controller', 'p') }),
    ],
    failed: pod({}, {}, FORBIDDEN),
  },
  'Privileged container admitted': {
    source: 'k8s_audit',
    fires: [pod({ privileged: true }), pod({}, { hostNetwork: true }), pod({}, { volumes: [{ name: 'h', hostPath: { path: '/' } }] })],
    quiet: [pod({}), pod({ privileged: false }), pod({}, { volumes: [{ name: 'h', hostPath: { path: '/opt/data' } }] })],
    failed: pod({ privileged: true }, {}, FORBIDDEN),
  },
  'File copied into a pod': {
    source: 'k8s_audit',
    fires: [exec('tar -xmf - -C /tmp'), exec('tar --no-same-permissions --no-same-owner -xmf - -C /tmp')],
    quiet: [exec('tar cf - /etc/hosts'), exec('test -d /tmp'), exec('tar -xmf - -C /tmp', { stage: 'ResponseComplete' })],
    failed: exec('tar -xmf -', { responseStatus: { code: 403 } }),
  },
  'File copied out of a pod': {
    source: 'k8s_audit',
    fires: [
      exec('tar cf - /etc/hosts'),
      k8s({ ...exec('x'), requestURI: '/x/exec?command=sh&command=-c&command=tar+cf+-+%2Fdata+%7C+tail+-c%2B1' }),
    ],
    quiet: [exec('tar -xmf - -C /tmp'), exec('ls')],
    failed: exec('tar cf - /x', { responseStatus: { code: 403 } }),
  },
  'Package manager run in a pod': {
    source: 'k8s_audit',
    fires: [
      exec('apt-get install curl'),
      exec('sh -c apk add curl'),
      exec('/usr/bin/pip install x'),
      exec('bash -c cd /tmp && yum install -y x'),
    ],
    quiet: [exec('cat /etc/apt/sources.list'), exec('ls')],
    failed: exec('apt update', { responseStatus: { code: 403 } }),
  },
  'Kernel settings touched through a pod': {
    source: 'k8s_audit',
    fires: [exec('sh -c echo 10 > /proc/sys/vm/swappiness'), exec('sysctl -w vm.swappiness=10')],
    quiet: [exec('cat /proc/meminfo')],
    failed: exec('sysctl -w a=b', { responseStatus: { code: 403 } }),
  },
  'Breach command run in a pod': {
    source: 'k8s_audit',
    fires: [exec('cat /etc/shadow'), exec('rm -rf /var/log/nginx')],
    quiet: [exec('cat /etc/hosts'), exec('tail /var/log/nginx/access.log')],
    failed: exec('cat /etc/shadow', { responseStatus: { code: 403 } }),
  },
};

const rules = builtinEngine().rules;

test('every built-in rule has its cases, and every case its rule', () => {
  expect(rules.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(CASES)));
  expect(rules.length).toBe(Object.keys(CASES).length);
});

describe.each(rules)('$name', ({ name, desc, tags, priority, source }) => {
  const { fires, quiet, failed, source: expectedSource } = CASES[name] as (typeof CASES)[string];
  const run = (record: JsonObject): readonly string[] => rulesOf(detectorOf(POLICY).take(item(source, record)));

  test('says what it is about', () => {
    expect(source).toBe(expectedSource);
    expect(desc.length).toBeGreaterThan(30);
    expect(tags.length).toBeGreaterThan(1);
    expect(PRIORITIES).toContain(priority);
  });

  test('fires, with a message that has no missing name', () => {
    expect(fires.length).toBeGreaterThan(0);
    for (const record of fires) {
      const outcome = detectorOf(POLICY).take(item(source, record));
      expect(rulesOf(outcome), JSON.stringify(record)).toContain(name);
      const found = findingsOf(outcome).find(({ finding }) => finding.rule === name);
      expect(found?.finding.message.split('(')[0]).not.toContain('<NA>');
      expect(found?.finding.message).not.toMatch(/\n/);
    }
  });

  test('stays quiet', () => {
    expect(quiet.length).toBeGreaterThan(0);
    for (const record of quiet) expect(run(record), JSON.stringify(record)).not.toContain(name);
  });

  test('says nothing of a call that failed', () => expect(run(failed)).not.toContain(name));
});

test('a request makes at most one finding with the tag drift', () => {
  for (const [name, { source, fires }] of Object.entries(CASES)) {
    for (const record of fires) {
      const drift = findingsOf(detectorOf(POLICY).take(item(source, record))).filter(({ finding }) => finding.tags.includes('drift'));
      expect(drift.length, name).toBeLessThan(2);
    }
  }
});
