/**
 * Requests to a Function URL (payload version 2.0). The address is public: whatever a request holds, it is read without a failure, and only
 * what the endpoints need of it is passed on.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html (read 2026-11-21)
 */

/** Largest body, in bytes, and the text that it comes as: Lambda itself takes 6 MB for a whole request. */
export const MAX_BODY_BYTES: number = 6 * 1024 * 1024;
const MAX_BODY_CHARS = Math.ceil(MAX_BODY_BYTES / 3) * 4;

/** A request. */
export interface FunctionRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent, byte for byte; undefined when it is too large. */
  readonly body: Buffer | undefined;
}

/** An answer as Lambda takes it. */
export interface FunctionAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reads an event. */
export function readFunctionRequest(event: unknown): FunctionRequest {
  const http = memberOf(memberOf(event, 'requestContext'), 'http');
  return {
    method: textOf(memberOf(http, 'method')),
    path: textOf(memberOf(event, 'rawPath')),
    query: textOf(memberOf(event, 'rawQueryString')),
    headers: headersOf(memberOf(event, 'headers')),
    body: bodyOf(textOf(memberOf(event, 'body')), memberOf(event, 'isBase64Encoded') === true),
  };
}

/** An answer in JSON. */
export function jsonAnswer(statusCode: number, value: object): FunctionAnswer {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function headersOf(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  const own = Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name.toLowerCase(), text] as const] : []));
  // Without a prototype: a header may be called anything.
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(own));
}

function bodyOf(text: string, isBase64: boolean): Buffer | undefined {
  // Looked at before it is decoded.
  if (text.length > (isBase64 ? MAX_BODY_CHARS : MAX_BODY_BYTES)) return undefined;
  const body = Buffer.from(text, isBase64 ? 'base64' : 'utf8');
  return body.length > MAX_BODY_BYTES ? undefined : body;
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
