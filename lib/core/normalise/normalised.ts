import type { FailureCode } from '../errors.ts';
import type { AuditEvent } from '../model/audit-event.ts';

/** An audit event, or the code and words of what the record lacks to be one. */
export type Normalised =
  | { readonly ok: true; readonly event: AuditEvent }
  | { readonly ok: false; readonly code: FailureCode; readonly hint: string };

/** A record that cannot become an audit event. */
export function unusable(code: FailureCode, hint: string): Normalised {
  return { ok: false, code, hint };
}

/** Leaves absent members out, so that "absent" has one form only. */
export function defined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
