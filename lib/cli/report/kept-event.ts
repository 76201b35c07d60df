/**
 * An event of the report as bytes: ten thousand of them as objects and strings are most of what a report takes of memory, and V8 keeps what they leave behind.
 * What the page as a whole asks about stays beside. With 20,000 findings `scan --report` peaked at 340 MB as objects and one page, at 190 MB so; at 133 MB without a report.
 */
import type { Priority } from '../../core/model/finding.ts';
import { scriptJson } from './html.ts';
import type { ReportEvent } from './report-event.ts';

/** One event with a row of its own. */
export interface KeptEvent {
  readonly timeMs: number;
  readonly priority: Priority;
  readonly source: string;
  readonly user: string;
  readonly rules: readonly string[];
  /** JSON of everything but the record, as it stands in the page's script, without its last brace. */
  readonly shown: Uint8Array;
  /** JSON of the record; undefined when there is no room for it. */
  raw: Uint8Array | undefined;
  /** Length of the record, in UTF-16 units. */
  readonly rawChars: number;
  readonly rawIsCut: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Takes an event down to bytes. */
export function keptEvent({ raw, rawIsCut, ...shown }: ReportEvent): KeptEvent {
  const { timeMs, priority, source, user, rules } = shown;
  return {
    timeMs,
    priority,
    source,
    user,
    rules: rules.map(({ name }) => name),
    shown: encoder.encode(scriptJson(shown).text.slice(0, -1)),
    raw: raw === undefined ? undefined : encoder.encode(scriptJson(raw).text),
    rawChars: raw?.length ?? 0,
    rawIsCut,
  };
}

/** The event as JSON inside a script element. */
export function keptJson({ shown, raw, rawIsCut }: KeptEvent): string {
  const record = raw === undefined ? '' : `,"raw":${decoder.decode(raw)}`;
  return `${decoder.decode(shown)}${record},"rawIsCut":${rawIsCut}}`;
}

/** What a row of the page shows of the event. */
export function keptRow(event: KeptEvent): Omit<ReportEvent, 'raw'> {
  return JSON.parse(keptJson({ ...event, raw: undefined })) as Omit<ReportEvent, 'raw'>;
}
