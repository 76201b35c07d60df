import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../../../lib/core/model/audit-event.ts';
import { read } from '../../../../support/falco-events.ts';

const pod = (field: string, spec: JsonObject) => read('k8s_audit', `ka.req.${field}`, { auditID: 'a', requestObject: { spec } });

const SPEC: JsonObject = {
  hostNetwork: true,
  hostPID: false,
  runAsGroup: 5,
  securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000, 4001] },
  volumes: [
    { name: 'cfg', configMap: {} },
    { name: 'sock', hostPath: { path: '/var/run/docker.sock' } },
    { name: 'etc', hostPath: { path: '/etc/kubernetes' } },
    { name: 'flex', flexVolume: { driver: 'foo/bar' } },
  ],
  initContainers: [{ name: 'init', image: 'busybox', command: ['sh', '-c', 'id'], securityContext: { privileged: true } }],
  containers: [
    {
      name: 'web',
      image: 'nginx:1.25',
      args: ['-g', 'daemon off;'],
      runAsUser: 8,
      ports: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 443 }, {}],
      securityContext: { privileged: false, runAsUser: 0, capabilities: { add: ['NET_ADMIN', 'SYS_TIME'] } },
    },
    { name: 'side', image: 'registry.example.com:5000/side@sha256:ab', command: ['/bin/side'], securityContext: { privileged: true } },
  ],
};

describe('the pod of a request', () => {
  test.each([
    ['pod.host_network', 'true'],
    ['container.host_network', 'true'],
    ['pod.host_pid', 'false'],
    ['pod.host_ipc', undefined],
    ['pod.run_as_user', '1000'],
    ['pod.run_as_group', '3000'],
    ['pod.fs_group', '2000'],
    ['pod.supplemental_groups', ['4000', '4001']],
    ['pod.containers.name', ['web', 'side']],
    ['pod.containers.name[1]', ['side']],
    ['pod.containers.name[2]', undefined],
    ['pod.containers.image', ['nginx:1.25', 'registry.example.com:5000/side@sha256:ab']],
    ['pod.containers.image.repository', ['nginx', 'registry.example.com']],
    ['pod.initContainers.image.repository[0]', ['busybox']],
    ['pod.ephemeralContainers.image', undefined],
    ['container.image', 'nginx:1.25'],
    ['container.image.repository', 'nginx'],
    ['container.privileged', 'true'],
    ['pod.containers.privileged', ['false', 'true']],
    ['pod.containers.privileged[1]', ['true']],
    ['pod.initContainers.privileged', ['true']],
    ['pod.containers.command', ['/bin/side']],
    ['pod.containers.args', ['-g daemon off;']],
    ['pod.containers.args[1]', undefined],
    ['pod.initContainers.command', ['sh -c id']],
    ['pod.containers.host_port', ['8080', '443']],
    ['pod.containers.host_port[1]', undefined],
    ['pod.containers.run_as_user', ['0']],
    ['pod.containers.eff_run_as_user', ['8', '0']],
    ['pod.containers.eff_run_as_group', ['5', '5']],
    ['pod.containers.eff_run_as_group[9]', undefined],
    ['pod.containers.add_capabilities', ['["NET_ADMIN","SYS_TIME"]']],
    ['pod.containers.proc_mount', undefined],
    ['pod.volumes.hostpath', ['/var/run/docker.sock', '/etc/kubernetes']],
    ['pod.volumes.hostpath[2]', ['/etc/kubernetes']],
    ['pod.volumes.hostpath[0]', undefined],
    ['pod.volumes.flexvolume_driver', ['foo/bar']],
    ['pod.volumes.volume_type', ['configMap', 'hostPath', 'hostPath', 'flexVolume']],
    ['pod.volumes.volume_type[3]', ['flexVolume']],
    ['volume.hostpath[/etc*]', 'true'],
    ['volume.hostpath[/etc/kubernetes]', 'true'],
    ['volume.hostpath[/etc]', 'false'],
    ['volume.hostpath[*]', 'true'],
  ])('%s is %j', (field, expected) => {
    expect(pod(field, SPEC)).toEqual(expected);
  });

  test('one container without image, and there are no images at all', () => {
    const spec = { containers: [{ name: 'a' }, { name: 'b', image: 'x' }] };
    expect(pod('pod.containers.image', spec)).toBeUndefined();
    expect(pod('pod.containers.image[1]', spec)).toEqual(['x']);
    expect(pod('container.image', spec)).toBeUndefined();
    expect(pod('container.image.repository', spec)).toBeUndefined();
  });

  test.each([
    [['sh', 1], undefined],
    ['sh', undefined],
    [[], ['']],
  ] as [Json, unknown][])('a command %j gives %j', (command, expected) => {
    expect(pod('pod.containers.command', { containers: [{ command }] })).toEqual(expected);
  });

  test('ports that are no list are none', () => {
    expect(pod('pod.containers.host_port', { containers: [{ ports: 80 }] })).toBeUndefined();
  });

  test('no container is privileged where there are none; without a specification nothing is known', () => {
    expect(pod('container.privileged', { containers: [] })).toBe('false');
    expect(pod('container.privileged', {})).toBeUndefined();
    expect(pod('volume.hostpath[/etc]', {})).toBeUndefined();
    expect(pod('pod.containers.command', {})).toBeUndefined();
    expect(pod('pod.containers.host_port', {})).toBeUndefined();
    expect(pod('pod.volumes.volume_type', { volumes: ['odd', []] })).toBeUndefined();
    expect(pod('pod.volumes.volume_type', {})).toBeUndefined();
  });

  test('one container that is no list is read as it is, as Falco does', () => {
    expect(pod('pod.containers.name', { containers: { name: 'only' } })).toEqual(['only']);
  });
});
