/**
 * Writes the text that the inside of a JSON string stands for, from `from` up to the closing quote, to `target`, and returns where
 * it ends there. 0: the string has an escape by number, which is left to the full parser. The string must be well-formed.
 */
export function unescape(from: usize, target: usize): usize {
  let at = from;
  let out = target;
  const slash = i8x16.splat(0x5c);
  const quote = i8x16.splat(0x22);
  while (true) {
    const part = v128.load(at);
    v128.store(out, part);
    const special = i8x16.bitmask(v128.or(i8x16.eq(part, slash), i8x16.eq(part, quote)));
    if (special == 0) {
      at += 16;
      out += 16;
      continue;
    }
    const plain = <usize>ctz(special);
    at += plain;
    out += plain;
    if (load<u8>(at) == 0x22) return out;
    const letter = load<u8>(at, 1);
    let byte: u8 = letter;
    if (letter != 0x22 && letter != 0x5c && letter != 0x2f) {
      if (letter == 0x6e) byte = 0x0a;
      else if (letter == 0x74) byte = 0x09;
      else if (letter == 0x72) byte = 0x0d;
      else if (letter == 0x62) byte = 0x08;
      else if (letter == 0x66) byte = 0x0c;
      else return 0;
    }
    store<u8>(out, byte);
    at += 2;
    out++;
  }
}
