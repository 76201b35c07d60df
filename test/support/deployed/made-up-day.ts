import { expect } from 'vitest';
import { DEFAULT_SIMULATION, type SimulatedEvent } from '../../../lib/simulate/model.ts';
import { simulate } from '../../../lib/simulate/simulate.ts';

const HOUR_MS = 3_600_000;
const HALF_HOUR_MS = HOUR_MS / 2;

/** A made-up day in its order. */
export interface MadeUpDay {
  readonly aws: readonly SimulatedEvent[];
  readonly kubernetes: readonly SimulatedEvent[];
  /** Ids of the events that its truth wants told. */
  readonly told: ReadonlySet<string>;
}

/** A day of few events, told as if it had happened in the half hour that ends `agoMs` ago: what is older is late, and goes to other streams. */
export function madeUpDay(
  seed: string,
  { agoMs = 60_000, scale = 0.05 }: { readonly agoMs?: number; readonly scale?: number } = {},
): MadeUpDay {
  const endMs = Date.now() - agoMs;
  const all = [...simulate({ ...DEFAULT_SIMULATION, seed, scale })].map((event) => {
    const share = (event.timeMs - DEFAULT_SIMULATION.startMs) / (24 * HOUR_MS);
    return movedTo(event, Math.floor((endMs - HALF_HOUR_MS + share * HALF_HOUR_MS) / 1_000) * 1_000);
  });
  const aws = all.filter(({ source }) => source === 'aws_cloudtrail');
  const kubernetes = all.filter(({ source }) => source === 'k8s_audit');
  for (const records of [aws, kubernetes]) expect(records.filter(isTold).length).toBeGreaterThan(5);
  return { aws, kubernetes, told: new Set(all.filter(isTold).map(({ id }) => id)) };
}

/** Every other one of a list. */
export function halves<T>(items: readonly T[]): readonly [readonly T[], readonly T[]] {
  return [items.filter((_, index) => index % 2 === 0), items.filter((_, index) => index % 2 === 1)];
}

function isTold({ truth }: SimulatedEvent): boolean {
  return (truth?.rules.length ?? 0) > 0;
}

/** The same event at another time. */
function movedTo(event: SimulatedEvent, timeMs: number): SimulatedEvent {
  const record = JSON.parse(event.text) as Record<string, unknown>;
  const time = new Date(timeMs).toISOString();
  const times =
    event.source === 'aws_cloudtrail'
      ? { eventTime: time.replace(/\.\d+Z$/, 'Z') }
      : { requestReceivedTimestamp: time, stageTimestamp: time };
  return { ...event, timeMs, text: JSON.stringify({ ...record, ...times }) };
}
