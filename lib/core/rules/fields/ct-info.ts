import { bytesOf, shortSource, stringAt, truthAt, userOf } from './ct-read.ts';
import type { FieldEvent } from './field.ts';
import { contentOf, nodeOf } from './read.ts';

/** What an s3 or other call was about: the first of these that the record has. */
const OBJECTS: readonly (readonly [string, (event: FieldEvent) => string | undefined])[] = [
  ['URI', s3Uri],
  ['Bucket', (event): string | undefined => stringAt(event, 'requestParameters', 'bucketName')],
  ['Key', (event): string | undefined => stringAt(event, 'requestParameters', 'key')],
  ['Host', (event): string | undefined => stringAt(event, 'requestParameters', 'Host')],
];

/** Address of an object in s3; undefined unless bucket and key are strings. */
export function s3Uri(event: FieldEvent): string | undefined {
  const bucket = contentOf(event.text, nodeOf(event, 'requestParameters', 'bucketName'));
  const key = contentOf(event.text, nodeOf(event, 'requestParameters', 'key'));
  return bucket === undefined || key === undefined ? undefined : `s3://${bucket}/${key}`;
}

/** The summary of `ct.info`, word for word as Falco's cloudtrail plugin 0.17 writes it, its wrong field names included. */
export function eventInfo(event: FieldEvent): string {
  const user = userOf(event);
  if (!('name' in user)) return '<invalid cloudtrail event: userIdentity field missing>';
  const address = stringAt(event, 'sourceIPAddress');
  if (address === undefined) return '<invalid cloudtrail event: eventSource field missing>';
  const name = stringAt(event, 'eventName');
  if (name === undefined) return '<invalid cloudtrail event: eventName field missing>';
  const failed = nodeOf(event, 'errorCode') === undefined ? '' : '!';
  const arrow = truthAt(event, 'readOnly') === 'false' ? '→' : '←';
  const who = user.name === address ? user.name : `${user.name} via ${address}`;
  return `${who} ${failed}${arrow} ${name}${details(event, name)}`;
}

function details(event: FieldEvent, name: string): string {
  if (name === 'PutBucketPublicAccessBlock') {
    // The plugin looks for the four members one level too high, so that it finds none of them.
    return nodeOf(event, 'requestParameters', 'PublicAccessBlockConfiguration')?.kind === 'object'
      ? ' BlockPublicAcls=false BlockPublicPolicy=false IgnorePublicAcls=false RestrictPublicBuckets=false '
      : '';
  }
  const bytes = bytesOf(event, 'bytesTransferredIn', 'bytesTransferredOut');
  const size = bytes === undefined ? '' : ` Size=${bytes}`;
  for (const [label, read] of OBJECTS) {
    const value = read(event);
    if (value !== undefined) return `${size} ${label}=${value}`;
  }
  return size;
}

/** The summary of `evt.plugininfo` for a CloudTrail record. */
export function pluginInfo(event: FieldEvent): string {
  const [source, region, name] = ['eventSource', 'awsRegion', 'eventName'].map((key) => contentOf(event.text, nodeOf(event, key)));
  if (source === undefined) return '<invalid JSON: event did not contain a source>';
  if (region === undefined) return '<invalid JSON: event did not contain an awsRegion>';
  if (name === undefined) return '<invalid JSON: event did not contain an eventName>';
  const user = userOf(event);
  const shown = 'instead' in user ? user.instead : user.name === '' ? '' : ` ${user.name}`;
  return `${region}${shown} ${shortSource(source)} ${name} ${eventInfo(event)}`;
}
