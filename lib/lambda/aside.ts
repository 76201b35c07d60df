import { gzipSync } from 'node:zlib';
import type { Failure } from '../core/model/raw-record.ts';
import type { Outgoing } from './queue.ts';
import { MAX_MESSAGE_BYTES } from './queue-message.ts';

/** Longest value of one attribute, in UTF-16 units. */
const MAX_ATTRIBUTE = 512;
/** Room for attributes. */
const MAX_BODY_BYTES = MAX_MESSAGE_BYTES - 8_192;

/** What SQS takes in attributes is what XML takes (API reference, SendMessage, read 2026-11). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_TAKEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/**
 * A message for the queue of what no retry can help. Its body is the original as it came, so that it can be sent again as it is once
 * somebody has looked; what is wrong stands beside it.
 *
 * @param failures - The first of them; `failed` says how many there are.
 */
export function asideMessage(body: string, name: string, failures: readonly Failure[], failed: number): Outgoing {
  const [first] = failures;
  const { input, line, path } = first?.origin ?? { input: '', line: 1, path: '' };
  return messageAside(body, {
    function: name,
    code: first?.code ?? 'not_an_event',
    hint: first?.hint ?? '',
    origin: `${input}:${line}${path === '' ? '' : ` ${path}`}`,
    failures: String(failed),
  });
}

/** The same with other words beside it. An original that no message can hold with them, for its size or a character, is compressed: `{"gzip": base64}`. */
export function messageAside(body: string, told: Readonly<Record<string, string>>): Outgoing {
  const attributes = Object.fromEntries(
    Object.entries(told).map(([name, value]) => [
      name,
      value.toWellFormed().replace(NOT_TAKEN, ' ').slice(0, MAX_ATTRIBUTE).toWellFormed() || '-',
    ]),
  );
  return { body: bounded(body), attributes };
}

function bounded(body: string): string {
  const isTaken = body !== '' && body.isWellFormed() && body.replace(NOT_TAKEN, '') === body;
  if (isTaken && Buffer.byteLength(body) <= MAX_BODY_BYTES) return body;
  const packed = JSON.stringify({ gzip: gzipSync(body).toString('base64') });
  return packed.length <= MAX_BODY_BYTES ? packed : JSON.stringify({ left_out: `${Buffer.byteLength(body)} bytes` });
}
