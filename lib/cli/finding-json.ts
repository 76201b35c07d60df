import type { Finding, OutputValue } from '../core/model/finding.ts';

// ES2025 "JSON.parse source text access" (in Node since 21); TypeScript's library for ES2024 does not list it yet.
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): object };

/** One finding as one line of JSON; nanosecond times are printed as the exact integers they are. */
export function findingJson(finding: Finding): string {
  return JSON.stringify({ ...finding, output_fields: exactFields(finding.output_fields) });
}

/** Output fields as `JSON.stringify` takes them, with nanosecond times as exact integers. */
export function exactFields(fields: Finding['output_fields']): object {
  const values: readonly OutputValue[] = Object.values(fields);
  if (!values.some((value) => typeof value === 'bigint')) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? rawJSON(String(value)) : value]),
  );
}
