/** A moment, exact to the nanosecond; `ms` is the same moment rounded down. */
export interface Instant {
  readonly ms: number;
  readonly ns: bigint;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,18}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Days since 1970-01-01 of a proleptic Gregorian date (algorithm: howardhinnant.github.io/date_algorithms.html). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0);
  return leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/** Parses an RFC 3339 time; undefined when the text is none. A leap second counts as the second before it. */
export function parseRfc3339(text: string): Instant | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const part = (group: number): number => Number(match[group] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const offsetHour = part(9);
  const offsetMinute = part(10);
  if (day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59)
    return undefined;
  const sign = match[8] === '-' ? 1 : -1;
  const minutes = daysFromCivil(year, month, day) * 1440 + hour * 60 + minute + sign * (offsetHour * 60 + offsetMinute);
  const wholeSeconds = minutes * 60 + Math.min(second, 59);
  const nanos = Number((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return { ms: wholeSeconds * 1000 + Math.floor(nanos / 1e6), ns: BigInt(wholeSeconds) * 1_000_000_000n + BigInt(nanos) };
}

/** A moment in UTC, taken apart; the fields are padded as RFC 3339 wants them. */
export interface CivilTime {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** `HH:MM:SS` */
  readonly clock: string;
  /** Nine digits. */
  readonly nanos: string;
}

/** Takes a moment (ns since 1970) apart in UTC. */
export function civilTime(ns: bigint): CivilTime {
  const nanos = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = Number((ns - nanos) / 1_000_000_000n);
  const days = Math.floor(seconds / 86400);
  const rest = seconds - days * 86400;
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number): string => String(n).padStart(2, '0');
  return {
    date: `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`,
    clock: `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`,
    nanos: String(nanos).padStart(9, '0'),
  };
}

/** RFC 3339 in UTC with nine digits, as Falco prints it. */
export function formatRfc3339(ns: bigint): string {
  const { date, clock, nanos } = civilTime(ns);
  return `${date}T${clock}.${nanos}Z`;
}
