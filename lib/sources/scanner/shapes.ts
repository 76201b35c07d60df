/**
 * What the scanner looks for in a record: the data that the kernel is configured with. A key that would make the full reader see
 * something else than a plain record of its kind is listed as `never`, and then the full reader gets the record.
 */

/** What may stand at a wanted key; the numbers are the kernel's (`assembly/fields.ts`). */
export const FIELD_KINDS = {
  string: 1,
  boolean: 2,
  integer: 3,
  object: 4,
  text: 5,
  name: 6,
  time: 7,
  never: 8,
  inner: 9,
} as const;

export interface WantedKey {
  /** State of the object the key stands in: 1 a record, 2 an object around a record. */
  readonly state: number;
  readonly name: string;
  readonly kind: keyof typeof FIELD_KINDS;
  readonly field: number;
  /** State of the members of an `object`. */
  readonly inside?: number;
}

export interface Shape {
  readonly required: readonly number[];
  readonly allowed: readonly number[];
  /** Fields that tell records apart; the others must only be there. */
  readonly tuple: readonly number[];
}

export interface Shapes {
  readonly keys: readonly WantedKey[];
  readonly shapes: readonly Shape[];
}

const RECORD = 1;
const WRAPPER = 2;
const OBJECT_REF = 3;
const RESPONSE_STATUS = 4;

/** Numbers of the fields; both vendors' records are looked at with one list of keys. */
export const FIELD = {
  eventTime: 0,
  eventType: 1,
  eventSource: 2,
  eventName: 3,
  readOnly: 4,
  errorCode: 5,
  userIdentity: 6,
  eventID: 7,
  eventCategory: 8,
  apiVersion: 9,
  kind: 10,
  stage: 11,
  stageTimestamp: 12,
  verb: 13,
  user: 14,
  auditID: 15,
  objectRef: 16,
  resource: 17,
  subresource: 18,
  namespace: 19,
  responseStatus: 20,
  code: 21,
  never: 29,
  timestamp: 30,
  message: 31,
} as const;

/** Numbers of the shapes. */
export const SHAPE = { cloudtrail: 0, kubernetes: 1, logEvent: 2 } as const;

/**
 * Members of other formats, which the full reader asks before CloudTrail (`lib/core/decode/formats.ts`), and arrays that it takes
 * apart (`containers.ts`). A test adds every name in the full reader's source to plain records and expects that both readers agree.
 */
const FOREIGN = [
  'Records',
  'records',
  'items',
  'Events',
  'events',
  'Messages',
  'configurationItems',
  'logEvents',
  'detail-type',
  'Event',
  's3',
  's3Bucket',
  'messageId',
  'MessageId',
  'Sns',
  'sns',
  'TopicArn',
  'topicArn',
  'kinesis',
  'recordId',
  'awsCloudTrailInsight',
] as const;

const CLOUDTRAIL_KINDS = {
  eventTime: 'time',
  eventType: 'string',
  eventSource: 'string',
  eventName: 'string',
  readOnly: 'boolean',
  errorCode: 'string',
  userIdentity: 'text',
  eventID: 'name',
  eventCategory: 'string',
  apiVersion: 'string',
} as const;

const KUBERNETES_KINDS = {
  kind: 'string',
  stage: 'string',
  stageTimestamp: 'time',
  verb: 'string',
  user: 'text',
  auditID: 'name',
} as const;

function keysOf(state: number, kinds: Readonly<Partial<Record<keyof typeof FIELD, WantedKey['kind']>>>): WantedKey[] {
  return Object.entries(kinds).map(([name, kind]) => ({ state, name, kind, field: FIELD[name as keyof typeof FIELD] }));
}

/** Names of the fields that make a tuple, in the order in which the kernel writes them. */
export const TUPLE_FIELDS = {
  cloudtrail: ['eventType', 'eventSource', 'eventName', 'readOnly', 'errorCode', 'eventCategory', 'apiVersion'],
  kubernetes: ['stage', 'verb', 'resource', 'subresource', 'namespace', 'code', 'kind', 'apiVersion'],
} as const;

/** What the kernel is configured with. */
export const SHAPES: Shapes = {
  keys: [
    ...keysOf(RECORD, CLOUDTRAIL_KINDS),
    ...keysOf(RECORD, KUBERNETES_KINDS),
    { state: RECORD, name: 'objectRef', kind: 'object', field: FIELD.objectRef, inside: OBJECT_REF },
    { state: RECORD, name: 'responseStatus', kind: 'object', field: FIELD.responseStatus, inside: RESPONSE_STATUS },
    ...keysOf(OBJECT_REF, { resource: 'string', subresource: 'string', namespace: 'string' }),
    ...keysOf(RESPONSE_STATUS, { code: 'integer' }),
    ...FOREIGN.map((name) => ({ state: RECORD, name, kind: 'never', field: FIELD.never }) as const),
    { state: WRAPPER, name: 'id', kind: 'name', field: FIELD.eventID },
    { state: WRAPPER, name: 'timestamp', kind: 'integer', field: FIELD.timestamp },
    { state: WRAPPER, name: 'message', kind: 'inner', field: FIELD.message },
  ],
  shapes: [
    {
      required: [FIELD.eventTime, FIELD.eventType, FIELD.eventSource, FIELD.eventName],
      allowed: Object.keys(CLOUDTRAIL_KINDS).map((name) => FIELD[name as keyof typeof FIELD]),
      tuple: TUPLE_FIELDS.cloudtrail.map((name) => FIELD[name]),
    },
    {
      required: [FIELD.stage, FIELD.stageTimestamp, FIELD.verb, FIELD.auditID, FIELD.user],
      allowed: [
        ...Object.keys(KUBERNETES_KINDS).map((name) => FIELD[name as keyof typeof FIELD]),
        FIELD.apiVersion,
        FIELD.objectRef,
        FIELD.resource,
        FIELD.subresource,
        FIELD.namespace,
        FIELD.responseStatus,
        FIELD.code,
      ],
      tuple: TUPLE_FIELDS.kubernetes.map((name) => FIELD[name]),
    },
    { required: [FIELD.timestamp, FIELD.message], allowed: [FIELD.eventID, FIELD.timestamp, FIELD.message], tuple: [] },
  ],
};
