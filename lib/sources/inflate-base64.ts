import { constants, gunzipSync, inflateSync } from 'node:zlib';
import type { Inflated } from '../core/decode/item.ts';
import type { ReadLimits } from '../core/ports.ts';
import { MAX_PAYLOAD_BYTES } from './limits.ts';

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const FREE_BYTES = 1024 * 1024;

/**
 * Unpacks what an envelope holds as base64: gzip (CloudWatch Logs, alone or in Kinesis; several members are one text), zlib (seen once in the wild),
 * or plain text. Of damaged data everything that can be read is given beside the failure.
 */
export function inflateBase64(base64: string, limits: ReadLimits): Inflated {
  // Line breaks inside base64 come from mail-like wrapping and mean nothing.
  const packed = base64.replace(/[\r\n\t ]+/g, '');
  if (!BASE64.test(packed)) return { texts: [], failure: { code: 'bad_envelope', hint: 'expected base64, with or without gzip inside' } };
  return unpack(Buffer.from(packed, 'base64'), limits);
}

function unpack(bytes: Buffer, limits: ReadLimits): Inflated {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isZlib = bytes.length > 2 && bytes[0] === 0x78 && bytes.readUInt16BE(0) % 31 === 0;
  if (!isGzip && !isZlib) return { texts: [bytes.toString('utf8')] };
  const bound = Math.min(limits.maxInflatedBytes, MAX_PAYLOAD_BYTES, FREE_BYTES + bytes.length * limits.maxInflationRatio);
  try {
    const inflate = isGzip ? gunzipSync : inflateSync;
    return { texts: [inflate(bytes, { maxOutputLength: bound }).toString('utf8')] };
  } catch (cause) {
    if (isZlib && !isGzip && codeOf(cause) === 'Z_DATA_ERROR') return { texts: [bytes.toString('utf8')] };
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') {
      return { texts: [], failure: { code: 'bomb', hint: `the payload inflates beyond ${bound} bytes; nothing of it was read` } };
    }
    return {
      texts: readable(bytes, bound),
      failure: { code: 'bad_envelope', hint: 'the compressed payload is damaged or cut; what came before the damage was read' },
    };
  }
}

/** What a damaged payload gives before the damage: its longest beginning that inflates without complaint. */
function readable(bytes: Buffer, bound: number): string[] {
  let good = Buffer.alloc(0);
  let low = 0;
  let high = bytes.length;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const text = prefix(bytes.subarray(0, middle), bound);
    if (text === undefined) high = middle - 1;
    else {
      good = text;
      low = middle + 1;
    }
  }
  return good.length === 0 ? [] : [good.toString('utf8')];
}

function prefix(bytes: Buffer, bound: number): Buffer<ArrayBuffer> | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: bound });
  } catch {
    return undefined;
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
