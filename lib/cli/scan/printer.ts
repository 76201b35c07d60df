import type { FindingWithOrigin } from '../../core/model/finding.ts';
import type { Summary } from '../../core/summary.ts';

/** The findings of one event; there is at least one. */
export type EventFindings = readonly [FindingWithOrigin, ...FindingWithOrigin[]];

/** Turns the findings of a run into one of the output formats. */
export interface Printer {
  /** Takes the findings of one event, in the order of the input. */
  event(findings: EventFindings): void;
  /** Called once, after the last event. */
  finish(summary: Summary, inputs: number): void;
}
