import { openDecoder } from '../core/decode/decoder.ts';
import { isTopicCheck } from '../core/decode/sns.ts';
import type { Intake } from '../core/intake.ts';
import { inflateBase64 } from '../sources/inflate-base64.ts';
import { DEFAULT_LIMITS } from '../sources/limits.ts';

/** Reads the text of a message or payload as an input of its own. Whatever it is, it is counted: a queue has no message without a reason. */
export function readBody(name: string, body: string, intake: Intake): void {
  const origin = { input: name, line: 1, path: '' };
  // From a topic that delivers raw messages; see `core/decode/sns.ts`.
  if (isTopicCheck(body)) intake.take({ kind: 'dropped', reason: 'test_notice', origin });
  else if (body.trim() === '') intake.take({ kind: 'failed', code: 'bad_json', hint: 'the text is empty', origin });
  else decode(name, body, intake);
}

function decode(name: string, body: string, intake: Intake): void {
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
