import type { JsonNode } from '../../json/tree.ts';
import { eventInfo, s3Uri } from './ct-info.ts';
import { bytesOf, originalUser, shortSource, stringAt, stringFrom, truthAt, userOf } from './ct-read.ts';
import { type FieldEvent, type FieldSpec, type FieldValue, fieldSpec } from './field.ts';
import { compact, contentOf, nodeAt, nodeOf } from './read.ts';

/** A string at a path. */
const at = (name: string, path: string, description: string): FieldSpec => {
  const keys = path.split('.');
  return fieldSpec({ name, description, from: path, read: (event) => stringAt(event, ...keys) });
};
const computed = (name: string, from: string, description: string, read: (event: FieldEvent) => FieldValue): FieldSpec =>
  fieldSpec({ name, description, from, read });
const json = (name: string, key: string, description: string): FieldSpec =>
  computed(name, `${key}, as JSON text`, description, (event) => {
    const node = nodeOf(event, key);
    return node && compact(event.text, node);
  });
const truth = (name: string, key: string, description: string): FieldSpec =>
  computed(name, key, description, (event) => truthAt(event, key));
const number = (name: string, from: string, description: string, read: (event: FieldEvent) => bigint | undefined): FieldSpec =>
  fieldSpec({ name, description, from, type: 'number', engineType: 'UINT64', read });
/** 1 when the call is one of these, else absent. */
const counted = (name: string, from: string, description: string, isOne: (eventName: string) => boolean): FieldSpec =>
  number(name, from, description, (event) => (isOne(contentOf(event.text, nodeOf(event, 'eventName')) ?? '') ? 1n : undefined));
const request = (name: string, key: string, description: string): FieldSpec =>
  at(`ct.request.${name}`, `requestParameters.${key}`, description);

function resources(event: FieldEvent): string | undefined {
  const node = nodeOf(event, 'resources');
  if (node?.kind !== 'array' || node.items.length === 0) return undefined;
  return node.items.map((item) => compact(event.text, item)).join(',');
}

/** Tag `Name` of the last instance that has one. */
function instanceName(event: FieldEvent): string | undefined {
  let name = '';
  for (const item of itemsOf(nodeOf(event, 'requestParameters', 'tagSpecificationSet', 'items'))) {
    const read = (node: JsonNode, key: string): string => contentOf(event.text, nodeAt(node, [key])) ?? '';
    if (read(item, 'resourceType') !== 'instance') continue;
    const tag = itemsOf(nodeAt(item, ['tags'])).find((each) => read(each, 'key') === 'Name');
    if (tag !== undefined) name = read(tag, 'value');
  }
  return name === '' ? undefined : name;
}

function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === 'array' ? node.items : [];
}

const IMAGE_PATHS: readonly (readonly string[])[] = [
  ['requestParameters', 'imageId'],
  ['requestParameters', 'DescribeFastLaunchImagesRequest', 'ImageId', 'content'],
  ['requestParameters', 'launchSpecification', 'imageId'],
];

function imageIds(event: FieldEvent, index: string): readonly string[] | undefined {
  const instances = nodeOf(event, 'responseElements', 'instancesSet', 'items');
  if (instances !== undefined) {
    const ids = itemsOf(instances).map((item) => stringFrom(event, nodeAt(item, ['imageId'])));
    return present(index === '' ? ids.filter((id) => id !== '') : [ids[Number(index)]]);
  }
  if (index !== '' && index !== '0') return undefined;
  const node = IMAGE_PATHS.map((path) => nodeOf(event, ...path)).find((found) => found !== undefined);
  return present([stringFrom(event, node)]);
}

function present(texts: readonly (string | undefined)[]): readonly string[] | undefined {
  const there = texts.filter((text) => text !== undefined);
  return there.length === 0 ? undefined : there;
}

