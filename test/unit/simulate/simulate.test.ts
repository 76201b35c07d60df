import { describe, expect, it } from 'vitest';
import { DEFAULT_SIMULATION, type SimulatedEvent, type SimulationOptions } from '../../../lib/simulate/model.ts';
import { simulate } from '../../../lib/simulate/simulate.ts';

function day(options: Partial<SimulationOptions> = {}): readonly SimulatedEvent[] {
  return [...simulate({ ...DEFAULT_SIMULATION, ...options })];
}

const events = day();
const story = events.filter(({ truth }) => (truth?.rules.length ?? 0) > 0);

function value(event: SimulatedEvent): Record<string, unknown> {
  return JSON.parse(event.text);
}

describe('a simulated day', () => {
  it('is the same for the same seed and another for another', () => {
    expect(day()).toEqual(events);
    expect(day({ seed: 'other' }).map(({ id }) => id)).not.toEqual(events.map(({ id }) => id));
  });

  it('has between one and three thousand events, about two in a hundred of them to be told', () => {
    expect(events.length).toBeGreaterThan(1500);
    expect(events.length).toBeLessThan(2500);
    expect(story.length / events.length).toBeGreaterThan(0.01);
    expect(story.length / events.length).toBeLessThan(0.03);
  });

  it('has records of about the size that vendors write', () => {
    const mean = events.reduce((sum, { text }) => sum + text.length, 0) / events.length;
    expect(mean).toBeGreaterThan(1200);
    expect(mean).toBeLessThan(1600);
  });

  it('has one row of truth for each id, on the first event of the request', () => {
    const rows = events.flatMap(({ truth }) => (truth === undefined ? [] : [truth.id]));
    expect(new Set(rows).size).toBe(rows.length);
    expect(new Set(rows)).toEqual(new Set(events.map(({ id }) => id)));
    for (const { truth, id, source } of events) if (truth !== undefined) expect([truth.id, truth.source]).toEqual([id, source]);
  });

  it('writes every record as JSON with the keys in the order of its vendor', () => {
    const order = ['eventVersion', 'userIdentity', 'eventTime', 'eventSource', 'eventName', 'awsRegion', 'sourceIPAddress', 'userAgent'];
    for (const event of events) {
      const keys = Object.keys(value(event));
      expect(new Set(keys).size).toBe(keys.length);
      if (event.source === 'aws_cloudtrail') expect(keys.slice(0, 8)).toEqual(order);
      else expect(keys.slice(0, 8)).toEqual(['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user']);
    }
  });

  it('writes no control characters, no undefined and no NaN', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    for (const { text } of events) expect(text).not.toMatch(/[\u0000-\u001f]|undefined|NaN|\[object/);
  });

  it('holds what the issue asks for: every rule of the story, sessions in two stages, dry runs, failures, copies', () => {
    expect(new Set(story.flatMap(({ truth }) => truth?.rules ?? []))).toEqual(
      new Set([
        'Audit trail weakened',
        'Break-glass principal used',
        'Break-glass principal used in a cluster',
        'Console sign-in without MFA',
        'Denied change attempt',
        'Denied change attempt in a cluster',
        'File copied into a pod',
        'Interactive session in a pod',
        'Interactive session on a host',
        'Machine name used by a person',
        'Manual AWS change',
        'Manual Kubernetes change',
        'Mutable container admitted',
        'Policy engine denied a request',
        'Privileged container admitted',
        'Root user activity',
      ]),
    );
    const classes = new Set(events.map(({ truth }) => truth?.class));
    for (const name of ['change', 'data', 'interactive', 'sign_in', 'attempt', 'dry_run', 'read', 'noise'] as const)
      expect(classes).toContain(name);
    const hands = new Set(events.map(({ truth }) => truth?.hand));
    for (const name of ['human', 'pipeline', 'service', 'workload', 'unknown'] as const) expect(hands).toContain(name);
    expect(events.some(({ secondTrail }) => secondTrail)).toBe(true);
  });

  it('shows a shell as kubectl makes it: get over WebSocket, 101, a start and an end with one id', () => {
    const [start, end, ...more] = events.filter(({ text }) => text.includes('command=sh'));
    expect(more).toEqual([]);
    expect([start, end].map((event) => (event === undefined ? {} : value(event)))).toMatchObject([
      { stage: 'ResponseStarted', verb: 'get', responseStatus: { code: 101 }, objectRef: { subresource: 'exec' } },
      { stage: 'ResponseComplete', verb: 'get', responseStatus: { code: 101 }, auditID: start?.id },
    ]);
  });

  it('leaves its story as it is when there is more of everything else', () => {
    const more = day({ scale: 3 });
    const ids = new Set(more.map(({ id }) => id));
    expect(story.filter(({ id }) => !ids.has(id))).toEqual([]);
    expect(more.length).toBeGreaterThan(2.5 * events.length);
    const told = more.filter(({ truth }) => (truth?.rules.length ?? 0) > 0).length;
    expect(told / more.length).toBeGreaterThan(0.012);
  });

  it('makes one vendor alone when asked', () => {
    const aws = [...simulate(DEFAULT_SIMULATION, { aws: true, kubernetes: false })];
    const kubernetes = [...simulate(DEFAULT_SIMULATION, { aws: false, kubernetes: true })];
    expect(new Set(aws.map(({ source }) => source))).toEqual(new Set(['aws_cloudtrail']));
    expect(new Set(kubernetes.map(({ source }) => source))).toEqual(new Set(['k8s_audit']));
  });

  it('keeps to the time asked for, with the story of each day in it', () => {
    const startMs = DEFAULT_SIMULATION.startMs + 9 * 3_600_000;
    const part = day({ startMs, hours: 2 });
    const inTime = part.filter(({ truth }) => truth !== undefined);
    for (const { timeMs } of inTime) expect(timeMs >= startMs && timeMs < startMs + 2 * 3_600_000 + 60_000).toBe(true);
    const told = inTime.filter(({ truth }) => (truth?.rules.length ?? 0) > 0).length;
    expect(told).toBeGreaterThan(5);
    expect(told).toBeLessThan(story.length);
    expect(day({ hours: 48 }).filter(({ truth }) => (truth?.rules.length ?? 0) > 0)).toHaveLength(2 * story.length);
  });
});
