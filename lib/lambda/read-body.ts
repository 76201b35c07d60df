import { openDecoder } from '../core/decode/decoder.ts';
import type { Intake } from '../core/intake.ts';
import { inflateBase64 } from '../sources/inflate-base64.ts';
import { DEFAULT_LIMITS } from '../sources/limits.ts';

/** Reads the text of a message or payload as an input of its own. */
export function readBody(name: string, body: string, intake: Intake): void {
  const decoding = openDecoder({
    input: name,
    line: 1,
    envelope: {},
    limits: DEFAULT_LIMITS,
    inflate: (base64) => inflateBase64(base64, DEFAULT_LIMITS),
    take: (item) => intake.take(item),
  });
  decoding.push(body);
  decoding.end();
}
