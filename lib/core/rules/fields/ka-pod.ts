import type { JsonNode } from '../../json/tree.ts';
import type { FieldEvent, FieldSpec } from './field.ts';
import { kaIndexed, kaSpec, kaText, kaTexts, textAt, textsOf, valuesAt } from './ka-read.ts';
import { contentOf, nodeAt, textOf } from './read.ts';

type Nodes = readonly (JsonNode | undefined)[];

const SPEC = ['requestObject', 'spec'];
const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Of each container, what stands at a path in it; undefined: not available. */
function perContainer(event: FieldEvent, list: string, index: string, ...path: readonly string[]): Nodes | undefined {
  return valuesAt(event.root(), index, [...SPEC, list, ...path]);
}

/** Texts of every container; one without the value makes the whole field absent. */
function ofEach(event: FieldEvent, nodes: Nodes | undefined): readonly string[] | undefined {
  return nodes?.includes(undefined) ? undefined : textsOf(event, nodes);
}

/** Image names up to the tag or digest, and up to the port of a registry, as the plugin cuts them. */
function repository(image: string): string {
  return image.split(/[:@]/, 1)[0] as string;
}

/** Words of a command line, one text for each container that has one; anything but an array of strings makes the field absent. */
function commandLines(event: FieldEvent, nodes: Nodes | undefined): readonly string[] | undefined {
  const lines: string[] = [];
  for (const node of nodes ?? []) {
    if (node === undefined) continue;
    const words = node.kind === 'array' ? node.items.map((item) => contentOf(event.text, item)) : [undefined];
    if (words.includes(undefined)) return undefined;
    lines.push(words.join(' '));
  }
  return lines;
}

function hostPorts(event: FieldEvent, nodes: Nodes | undefined): readonly string[] | undefined {
  const ports: string[] = [];
  for (const node of nodes ?? []) {
    if (node === undefined) continue;
    if (node.kind !== 'array') return undefined;
    for (const item of node.items) {
      const port = nodeAt(item, ['hostPort']) ?? nodeAt(item, ['containerPort']);
      if (port !== undefined) ports.push(textOf(event.text, port));
    }
  }
  return ports;
}

/** The plugin looks for these beside the security contexts and not in them, so that it is `0` for each container in practice. */
function effective(event: FieldEvent, list: string, index: string, key: string): readonly string[] | undefined {
  const pod = textAt(event, ...SPEC, key) ?? '0';
  return perContainer(event, list, index, key)?.map((node) => (node === undefined ? pod : textOf(event.text, node)));
}

function containerFields(list: (typeof LISTS)[number]): readonly FieldSpec[] {
  const name = (suffix: string): string => `ka.req.pod.${list}.${suffix}`;
  const from = (path: string): string => `requestObject.spec.${list}[].${path}`;
  const of = (suffix: string, path: string, description: string): FieldSpec =>
    kaIndexed(name(suffix), from(path), description, (event, index) =>
      textsOf(event, perContainer(event, list, index, ...path.split('.'))),
    );
  const ofAll = (suffix: string, path: string, description: string, change: (text: string) => string): FieldSpec =>
    kaIndexed(name(suffix), from(path), description, (event, index) => ofEach(event, perContainer(event, list, index, path))?.map(change));
  const line = (suffix: string, description: string): FieldSpec =>
    kaIndexed(name(suffix), `${from(suffix)}, joined by blanks`, description, (event, index) =>
      commandLines(event, perContainer(event, list, index, suffix)),
    );
  const wrongPlace = (suffix: string, key: string, description: string): FieldSpec =>
    kaIndexed(
      name(suffix),
      `${from(key)}, else requestObject.spec.${key}, else 0 (not the security contexts, as in Falco)`,
      description,
      (event, index) => effective(event, list, index, key),
    );
  const ports = kaIndexed(name('host_port'), from('ports[].hostPort, else containerPort'), 'Ports of the host.', (event, index) =>
    hostPorts(event, perContainer(event, list, index, 'ports')),
  );
  return [
    ofAll('name', 'name', 'Names; absent if one has none.', (text) => text),
    ofAll('image', 'image', 'Images; absent if one has none.', (text) => text),
    ofAll('image.repository', 'image', 'Images up to the first `:` or `@`.', repository),
    line('command', 'Commands, one for each container that has one.'),
    line('args', 'Arguments, one text for each container that has some.'),
    of('privileged', 'securityContext.privileged', 'Whether privileged, of the containers that say so.'),
    of('allow_privilege_escalation', 'securityContext.allowPrivilegeEscalation', 'Whether privileges may grow.'),
    of('read_only_fs', 'securityContext.readOnlyRootFilesystem', 'Whether the root file system is read-only.'),
    of('run_as_user', 'securityContext.runAsUser', 'User ids.'),
    wrongPlace('eff_run_as_user', 'runAsUser', 'User ids in effect, as far as Falco sees them.'),
    of('run_as_group', 'securityContext.runAsGroup', 'Group ids.'),
    wrongPlace('eff_run_as_group', 'runAsGroup', 'Group ids in effect, as far as Falco sees them.'),
    of('proc_mount', 'securityContext.procMount', 'Kinds of the /proc mount.'),
    of('add_capabilities', 'securityContext.capabilities.add', 'Added capabilities: one JSON array for each container.'),
    ...(list === 'ephemeralContainers' ? [] : [ports]),
  ];
}

