import type { JsonNode } from '../../json/tree.ts';
import type { FieldEvent } from './field.ts';
import { contentOf, nodeOf } from './read.ts';

const AWS = '.amazonaws.com';

/** A member that is there but no string is present and empty, as in Falco's cloudtrail plugin. */
export function stringAt(event: FieldEvent, ...path: readonly string[]): string | undefined {
  return stringFrom(event, nodeOf(event, ...path));
}

/** The same for a node at hand. */
export function stringFrom(event: FieldEvent, node: JsonNode | undefined): string | undefined {
  return node && (contentOf(event.text, node) ?? '');
}

/** The service without what all have behind it; kept whole if nothing else is left. */
export function shortSource(source: string): string {
  return source.endsWith(AWS) && source.length > AWS.length ? source.slice(0, -AWS.length) : source;
}

/** `true` for JSON true, `false` for anything else that is there. */
export function truthAt(event: FieldEvent, key: string): string | undefined {
  const node = nodeOf(event, key);
  return node && String(node.kind === 'true');
}

/** The user of a record: its name, or what Falco's plugin prints in place of it. */
export function userOf(event: FieldEvent): { readonly name: string } | { readonly instead: string } {
  const type = contentOf(event.text, nodeOf(event, 'userIdentity', 'type'));
  const named = (name: string | undefined): ReturnType<typeof userOf> => (name === undefined ? { instead: '<NA>' } : { name });
  switch (type) {
    case undefined:
      return { instead: '' };
    case 'Root':
    case 'IAMUser':
      return named(stringAt(event, 'userIdentity', 'userName'));
    case 'AWSService':
      return named(stringAt(event, 'userIdentity', 'invokedBy'));
    case 'AssumedRole':
      return { name: stringAt(event, 'userIdentity', 'sessionContext', 'sessionIssuer', 'userName') ?? type };
    case 'AWSAccount':
    case 'FederatedUser':
      return { name: type };
    default:
      return { instead: '<unknown user type>' };
  }
}

/** The session's name of an assumed role, the user's name of any other identity. */
export function originalUser(event: FieldEvent): string | undefined {
  if (contentOf(event.text, nodeOf(event, 'userIdentity', 'type')) !== 'AssumedRole') return stringAt(event, 'userIdentity', 'userName');
  const arn = (stringAt(event, 'userIdentity', 'arn') ?? '').split('/');
  if (arn.length === 3) return arn[2];
  const principal = (stringAt(event, 'userIdentity', 'principalId') ?? '').split(':');
  return principal.length === 2 ? principal[1] : undefined;
}

/** Bytes that were read or written, added up; undefined when none of the members is there. */
export function bytesOf(event: FieldEvent, ...keys: readonly string[]): bigint | undefined {
  const nodes = keys.map((key) => nodeOf(event, 'additionalEventData', key)).filter((node) => node !== undefined);
  if (nodes.length === 0) return undefined;
  return BigInt.asUintN(
    64,
    nodes.reduce((total, node) => total + unsignedOf(event.text, node), 0n),
  );
}

/** A number as Falco's plugin reads it: a fraction is cut off, what is no number is zero, and it wraps at 64 bits. */
function unsignedOf(text: string, node: JsonNode): bigint {
  if (node.kind !== 'number') return 0n;
  const written = text.slice(node.start, node.end);
  if (/^[0-9]+$/.test(written)) return BigInt.asUintN(64, BigInt(written.slice(0, 40)));
  const value = Math.trunc(Number(written));
  return Number.isFinite(value) ? BigInt.asUintN(64, BigInt(value)) : 0n;
}
