/** Takes bytes, in order and in pieces of any size. */
export type Write = (chunk: Uint8Array) => void;

/** Bytes of a byte order mark. */
const MARK_BYTES = 2;

/**
 * Makes UTF-8 of a text that begins with a byte order mark of UTF-16, as Windows PowerShell writes what is redirected into a file
 * (learn.microsoft.com, about_Character_Encoding); every other text is passed on as it is, without a copy.
 */
export function fromUtf16(write: Write): { readonly write: Write; readonly end: () => void } {
  let pass: Write | undefined;
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let held: Uint8Array = new Uint8Array(0);
  const encoder = new TextEncoder();
  const decide = (head: Uint8Array): Write => {
    const encoding = encodingOf(head);
    if (encoding === undefined) return write;
    const utf16 = new TextDecoder(encoding);
    decoder = utf16;
    return (chunk) => write(encoder.encode(utf16.decode(chunk, { stream: true })));
  };
  return {
    write: (chunk) => {
      if (pass !== undefined) {
        pass(chunk);
        return;
      }
      const head = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      if (head.length < MARK_BYTES) {
        held = Uint8Array.from(head);
        return;
      }
      pass = decide(head);
      pass(head);
    },
    end: () => {
      if (pass === undefined && held.length > 0) write(held);
      if (decoder !== undefined) write(encoder.encode(decoder.decode()));
    },
  };
}

/** UTF-32 begins like UTF-16 and then has two zero bytes; nobody writes logs in it. */
function encodingOf(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return head[2] === 0 && head[3] === 0 ? undefined : 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
}
