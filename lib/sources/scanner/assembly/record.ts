// One record, 64 bytes at a time, as bit masks (after simdjson, arxiv.org/abs/1902.08318). Beside the brackets that bound the
// record, the whole grammar of JSON is checked with masks of "what came before": a record that is skipped unparsed must be
// one that JSON.parse would have taken.
import { closed, markOdd, member, opened, plainMember } from './fields';
import { WIDE } from './layout';
import { isEscapable, isScalar } from './scalar';

export const COMPLETE: i32 = 1;
export const INCOMPLETE: i32 = 0;
export const BROKEN: i32 = -1;

/** Deepest nesting that is followed: the kinds of the open brackets are the bits of one number. */
const DEEPEST: i32 = 60;
const ODD_BITS: u64 = 0xaaaaaaaaaaaaaaaa;

/** First byte behind the record, after COMPLETE. */
export let recordEnd: usize = 0;
/** Line feeds between its tokens. */
export let recordLines: i32 = 0;

// @ts-ignore: decorator
@inline
function join(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    (<u64>(<u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16))) |
    (<u64>(<u32>i8x16.bitmask(c) | (<u32>i8x16.bitmask(d) << 16)) << 32)
  );
}

// @ts-ignore: decorator
@inline
function equal(a: v128, b: v128, c: v128, d: v128, byte: i8): u64 {
  const x = i8x16.splat(byte);
  return join(i8x16.eq(a, x), i8x16.eq(b, x), i8x16.eq(c, x), i8x16.eq(d, x));
}

// @ts-ignore: decorator
@inline
function same(a: v128, b: v128, c: v128, d: v128, x: v128): u64 {
  return join(i8x16.eq(a, x), i8x16.eq(b, x), i8x16.eq(c, x), i8x16.eq(d, x));
}

/** Fills WIDE: constants that are loaded stay in registers, those that are written out are made anew in each round (20 % slower). */
export function prepareWide(): void {
  v128.store(WIDE, i8x16.splat(0x22));
  v128.store(WIDE, i8x16.splat(0x5c), 16);
  v128.store(WIDE, i8x16.splat(0x20), 32);
  v128.store(WIDE, i8x16.splat(0x7b), 48);
  v128.store(WIDE, i8x16.splat(0x7d), 64);
  v128.store(WIDE, i8x16.splat(0x3a), 80);
  v128.store(WIDE, i8x16.splat(0x2c), 96);
  v128.store(WIDE, i8x16.splat(0x21), 112);
}

// @ts-ignore: decorator
@inline
function prefixXor(bits: u64): u64 {
  let x = bits;
  x ^= x << 1;
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
  x ^= x << 32;
  return x;
}

/** The tokens and the blanks behind them, so that the bit after each is the next token's. */
// @ts-ignore: decorator
@inline
function throughBlanks(tokens: u64, blanks: u64, carry: u64): u64 {
  const begun = ((tokens << 1) | carry) & blanks;
  return tokens | ((((begun + blanks) ^ blanks) | begun) & blanks);
}

