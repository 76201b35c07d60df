// Everything in a record that is neither string nor punctuation: true, false, null and numbers, as RFC 8259 writes them.

// @ts-ignore: decorator
@inline
function isDigit(byte: u8): bool {
  return byte - 0x30 < 10;
}

/** True when a whole JSON literal or number stands at `at` and ends there. */
export function isScalar(at: usize): bool {
  const word = load<u32>(at);
  if (word == 0x6c6c756e || word == 0x65757274) return endsAt(at + 4); // null, true
  if (word == 0x736c6166) return load<u8>(at, 4) == 0x65 && endsAt(at + 5); // false
  return isNumber(at);
}

function isNumber(start: usize): bool {
  let at = start;
  if (load<u8>(at) == 0x2d) at++;
  if (load<u8>(at) == 0x30) at++;
  else {
    if (!isDigit(load<u8>(at))) return false;
    while (isDigit(load<u8>(at))) at++;
  }
  if (load<u8>(at) == 0x2e) {
    at++;
    if (!isDigit(load<u8>(at))) return false;
    while (isDigit(load<u8>(at))) at++;
  }
  if ((load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d) at++;
    if (!isDigit(load<u8>(at))) return false;
    while (isDigit(load<u8>(at))) at++;
  }
  return endsAt(at);
}

/** A scalar ends before a comma, a closing bracket or a blank. */
function endsAt(at: usize): bool {
  const byte = load<u8>(at);
  return byte == 0x2c || (byte | 0x20) == 0x7d || byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

/** True when the character at `at`, which a backslash escapes, may be escaped. */
export function isEscapable(at: usize): bool {
  switch (load<u8>(at)) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return true;
    case 0x75: // u
      return isHex(load<u8>(at, 1)) && isHex(load<u8>(at, 2)) && isHex(load<u8>(at, 3)) && isHex(load<u8>(at, 4));
    default:
      return false;
  }
}

function isHex(byte: u8): bool {
  return isDigit(byte) || (byte | 0x20) - 0x61 < 6;
}