function isPrivileged(event: FieldEvent): string | undefined {
  const nodes = perContainer(event, 'containers', '', 'securityContext', 'privileged');
  return nodes && String(nodes.some((node) => node?.kind === 'true'));
}

function volumes(event: FieldEvent, index: string, ...path: readonly string[]): Nodes | undefined {
  return valuesAt(event.root(), index, [...SPEC, 'volumes', ...path]);
}

function volumeTypes(event: FieldEvent, index: string): readonly string[] | undefined {
  return volumes(event, index, '')?.flatMap((node) =>
    node?.kind === 'object' ? [...node.members.keys()].filter((key) => key !== 'name') : [],
  );
}

function hasHostPath(event: FieldEvent, wanted: string): string | undefined {
  const paths = textsOf(event, volumes(event, '', 'hostPath', 'path'));
  const isIn = (path: string): boolean => path === wanted || (wanted.endsWith('*') && path.startsWith(wanted.slice(0, -1)));
  return paths && String(paths.some(isIn));
}

const pod = (suffix: string, path: string, description: string): FieldSpec =>
  kaText(`ka.req.pod.${suffix}`, `requestObject.spec.${path}`, description);

/** Fields about the pod that a request carries. */
export const KA_POD_FIELDS: readonly FieldSpec[] = [
  ...LISTS.flatMap(containerFields),
  kaSpec({
    name: 'ka.req.container.image',
    description: 'Image of the first container (deprecated).',
    from: 'requestObject.spec.containers[0].image',
    read: (event) => ofEach(event, perContainer(event, 'containers', '0', 'image'))?.[0],
  }),
  kaSpec({
    name: 'ka.req.container.image.repository',
    description: 'Image of the first container up to the first `:` or `@` (deprecated).',
    from: 'requestObject.spec.containers[0].image',
    read: (event) => ofEach(event, perContainer(event, 'containers', '0', 'image'))?.map(repository)[0],
  }),
  kaSpec({
    name: 'ka.req.container.privileged',
    description: '`true` if any container is privileged (deprecated).',
    from: 'requestObject.spec.containers[].securityContext.privileged',
    read: isPrivileged,
  }),
  kaText('ka.req.container.host_network', 'requestObject.spec.hostNetwork', 'Whether the network of the host is used (deprecated).'),
  pod('host_ipc', 'hostIPC', 'Whether the IPC namespace of the host is used.'),
  pod('host_network', 'hostNetwork', 'Whether the network of the host is used.'),
  pod('host_pid', 'hostPID', 'Whether the PID namespace of the host is used.'),
  pod('run_as_user', 'securityContext.runAsUser', 'User id of the pod.'),
  pod('run_as_group', 'securityContext.runAsGroup', 'Group id of the pod.'),
  pod('fs_group', 'securityContext.fsGroup', 'Group of the volumes.'),
  kaTexts('ka.req.pod.supplemental_groups', 'requestObject.spec.securityContext.supplementalGroups', 'More groups of the pod.'),
  kaIndexed(
    'ka.req.pod.volumes.hostpath',
    'requestObject.spec.volumes[].hostPath.path',
    'Paths of the host that are mounted.',
    (event, index) => textsOf(event, volumes(event, index, 'hostPath', 'path')),
  ),
  kaIndexed(
    'ka.req.pod.volumes.flexvolume_driver',
    'requestObject.spec.volumes[].flexVolume.driver',
    'Drivers of flex volumes.',
    (event, index) => textsOf(event, volumes(event, index, 'flexVolume', 'driver')),
  ),
  kaIndexed('ka.req.pod.volumes.volume_type', 'requestObject.spec.volumes[]: keys but `name`', 'Kinds of the volumes.', volumeTypes),
  kaSpec({
    name: 'ka.req.volume.hostpath',
    argument: 'key',
    description: '`true` if a mounted path of the host is this one, or begins with what stands before a final `*`.',
    from: 'requestObject.spec.volumes[].hostPath.path',
    read: hasHostPath,
  }),
];
