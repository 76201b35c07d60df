/** Versions as libsinsp reads them: three numbers with dots, whatever stands behind (`sinsp_version`). */
export type Version = readonly [major: number, minor: number, patch: number];

/** Reads a version; undefined if it is none. */
export function parseVersion(text: string): Version | undefined {
  const found = /^\s*([+-]?\d+)\.\s*([+-]?\d+)\.\s*([+-]?\d+)/.exec(text);
  if (found === null) return undefined;
  // the numbers are 32 bits wide there, and a minus wraps round
  return [Number(found[1]) >>> 0, Number(found[2]) >>> 0, Number(found[3]) >>> 0];
}

/** Same major, and at least what is asked for. */
export function isCompatible(have: Version, wanted: Version): boolean {
  const [major, minor, patch] = have;
  return major === wanted[0] && (minor > wanted[1] || (minor === wanted[1] && patch >= wanted[2]));
}

/** Reads a whole number as a C++ stream does (decimal, octal behind a 0, hexadecimal behind 0x), if it fits 32 bits. */
export function parseUint32(text: string): number | undefined {
  const found = /^\+?(?:(0[xX][0-9a-fA-F]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\s*$/.exec(text);
  if (found === null) return undefined;
  const [, hexadecimal, octal, decimal] = found;
  const value = hexadecimal !== undefined ? Number(hexadecimal) : octal !== undefined ? Number.parseInt(octal, 8) : Number(decimal);
  return value <= 0xffffffff ? value : undefined;
}