/** Scans the record that begins at `start`; text ends at `to`. A record in a line must not contain a newline. */
export function scanRecord(start: usize, to: usize, inLine: bool): i32 {
  let inString: u64 = 0;
  let escapeCarry: u64 = 0;
  // The record itself is looked at as if it were an element of an array, so that it may begin with a bracket.
  let afterLead: u64 = 1;
  let afterStart: u64 = 1;
  let afterOpen: u64 = 0;
  let afterKey: u64 = 0;
  let keyCarry: u64 = 0;
  let scalarCarry: u64 = 0;
  let afterLineCarry: u64 = 0;
  let kinds: u64 = 1; // of the open brackets, innermost last: 1 array, 0 object
  let level: i32 = 0;
  let state: u8 = 0;
  let lastOpenQuote: usize = start;
  let lastBackslash: usize = 0;

  recordLines = 0;

  const wideQuote = v128.load(WIDE);
  const slash = v128.load(WIDE, 16);
  const low = v128.load(WIDE, 32);
  const edge = v128.load(WIDE, 112);
  const wideOpen = v128.load(WIDE, 48);
  const wideClose = v128.load(WIDE, 64);
  const wideColon = v128.load(WIDE, 80);
  const wideComma = v128.load(WIDE, 96);
  for (let base = start; base < to; base += 64) {
    const a = v128.load(base);
    const b = v128.load(base, 16);
    const c = v128.load(base, 32);
    const d = v128.load(base, 48);

    let quotes = same(a, b, c, d, wideQuote);
    let backslashes: u64 = 0;
    let escaped: u64 = 0;
    const sa = i8x16.eq(a, slash);
    const sb = i8x16.eq(b, slash);
    const sc = i8x16.eq(c, slash);
    const sd = i8x16.eq(d, slash);
    if (escapeCarry != 0 || v128.any_true(v128.or(v128.or(sa, sb), v128.or(sc, sd)))) {
      backslashes = join(sa, sb, sc, sd);
      const potential = backslashes & ~escapeCarry;
      const codes = (((potential << 1) | ODD_BITS) - potential) ^ ODD_BITS;
      escaped = codes ^ (backslashes | escapeCarry);
      escapeCarry = (codes & backslashes) >> 63;
      quotes &= ~escaped;
    }
    const strings = prefixXor(quotes) ^ inString; // from each opening quote up to, not including, the closing one
    inString = <u64>(<i64>strings >> 63);

    const la = v128.or(a, low);
    const lb = v128.or(b, low);
    const lc = v128.or(c, low);
    const ld = v128.or(d, low);
    const outside = ~strings;
    const opens = same(la, lb, lc, ld, wideOpen) & outside;
    const closes = same(la, lb, lc, ld, wideClose) & outside;
    const colons = same(a, b, c, d, wideColon) & outside;
    const commas = same(a, b, c, d, wideComma) & outside;
    const openQuotes = quotes & strings;
    let scalars = ~(strings | quotes | opens | closes | colons | commas);
    let blanks: u64 = 0;
    let scalarStarts: u64 = 0;
    if (scalars != 0) {
      if ((scalars & join(i8x16.lt_s(a, edge), i8x16.lt_s(b, edge), i8x16.lt_s(c, edge), i8x16.lt_s(d, edge))) != 0) {
        blanks = (same(a, b, c, d, low) | equal(a, b, c, d, 0x0d) | equal(a, b, c, d, 0x09) | equal(a, b, c, d, 0x0a)) & scalars;
        scalars &= ~blanks;
      }
      scalarStarts = scalars & ~((scalars << 1) | scalarCarry);
    }
    scalarCarry = scalars >> 63;

    // What comes behind which token, blanks between them left out.
    const starts = opens | commas;
    const leads = starts | colons;
    let behindLead: u64;
    let behindStart: u64;
    let behindOpen: u64;
    if (blanks == 0) {
      behindLead = (leads << 1) | afterLead;
      behindStart = (starts << 1) | afterStart;
      behindOpen = (opens << 1) | afterOpen;
      afterLead = leads >> 63;
      afterStart = starts >> 63;
      afterOpen = opens >> 63;
    } else {
      const throughLead = throughBlanks(leads, blanks, afterLead);
      const throughStart = throughBlanks(starts, blanks, afterStart);
      const throughOpen = throughBlanks(opens, blanks, afterOpen);
      behindLead = ((throughLead << 1) | afterLead) & ~blanks;
      behindStart = ((throughStart << 1) | afterStart) & ~blanks;
      behindOpen = ((throughOpen << 1) | afterOpen) & ~blanks;
      afterLead = throughLead >> 63;
      afterStart = throughStart >> 63;
      afterOpen = throughOpen >> 63;
    }
    // Closing quotes of strings that stand where a key may stand: a carry runs from the opening quote to the closing one.
    const run = strings + ((openQuotes & behindStart) | keyCarry);
    keyCarry = <u64>(run < strings);
    const keyQuotes = run & quotes & ~strings;
    let behindKey: u64;
    if (blanks == 0) {
      behindKey = (keyQuotes << 1) | afterKey;
      afterKey = keyQuotes >> 63;
    } else {
      const throughKey = throughBlanks(keyQuotes, blanks, afterKey);
      behindKey = ((throughKey << 1) | afterKey) & ~blanks;
      afterKey = throughKey >> 63;
    }

    // A value begins behind a comma, a colon or an opening bracket, and nowhere else; only behind the bracket it may be missing.
    // A colon stands behind a key.
    const values = opens | scalarStarts;
    let bad = (behindLead ^ (openQuotes | values) ^ (closes & behindOpen)) | (colons & ~behindKey);
    // What only an array has (a value without a key); colons are what only an object has.
    const elements = (behindStart & values) | (behindKey & ~colons);

    const noEscapes = backslashes == 0 && lastBackslash <= lastOpenQuote;
    let brackets = opens | closes;
    let done: u64 = 0;
    let valid: u64 = -1;
    let over = false;
    while (true) {
      const upTo = brackets ^ (brackets - 1); // all bits when no bracket is left
      const part = upTo & ~done;
      bad |= part & ((kinds & 1) != 0 ? colons : elements);
      if (state != 0) {
        let members = colons & part;
        while (members != 0) {
          const at = base + <usize>ctz(members);
          if (at >= to) break;
          // The key's closing quote mostly stands before the colon, and no key has a backslash.
          if (noEscapes && load<u8>(at - 1) == 0x22) plainMember(state, at - 1, at);
          else {
            const below = (members & -members) - 1;
            const before = openQuotes & below;
            let quote = lastOpenQuote;
            let isEscaped = false;
            if (before != 0) {
              const first = 63 - <u32>clz(before);
              quote = base + <usize>first;
              isEscaped = (backslashes & below & (<u64>-1 << first)) != 0;
            } else isEscaped = lastBackslash > quote || (backslashes & below) != 0;
            member(state, quote, at, isEscaped);
          }
          members &= members - 1;
        }
      }
      if (brackets == 0) break;
      done = upTo;
      const at = base + <usize>ctz(brackets);
      brackets &= brackets - 1;
      const byte = load<u8>(at);
      const kind: u64 = (byte & 0x20) == 0 ? 1 : 0;
      if ((byte & 6) == 2) {
        if (++level > DEEPEST) return at < to ? BROKEN : INCOMPLETE;
        kinds = (kinds << 1) | kind;
        state = opened(at, level);
      } else {
        if ((kinds & 1) != kind) return at < to ? BROKEN : INCOMPLETE;
        kinds >>= 1;
        state = closed(at, level);
        if (--level == 0) {
          if (at >= to) return INCOMPLETE;
          recordEnd = at + 1;
          valid = upTo;
          over = true;
          break;
        }
      }
    }
    const left = to - base;
    if (left < 64) valid &= (<u64>1 << <u64>left) - 1;
    if ((bad & valid) != 0) return BROKEN;
    if ((blanks | afterLineCarry) != 0) {
      const lines = equal(a, b, c, d, 0x0a) & blanks & valid;
      if (lines != 0) {
        // In many lines, a brace in the first column may be the next record, and this one cut; the full reader knows.
        if (inLine || (opens & (lines << 1)) != 0) return BROKEN;
        recordLines += <i32>popcnt(lines);
      }
      if ((opens & afterLineCarry & valid) != 0) return BROKEN;
      afterLineCarry = lines >> 63;
    }

    const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d));
    if (v128.any_true(i8x16.sub_sat_u(low, least))) {
      if ((join(i8x16.lt_u(a, low), i8x16.lt_u(b, low), i8x16.lt_u(c, low), i8x16.lt_u(d, low)) & strings & valid) != 0) return BROKEN;
    }

    // What follows does not move the record's end: the full parser shall say what is wrong with this one record.
    let words = scalarStarts & valid;
    while (words != 0) {
      if (!isScalar(base + <usize>ctz(words))) markOdd();
      words &= words - 1;
    }
    if (escaped != 0) {
      let letters = escaped & ~(equal(a, b, c, d, 0x22) | backslashes) & valid;
      while (letters != 0) {
        if (!isEscapable(base + <usize>ctz(letters))) markOdd();
        letters &= letters - 1;
      }
    }
    if (over) return COMPLETE;
    if (openQuotes != 0) lastOpenQuote = base + 63 - <usize>clz(openQuotes);
    if (backslashes != 0) lastBackslash = base + 63 - <usize>clz(backslashes);
  }
  return INCOMPLETE;
}
