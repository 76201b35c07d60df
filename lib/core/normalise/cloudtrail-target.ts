import type { Json, JsonObject, Target } from '../model/audit-event.ts';
import { at, isObject, text } from './access.ts';
import { defined } from './normalised.ts';

/** Leading verb of an API action; what follows names the kind of resource. */
const VERB =
  /^(?:Accept|Add|Allocate|Apply|Assign|Associate|Attach|Authorize|BatchDelete|BatchUpdate|Cancel|Change|Complete|Copy|Create|Deactivate|Decrease|Delete|Deregister|Detach|Disable|Disassociate|Enable|Execute|Export|Import|Increase|Initiate|Invoke|Merge|Modify|Move|Publish|Purchase|Put|Reboot|Rebuild|Register|Reject|Release|Remove|Replace|Request|Reset|Restore|Resume|Revoke|Rotate|Run|Schedule|Send|Set|Start|Stop|Suspend|Tag|Terminate|Transfer|Unassign|Untag|Update|Upgrade|Upload|Upsert)(?=[A-Z])/;

/** Parameters that name what a call acts on, most telling first. */
const NAME_KEYS = [
  'bucketName',
  'functionName',
  'roleName',
  'userName',
  'groupName',
  'policyName',
  'instanceId',
  'groupId',
  'dBInstanceIdentifier',
  'dBClusterIdentifier',
  'clusterName',
  'tableName',
  'stackName',
  'secretId',
  'keyId',
  'queueUrl',
  'topicArn',
  'logGroupName',
  'repositoryName',
  'hostedZoneId',
  'loadBalancerName',
  'loadBalancerArn',
  'targetGroupArn',
  'autoScalingGroupName',
  'domainName',
  'vpcId',
  'subnetId',
  'volumeId',
  'snapshotId',
  'imageId',
  'distributionId',
  'service',
  'cluster',
  'name',
  'resourceArn',
  'arn',
  'trailName',
  'policyArn',
  'id',
  'target',
] as const;

/** What people call the resource where the action's own name says it oddly; without it one trail would be counted as two kinds. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['Logging', 'Trail'],
  ['EventSelectors', 'Trail'],
  ['InsightSelectors', 'Trail'],
  ['Instances', 'Instance'],
  ['InstanceAttribute', 'Instance'],
  ['SecurityGroupIngress', 'SecurityGroup'],
  ['SecurityGroupEgress', 'SecurityGroup'],
  ['SecurityGroupRules', 'SecurityGroup'],
  ['FunctionCode', 'Function'],
  ['FunctionConfiguration', 'Function'],
]);

/** What CloudTrail writes in place of a value it hides (CloudTrail User Guide, "record contents"); it names nothing. */
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

const ARN_ELEMENT = /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:./;

/** What a CloudTrail record says it acted on; a label for people, never a reason. */
export function cloudtrailTarget(record: JsonObject, eventName: string): Target {
  const parameters = at(record, 'requestParameters');
  const arn = resourceArn(record, parameters);
  return defined({
    kind: kindOf(eventName),
    name: tailOf(nameOf(parameters)) ?? nameInList(parameters) ?? nameInList(at(record, 'responseElements')) ?? tailOf(arn),
    arn,
  });
}

function kindOf(eventName: string): string | undefined {
  const kind = eventName.replace(VERB, '');
  return kind === '' ? undefined : (KINDS.get(kind) ?? kind);
}

function nameOf(parameters: Json | undefined): string | undefined {
  for (const key of NAME_KEYS) {
    const found = shown(parameters, key);
    if (found !== undefined) return found;
  }
  if (!isObject(parameters)) return undefined;
  const telling = Object.keys(parameters).find(
    (key) => /(?:Name|Id|Arn|ARN|Identifier)$/.test(key) && shown(parameters, key) !== undefined,
  );
  return telling === undefined ? undefined : text(parameters, telling);
}

function shown(parameters: Json | undefined, key: string): string | undefined {
  const found = text(parameters, key);
  return found === HIDDEN ? undefined : found;
}

/** EC2 wraps ids in sets: `instancesSet.items[].instanceId`; several ids are joined. */
function nameInList(parameters: Json | undefined): string | undefined {
  for (const [set, key] of [
    ['instancesSet', 'instanceId'],
    ['resourcesSet', 'resourceId'],
  ] as const) {
    const items = at(parameters, set, 'items');
    const ids = Array.isArray(items) ? items.map((item) => text(item, key)).filter((id) => id !== undefined) : [];
    if (ids.length > 0) return ids.slice(0, 5).join(',') + (ids.length > 5 ? ',...' : '');
  }
  return undefined;
}

function resourceArn(record: JsonObject, parameters: Json | undefined): string | undefined {
  const resources = at(record, 'resources');
  const listed = Array.isArray(resources)
    ? resources.map((item) => text(item, 'ARN') ?? text(item, 'arn')).find((arn) => arn !== undefined)
    : undefined;
  if (listed !== undefined) return listed;
  if (!isObject(parameters)) return undefined;
  const key = Object.keys(parameters).find((name) => ARN_ELEMENT.test(text(parameters, name) ?? ''));
  return key === undefined ? undefined : text(parameters, key);
}

/** The last part of an ARN; any other name whole. */
function tailOf(name: string | undefined): string | undefined {
  return name !== undefined && ARN_ELEMENT.test(name) ? name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1) : name;
}
