const two = (value: number): string => String(value).padStart(2, '0');

/** A moment (ms since 1970) in the time zone of this machine: `2026-11-20 14:03:22+01:00`. */
export function localTime(timeMs: number): string {
  const time = new Date(timeMs);
  const date = `${String(time.getFullYear()).padStart(4, '0')}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}${localOffset(timeMs)}`;
}

/** Offset of this machine's time zone at that moment: `+01:00`. */
export function localOffset(timeMs: number): string {
  const minutes = -new Date(timeMs).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(Math.round(size % 60))}`;
}

/** Name of this machine's time zone, such as `Europe/Berlin`. */
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
