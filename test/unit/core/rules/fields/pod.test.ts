import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../../lib/core/model/audit-event.ts';
import { podAnswers } from '../../../../../lib/core/rules/fields/pod.ts';
import { eventOf, kubernetesEvent } from '../../../../support/records.ts';

const answers = (requestObject: JsonObject, verb = 'create') => podAnswers(eventOf('k8s_audit', kubernetesEvent({ requestObject, verb })));
const CLEAN = { name: 'a', image: 'x', securityContext: { readOnlyRootFilesystem: true } };

describe('what a request says about its pods', () => {
  test.each([
    ['a pod', { spec: { containers: [CLEAN] } }],
    ['a workload', { spec: { template: { spec: { containers: [CLEAN] } } } }],
    ['a cron job', { spec: { jobTemplate: { spec: { template: { spec: { containers: [CLEAN] } } } } } }],
  ] as [string, JsonObject][])('%s that asks for nothing', (_, body) => {
    expect(answers(body)).toEqual({
      privileged: false,
      runsAsRoot: false,
      writableRootFs: false,
      hostNamespaces: false,
      sensitiveHostPath: false,
      images: ['x'],
    });
  });

  test('a request without containers says nothing', () => {
    expect(answers({ spec: { containers: [] } })).toBeUndefined();
    expect(answers({ spec: { containers: ['odd'] } })).toBeUndefined();
    expect(answers({})).toBeUndefined();
  });

  test('what a patch leaves out is not known, what a whole object leaves out is at its default', () => {
    const body = { spec: { containers: [{ name: 'a' }] } };
    expect(answers(body)).toMatchObject({ writableRootFs: true, images: [] });
    expect(answers(body, 'patch')).toMatchObject({ writableRootFs: false });
  });

  test.each([
    [{ runAsUser: 0 }, {}, true],
    [{}, { runAsUser: 0 }, true],
    [{ runAsUser: 0, runAsNonRoot: true }, {}, false],
    [{ runAsUser: 5 }, { runAsUser: 0 }, false],
  ])('a container of %j in a pod of %j runs as root: %s', (container, pod, expected) => {
    expect(answers({ spec: { securityContext: pod, containers: [{ securityContext: container }] } })?.runsAsRoot).toBe(expected);
  });

  test.each([
    ['/', true],
    ['/etc', true],
    ['/etc/kubernetes', true],
    ['/etcetera', false],
    ['/var/run/docker.sock', true],
    ['', false],
    ['/data', false],
  ])('the path %j of the host is sensitive: %s', (path, expected) => {
    expect(answers({ spec: { containers: [CLEAN], volumes: [{ hostPath: { path } }, { emptyDir: {} }] } })?.sensitiveHostPath).toBe(
      expected,
    );
  });

  test('privileges and namespaces of the host are seen in every kind of container', () => {
    const body = { spec: { hostPID: true, containers: [CLEAN], initContainers: [{ image: 'y', securityContext: { privileged: true } }] } };
    expect(answers(body)).toMatchObject({ privileged: true, hostNamespaces: true, images: ['x', 'y'] });
  });
});
