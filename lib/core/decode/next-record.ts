/**
 * Finds the record behind a damaged one. A missing quote or bracket makes the rest of the line look like a part of the record it is
 * missing in; on one line, as CloudTrail writes its objects, that would be every record to come. What is sought is what records of the
 * same text begin with, their first two names, so that objects inside a record are not taken for the next one.
 */

/** The first two names of an object and the plain value between them. */
const HEAD = /^\{\s{0,8}"([^"\\]{1,64})"\s{0,8}:\s{0,8}("[^"\\]{0,256}"|[^"\\,{}[\]]{1,64}),\s{0,8}"([^"\\]{1,64})"\s{0,8}:/;
/** A beginning is no longer than this, by the bounds of the expression above. */
export const MAX_BEGINNING = 512;

/** A brace, blanks and the quote of a name. */
const MAX_OPENING = 10;

/** What the vendors' records and log events begin with, for one that is damaged in its very beginning. */
const KNOWN =
  /\{\s{0,8}"(?:eventVersion"\s{0,8}:\s{0,8}"[^"\\]{0,16}",\s{0,8}"userIdentity"|kind"\s{0,8}:\s{0,8}"Event",\s{0,8}"apiVersion"|level"\s{0,8}:\s{0,8}"[A-Za-z]{0,16}",\s{0,8}"auditID"|id"\s{0,8}:\s{0,8}"\d{0,64}",\s{0,8}"timestamp")\s{0,8}:/;

/** What records begin with that are like this one. */
function beginningLike(record: string): RegExp {
  const [, first, value, second] = HEAD.exec(record.slice(0, MAX_BEGINNING)) ?? [];
  if (first === undefined || value === undefined || second === undefined) return KNOWN;
  // Objects inside a Kubernetes event have a kind, too.
  const between = first === 'kind' ? literal(value) : '(?:"[^"\\\\]{0,256}"|[^"\\\\,{}[\\]]{1,64})';
  return new RegExp(`\\{\\s{0,8}"${literal(first)}"\\s{0,8}:\\s{0,8}${between},\\s{0,8}"${literal(second)}"\\s{0,8}:`);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The search for the record behind a damaged one, in text that comes in pieces. */
export class NextRecord {
  private readonly beginning: RegExp;
  /** What was read last: a beginning may be cut by the end of a piece, and its brace may stand in a string that lacks its quote. */
  private tail: string;

  /**
   * @param dropped - The beginning of the damaged record where it is too large to be kept; else empty.
   * @param sound - The record up to the damage; of one that was dropped, what is left of it.
   */
  constructor(dropped: string, sound: string) {
    this.beginning = beginningLike(dropped + sound);
    this.tail = sound.slice(-MAX_OPENING);
  }

  /**
   * Searches on in the next piece.
   *
   * @returns Where a record begins, from the beginning of this piece, negative when that is before it; undefined: nowhere so far.
   */
  find(piece: string): number | undefined {
    const text = this.tail + piece;
    const found = text.search(this.beginning);
    if (found >= 0) return found - this.tail.length;
    this.tail = text.slice(-MAX_BEGINNING);
    return undefined;
  }

  /** The first `count` characters of a record found at `found`, which is before its piece; none for a count that is not positive. */
  before(found: number, count: number): string {
    return count > 0 ? this.tail.slice(found, Math.min(found + count, 0) || undefined) : '';
  }
}