/** Fields of CloudTrail records (Falco's cloudtrail plugin 0.17). */
export const CT_FIELDS: readonly FieldSpec[] = [
  at('ct.id', 'eventID', 'Unique id of the event.'),
  at('ct.error', 'errorCode', 'Error code of a failed call.'),
  at('ct.errormessage', 'errorMessage', 'Description of the error.'),
  at('ct.time', 'eventTime', 'Time of the event, as recorded.'),
  at('ct.src', 'eventSource', 'Service that was called, such as `s3.amazonaws.com`.'),
  computed('ct.shortsrc', 'eventSource without `.amazonaws.com`', 'Service that was called, short.', (event) => {
    const source = stringAt(event, 'eventSource');
    return source && shortSource(source);
  }),
  at('ct.name', 'eventName', 'Name of the action.'),
  computed(
    'ct.user',
    'userIdentity: userName, invokedBy, the role of a session, or the type, as the type says',
    'User, role or service that called; absent for most root events.',
    (event) => {
      const user = userOf(event);
      return 'name' in user ? user.name : undefined;
    },
  ),
  computed(
    'ct.originaluser',
    'the last part of userIdentity.arn or principalId of a role session, else userIdentity.userName',
    'User as CloudTrail names it: the session of an assumed role.',
    originalUser,
  ),
  computed(
    'ct.user.accountid',
    'userIdentity.accountId, else recipientAccountId',
    'Account of the caller.',
    (event) => stringAt(event, 'userIdentity', 'accountId') ?? stringAt(event, 'recipientAccountId'),
  ),
  at('ct.user.identitytype', 'userIdentity.type', 'Type of the identity.'),
  at('ct.user.principalid', 'userIdentity.principalId', 'Principal id of the caller.'),
  at('ct.user.arn', 'userIdentity.arn', 'ARN of the caller.'),
  at('ct.region', 'awsRegion', 'Region.'),
  at('ct.response.subnetid', 'responseElements.subnetId', 'Subnet in the answer.'),
  at('ct.response.reservationid', 'responseElements.reservationId', 'Reservation in the answer.'),
  json('ct.response', 'responseElements', 'The whole answer.'),
  request('availabilityzone', 'availabilityZone', 'Availability zone in the request.'),
  request('cluster', 'cluster', 'Cluster in the request.'),
  request('functionname', 'functionName', 'Function in the request.'),
  request('groupname', 'groupName', 'Group in the request.'),
  request('host', 'Host', 'Host in the request.'),
  request('name', 'name', 'Name of what is acted on.'),
  request('policy', 'policy', 'Policy in the request.'),
  request('reason', 'reason', 'Reason in the request.'),
  request('target', 'target', 'Target in the request.'),
  computed(
    'ct.request.documentname',
    "always absent, as in Falco's plugin; use json.value[/requestParameters/documentName]",
    'Document in the request.',
    () => undefined,
  ),
  request('serialnumber', 'serialNumber', 'Serial number in the request.'),
  request('servicename', 'serviceName', 'Service in the request.'),
  request('subnetid', 'subnetId', 'Subnet in the request.'),
  request('taskdefinition', 'taskDefinition', 'Task definition in the request.'),
  request('username', 'userName', 'User in the request.'),
  json('ct.request', 'requestParameters', 'The whole request.'),
  at('ct.srcip', 'sourceIPAddress', 'Address of the caller.'),
  at('ct.useragent', 'userAgent', 'User agent, chosen by the caller.'),
  computed('ct.info', 'several members', 'Summary of the event.', eventInfo),
  truth('ct.managementevent', 'managementEvent', '`true` for a management event.'),
  truth('ct.readonly', 'readOnly', '`true` if the call only read.'),
  at('ct.requestid', 'requestID', 'Id of the request.'),
  at('ct.eventtype', 'eventType', 'Type of the event.'),
  at('ct.apiversion', 'apiVersion', 'Version of the API.'),
  computed('ct.resources', 'resources: JSON texts joined by commas', 'Resources of the event.', resources),
  at('ct.recipientaccountid', 'recipientAccountId', 'Account that received the event.'),
  at('ct.serviceeventdetails', 'serviceEventDetails', 'What a service event was about; empty when that is an object.'),
  at('ct.sharedeventid', 'sharedEventID', 'Id that the records of one action share.'),
  at('ct.vpcendpointid', 'vpcEndpointId', 'VPC endpoint of the call.'),
  at('ct.eventcategory', 'eventCategory', 'Category of the event.'),
  at('ct.addendum.reason', 'addendum.reason', 'Why an event was delivered again.'),
  at('ct.addendum.updatedfields', 'addendum.updatedFields', 'Which members were updated; empty when that is an array.'),
  at('ct.addendum.originalrequestid', 'addendum.originalRequestID', 'Request id of the first event.'),
  at('ct.addendum.originaleventid', 'addendum.originalEventID', 'Id of the first event.'),
  truth('ct.sessioncredentialfromconsole', 'sessionCredentialFromConsole', '`true` if the credentials are those of a console session.'),
  at('ct.edgedevicedetails', 'edgeDeviceDetails', 'Edge devices that are targets of the request; empty when that is an object.'),
  at('ct.tlsdetails.tlsversion', 'tlsDetails.tlsVersion', 'TLS version of the request.'),
  at('ct.tlsdetails.ciphersuite', 'tlsDetails.cipherSuite', 'Cipher suite of the request.'),
  at('ct.tlsdetails.clientprovidedhostheader', 'tlsDetails.clientProvidedHostHeader', 'Host name that the client gave.'),
  json('ct.additionaleventdata', 'additionalEventData', 'All additional data.'),
  computed('s3.uri', 'requestParameters.bucketName and key', 'Address of the object, `s3://bucket/key`.', s3Uri),
  at('s3.bucket', 'requestParameters.bucketName', 'Bucket.'),
  at('s3.key', 'requestParameters.key', 'Key of the object.'),
  number('s3.bytes', 'additionalEventData.bytesTransferredIn and Out', 'Bytes read and written.', (event) =>
    bytesOf(event, 'bytesTransferredIn', 'bytesTransferredOut'),
  ),
  number('s3.bytes.in', 'additionalEventData.bytesTransferredIn', 'Bytes written.', (event) => bytesOf(event, 'bytesTransferredIn')),
  number('s3.bytes.out', 'additionalEventData.bytesTransferredOut', 'Bytes read.', (event) => bytesOf(event, 'bytesTransferredOut')),
  counted('s3.cnt.get', 'eventName', '1 for GetObject, else absent.', (name) => name === 'GetObject'),
  counted('s3.cnt.put', 'eventName', '1 for PutObject, else absent.', (name) => name === 'PutObject'),
  counted('s3.cnt.other', 'eventName', '1 for any other event, else absent.', (name) => !['GetObject', 'PutObject'].includes(name)),
  computed(
    'ec2.name',
    'requestParameters.tagSpecificationSet.items: tag `Name` of the last instance that has one',
    'Name of the instances.',
    instanceName,
  ),
  computed('ec2.imageid', 'ec2.imageids[0]', 'First image (deprecated).', (event) => imageIds(event, '0')?.[0]),
  fieldSpec({
    name: 'ec2.imageids',
    isList: true,
    argument: 'index',
    description: 'Images of the instances.',
    from: 'responseElements.instancesSet.items: imageId, else an image in requestParameters',
    read: imageIds,
  }),
  at('ecr.repository', 'requestParameters.repositoryName', 'Repository of images.'),
  at('ecr.imagetag', 'requestParameters.imageTag', 'Tag of the image.'),
  at('iam.role', 'requestParameters.roleName', 'Role in the request.'),
  at('iam.policy', 'requestParameters.policyName', 'Policy in the request.'),
];
