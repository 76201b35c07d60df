import type { FieldEvent, FieldSpec, FieldValue } from './field.ts';
import { nodeAt, textOf } from './read.ts';

/** CloudTrail: a member that is there but no string is present and empty, as in Falco's plugin. */
function member(event: FieldEvent, ...path: readonly string[]): string | undefined {
  const node = nodeAt(event.root(), path);
  return node === undefined ? undefined : node.kind === 'string' ? textOf(event.text, node) : '';
}

function json(event: FieldEvent, key: string): string | undefined {
  const node = nodeAt(event.root(), [key]);
  return node === undefined ? undefined : textOf(event.text, node);
}

function truth(event: FieldEvent, key: string): string | undefined {
  const node = nodeAt(event.root(), [key]);
  return node === undefined ? undefined : String(node.kind === 'true');
}

const plain = (name: string, description: string, ...path: readonly string[]): FieldSpec => ({
  name,

  isList: false,
  argument: 'none',
  description,
  read: (event): FieldValue => member(event, ...path),
});
const computed = (name: string, description: string, read: (event: FieldEvent) => FieldValue): FieldSpec => ({
  name,

  isList: false,
  argument: 'none',
  description,
  read,
});

function user(event: FieldEvent): string | undefined {
  switch (member(event, 'userIdentity', 'type')) {
    case 'Root':
    case 'IAMUser':
      return member(event, 'userIdentity', 'userName');
    case 'AWSService':
      return member(event, 'userIdentity', 'invokedBy');
    case 'AssumedRole':
      return member(event, 'userIdentity', 'sessionContext', 'sessionIssuer', 'userName') ?? 'AssumedRole';
    case 'AWSAccount':
      return 'AWSAccount';
    case 'FederatedUser':
      return 'FederatedUser';
    default:
      return undefined;
  }
}

function shortSource(event: FieldEvent): string | undefined {
  const source = member(event, 'eventSource');
  const short = source?.endsWith('.amazonaws.com') === true ? source.slice(0, -'.amazonaws.com'.length) : source;
  return short === '' ? source : short;
}

/** Fields of CloudTrail records (Falco's cloudtrail plugin 0.17). */
export const CT_FIELDS: readonly FieldSpec[] = [
  plain('ct.id', 'Unique id of the event.', 'eventID'),
  plain('ct.error', 'Error code of a failed call.', 'errorCode'),
  plain('ct.errormessage', 'Description of the error.', 'errorMessage'),
  plain('ct.time', 'Time of the event, as recorded.', 'eventTime'),
  plain('ct.src', 'Service that was called, such as `s3.amazonaws.com`.', 'eventSource'),
  computed('ct.shortsrc', 'Service that was called, without `.amazonaws.com`.', shortSource),
  plain('ct.name', 'Name of the action.', 'eventName'),
  computed('ct.user', 'User, role or service that called.', user),
  computed(
    'ct.user.accountid',
    'Account of the caller.',
    (event) => member(event, 'userIdentity', 'accountId') ?? member(event, 'recipientAccountId'),
  ),
  plain('ct.user.identitytype', 'Type of the identity.', 'userIdentity', 'type'),
  plain('ct.user.principalid', 'Principal id of the caller.', 'userIdentity', 'principalId'),
  plain('ct.user.arn', 'ARN of the caller.', 'userIdentity', 'arn'),
  plain('ct.region', 'Region.', 'awsRegion'),
  plain('ct.srcip', 'Address of the caller.', 'sourceIPAddress'),
  plain('ct.useragent', 'User agent, chosen by the caller.', 'userAgent'),
  computed('ct.readonly', 'Whether the call only read.', (event) => truth(event, 'readOnly')),
  computed('ct.managementevent', 'Whether it is a management event.', (event) => truth(event, 'managementEvent')),
  computed('ct.request', 'All request parameters, as JSON text.', (event) => json(event, 'requestParameters')),
  computed('ct.response', 'All response elements, as JSON text.', (event) => json(event, 'responseElements')),
  computed('ct.additionaleventdata', 'Additional data, as JSON text.', (event) => json(event, 'additionalEventData')),
  plain('ct.requestid', 'Id of the request.', 'requestID'),
  plain('ct.eventtype', 'Type of the event.', 'eventType'),
  plain('ct.recipientaccountid', 'Account that received the event.', 'recipientAccountId'),
  plain('ct.eventcategory', 'Category of the event.', 'eventCategory'),
];
