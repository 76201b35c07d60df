import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LedgerSink } from '../../../lib/core/deliver/ledger-sink.ts';
import { Intake } from '../../../lib/core/intake.ts';
import type { Documents, Marks } from '../../../lib/core/ports.ts';
import { readBody } from '../../../lib/lambda/read-body.ts';
import { detectorOf } from '../../support/detector.ts';
import { auditLine, Bench, GROUP, HOUR_MS, MINUTE_MS, REGION, START_MS, trailEvent } from '../../support/reconciling.ts';

let bench: Bench;

beforeEach(async () => {
  bench = new Bench();
  await bench.start();
});
afterEach(() => bench.stop());

/** What the stream brings of an event. */
async function streamed(record: string): Promise<void> {
  const intake = new Intake(detectorOf());
  readBody('stream', record, intake);
  await new LedgerSink(bench.store).deliver(intake.batch().deliveries);
}

async function missedTotal(source = 'aws_cloudtrail'): Promise<number | undefined> {
  return (await bench.store.totals()).find(({ metric, labels }) => metric === 'driftwire_missed_total' && labels['source'] === source)
    ?.value;
}

/** Runs for the first time, and then again an hour later. */
async function anHourLater(): Promise<void> {
  await bench.run();
  bench.timing.advance(HOUR_MS);
}

describe('the first run', () => {
  test('asks for nothing: what was there before is missed by nobody', async () => {
    bench.aws.trails.set(REGION, [trailEvent('old', START_MS - 30 * MINUTE_MS)]);
    expect(await bench.run()).toEqual([
      { name: 'reconcile aws_cloudtrail eu-west-1', source: 'aws_cloudtrail', read: 0, missed: 0, doneToMs: START_MS },
    ]);
    expect(bench.aws.calls).toEqual([]);
    await bench.run();
    bench.timing.advance(HOUR_MS);
    await bench.run();
    expect(bench.sent).toEqual([]);
  });
});

describe('what CloudTrail has and no stream has brought', () => {
  test('is sent as late and missed; what the ledger knows is left alone', async () => {
    const [known, missed] = [trailEvent('known', START_MS + MINUTE_MS), trailEvent('missed', START_MS + 2 * MINUTE_MS)];
    bench.aws.trails.set(REGION, [known, missed]);
    await streamed(known.record);
    await anHourLater();
    expect(await bench.run()).toMatchObject([{ read: 2, missed: 1, doneToMs: START_MS + 45 * MINUTE_MS }]);
    expect(bench.sent).toMatchObject([{ ingest: 'backfill', missed: true, findings: [{ finding: { id: 'missed' } }] }]);
    expect(bench.logged).toEqual([
      {
        level: 'warn',
        message: 'events that no stream had brought were found and sent',
        fields: { name: 'reconcile aws_cloudtrail eu-west-1', events: 1 },
      },
    ]);
  });

  test('has the key that the stream would have given it, and counts as missed once', async () => {
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS + MINUTE_MS), trailEvent('b', START_MS + MINUTE_MS)]);
    await anHourLater();
    await bench.run();
    expect(bench.sentIds()).toEqual(['a', 'b']);
    // the stream brings one of them after all, before the queue is worked off
    await streamed(trailEvent('a', START_MS + MINUTE_MS).record);
    for (let times = 0; times < 2; times++) await new LedgerSink(bench.store).deliver(bench.sent);
    expect(await missedTotal()).toBe(1);
    await streamed(trailEvent('b', START_MS + MINUTE_MS).record);
    expect(await missedTotal()).toBe(1);
  });

  test('is nothing when it only reads or comes from a pipeline; reads are not even asked for', async () => {
    const kinds = ['read', 'pipeline', 'change'] as const;
    bench.aws.trails.set(
      REGION,
      kinds.map((kind) => trailEvent(kind, START_MS + MINUTE_MS, kind)),
    );
    await anHourLater();
    expect(await bench.run()).toMatchObject([{ read: 2, missed: 1 }]);
    expect(
      bench.aws.calls.every(
        ({ input }) => JSON.stringify(input['LookupAttributes']) === '[{"AttributeKey":"ReadOnly","AttributeValue":"false"}]',
      ),
    ).toBe(true);
  });

  test('is asked for again only as far as it was not asked for before', async () => {
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS + MINUTE_MS)]);
    await anHourLater();
    await bench.run();
    bench.timing.advance(HOUR_MS);
    const calls = bench.aws.calls.length;
    await bench.run();
    const begins = bench.aws.calls.slice(calls).map(({ input }) => Number(input['StartTime']) * 1_000);
    expect(Math.min(...begins)).toBe(START_MS + 45 * MINUTE_MS);
    expect(bench.sent).toHaveLength(1);
  });

  test('is found after runs that were missed, too', async () => {
    const times = [5, 70, 130, 200, 280].map((minute) => START_MS + minute * MINUTE_MS);
    bench.aws.trails.set(
      REGION,
      times.map((timeMs, at) => trailEvent(`event ${at}`, timeMs)),
    );
    await bench.run();
    bench.timing.advance(5 * HOUR_MS);
    expect(await bench.run()).toMatchObject([{ missed: 5 }]);
  });

  test('comes page by page, at two requests a second', { timeout: 30_000 }, async () => {
    bench.aws.trails.set(
      REGION,
      Array.from({ length: 730 }, (_, at) => trailEvent(`event ${at}`, START_MS + at * 1_000)),
    );
    await anHourLater();
    expect(await bench.run()).toMatchObject([{ missed: 730 }]);
    expect(bench.aws.calls.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'ok')).toEqual([]);
  });
});

describe('a run that has to end', () => {
  const events = Array.from({ length: 1_000 }, (_, at) => trailEvent(`event ${at}`, START_MS + at * 500));

  test('stops in time and goes on where it ended, with nothing left out', { timeout: 30_000 }, async () => {
    bench.aws.trails.set(REGION, events);
    await anHourLater();
    const begins = bench.timing.now();
    await bench.run({}, 4_000);
    expect(bench.timing.now() - begins).toBeLessThanOrEqual(4_000);
    const first = bench.sent.length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(1_000);
    for (let runs = 0; runs < 5; runs++) await bench.run({}, 4_000);
    expect(new Set(bench.sentIds()).size).toBe(1_000);
  });

  test('goes on without its token when the service knows it no longer', { timeout: 30_000 }, async () => {
    bench.aws.trails.set(REGION, events);
    await anHourLater();
    await bench.run({}, 4_000);
    const first = bench.sent.length;
    let refused = 0;
    bench.aws.fault = ({ input }) => {
      if (input['NextToken'] === undefined || refused > 0) return undefined;
      refused++;
      return { kind: 'refused', status: 400, code: 'InvalidNextTokenException' };
    };
    await bench.run();
    expect(refused).toBe(1);
    expect(new Set(bench.sentIds()).size).toBe(1_000);
    // only the second that the pages meet in is read twice
    expect(bench.sent.length).toBeLessThan(1_000 + 10);
    expect(first).toBeGreaterThan(0);
  });

  test('says so when it has not caught up for hours', async () => {
    bench.aws.trails.set(REGION, events);
    await bench.run();
    bench.timing.advance(4 * HOUR_MS);
    await bench.run({}, 2_000);
    expect(bench.logged.map(({ message }) => message)).toContain('asking again has not caught up: the next runs go on');
  });

  test('says so when a part of the time is beyond recall', async () => {
    await bench.run();
    bench.timing.advance(29 * 24 * HOUR_MS);
    await bench.run({}, 1_000);
    expect(bench.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'asking again was off for so long that a part of the time is left out' }),
    );
  });
});

describe('a service that does not answer as it should', () => {
  test.each(['ThrottlingException', 'ServiceUnavailableException', 'InternalFailure'])('is asked again: %s', async (code) => {
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS + MINUTE_MS)]);
    await anHourLater();
    bench.aws.fault = (_, number) => (number % 2 === 1 ? { kind: 'refused', status: 400, code } : undefined);
    expect(await bench.run()).toMatchObject([{ missed: 1, doneToMs: START_MS + 45 * MINUTE_MS }]);
  });

  test('is asked again after a broken connection', async () => {
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS + MINUTE_MS)]);
    await anHourLater();
    bench.aws.fault = (_, number) => (number <= 2 ? { kind: 'reset' } : undefined);
    expect(await bench.run()).toMatchObject([{ missed: 1 }]);
  });

  test('until the time is over fails the run, which comes again', { timeout: 30_000 }, async () => {
    await anHourLater();
    bench.aws.fault = () => ({ kind: 'refused', status: 400, code: 'ThrottlingException' });
    const end = bench.timing.now() + MINUTE_MS;
    await expect(bench.run({}, MINUTE_MS)).rejects.toMatchObject({ code: 'DW_INPUT_UNREADABLE', retryable: true });
    expect(bench.timing.now()).toBeLessThanOrEqual(end);
  });

  test('in the middle of a slice ends the run there, and the next one goes on', { timeout: 30_000 }, async () => {
    bench.aws.trails.set(
      REGION,
      Array.from({ length: 200 }, (_, at) => trailEvent(`event ${at}`, START_MS + at * 1_000)),
    );
    await anHourLater();
    bench.aws.fault = (_, number) => (number > 2 ? { kind: 'refused', status: 400, code: 'ThrottlingException' } : undefined);
    expect(await bench.run({}, MINUTE_MS)).toMatchObject([{ read: 100, missed: 100, doneToMs: START_MS }]);
    bench.aws.fault = undefined;
    expect(await bench.run()).toMatchObject([{ missed: 100 }]);
    expect(new Set(bench.sentIds()).size).toBe(200);
  });

  test('because it may not be asked fails the run; the other sources go on', async () => {
    bench.aws.logGroups.get(GROUP)?.push(auditLine('a', START_MS + MINUTE_MS));
    const histories = [bench.trail(), bench.group('/aws/eks/gone/cluster'), bench.group()];
    await bench.run({ histories });
    bench.timing.advance(HOUR_MS);
    bench.aws.fault = ({ operation }) =>
      operation === 'LookupEvents' ? { kind: 'refused', status: 400, code: 'AccessDeniedException' } : undefined;
    await expect(bench.run({ histories })).rejects.toThrow(
      '2 of 3 sources could not be asked again; the first: reconcile aws_cloudtrail eu-west-1: AccessDeniedException: as the test wants it',
    );
    expect(bench.sentIds()).toEqual(['a']);
    expect(bench.logged.filter(({ level }) => level === 'error').map(({ fields }) => fields?.['name'])).toEqual([
      'reconcile aws_cloudtrail eu-west-1',
      'reconcile k8s_audit /aws/eks/gone/cluster',
    ]);
  });
});

describe('nothing is lost', () => {
  test('when the queue takes nothing: the run fails, and the same is sent by the next one', async () => {
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS + MINUTE_MS), trailEvent('b', START_MS + 20 * MINUTE_MS)]);
    await anHourLater();
    bench.takes = false;
    await expect(bench.run()).rejects.toMatchObject({ retryable: true });
    expect(bench.sent).toEqual([]);
    bench.takes = true;
    await bench.run();
    expect(bench.sentIds()).toEqual(['a', 'b']);
  });

  test('when the ledger cannot be asked', async () => {
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS + MINUTE_MS)]);
    await anHourLater();
    const store: Marks & Documents = {
      marked: async () => {
        throw new Error('the table is gone');
      },
      document: (name) => bench.store.document(name),
      replaceDocument: (...given) => bench.store.replaceDocument(...given),
    };
    await expect(bench.run({ store })).rejects.toThrow('the table is gone');
    await bench.run();
    expect(bench.sentIds()).toEqual(['a']);
  });

  test('when the place cannot be kept: it is done again', async () => {
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS + MINUTE_MS)]);
    await anHourLater();
    const store: Marks & Documents = {
      marked: (keys) => bench.store.marked(keys),
      document: (name) => bench.store.document(name),
      replaceDocument: async () => {
        throw new Error('the table is gone');
      },
    };
    await expect(bench.run({ store })).rejects.toThrow('the table is gone');
    await bench.run();
    expect(bench.sentIds()).toEqual(['a', 'a']);
  });

  test('when the place is damaged: the last hour is asked for', async () => {
    await bench.store.replaceDocument('reconcile aws_cloudtrail eu-west-1', Buffer.from('{"version":'), 0);
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS - 60 * MINUTE_MS)]);
    expect(await bench.run()).toMatchObject([{ missed: 1 }]);
  });

  test('by two runs at once: one gives way', async () => {
    bench.aws.trails.set(REGION, [trailEvent('a', START_MS + MINUTE_MS)]);
    await anHourLater();
    await Promise.all([bench.run(), bench.run()]);
    expect(new Set(bench.sentIds())).toEqual(new Set(['a']));
    const places = await bench.run();
    expect(places).toMatchObject([{ read: 0 }]);
  });

  test('by a record that cannot be read: it is told, its siblings are sent', async () => {
    const broken = { ...trailEvent('broken', START_MS + MINUTE_MS), record: '{"eventVersion":' };
    bench.aws.trails.set(REGION, [broken, trailEvent('a', START_MS + MINUTE_MS)]);
    await anHourLater();
    expect(await bench.run()).toMatchObject([{ missed: 1 }]);
    expect(bench.logged.map(({ message }) => message)).toContain('a record that was asked for again cannot be read');
  });
});

describe('what a log group has and no subscription has brought', () => {
  test('is sent with cluster and account as the subscription would have told them', async () => {
    const line = auditLine('a', START_MS + MINUTE_MS);
    bench.aws.logGroups.get(GROUP)?.push(line, { stream: 'kube-apiserver-0a1b', timestamp: START_MS + MINUTE_MS, message: 'I1120 klog' });
    await bench.run({ histories: [bench.group()] });
    bench.timing.advance(HOUR_MS);
    expect(await bench.run({ histories: [bench.group()] })).toMatchObject([{ source: 'k8s_audit', read: 1, missed: 1 }]);
    expect(bench.sent).toMatchObject([{ missed: true, findings: [{ finding: { id: 'a', cluster: 'demo', account: '111122223333' } }] }]);
    const subscription = {
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: GROUP,
      logStream: 's',
      logEvents: [{ id: '1', ...line }],
    };
    await streamed(JSON.stringify(subscription));
    await new LedgerSink(bench.store).deliver(bench.sent);
    expect(await missedTotal('k8s_audit')).toBeUndefined();
  });

  test('is found behind empty pages', { timeout: 30_000 }, async () => {
    await bench.stop();
    bench = new Bench({ matches: (pattern, message) => pattern !== '' && message.includes('"patch"'), scannedAPage: 7 });
    await bench.start();
    const group = bench.aws.logGroups.get(GROUP);
    for (let at = 0; at < 300; at++)
      group?.push({ stream: 'kube-apiserver-audit-1', timestamp: START_MS + at * 1_000, message: '{"verb":"get"}' });
    group?.push(auditLine('a', START_MS + 250_000));
    const histories = [bench.group(GROUP, '{ $.verb = "patch" }')];
    await bench.run({ histories });
    bench.timing.advance(HOUR_MS);
    // the run ends among empty pages again and again; the token says how far the service has come
    for (let runs = 0; runs < 30; runs++) {
      await bench.run({ histories }, 1_500);
      bench.timing.advance(1_000);
    }
    expect(bench.sentIds()).toEqual(['a']);
    expect(bench.aws.calls.some(({ outcome }) => outcome !== 'ok')).toBe(false);
  });

  test('goes on without a token that is too old', { timeout: 30_000 }, async () => {
    const group = bench.aws.logGroups.get(GROUP);
    for (let at = 0; at < 2_000; at++) group?.push(auditLine(`event ${at}`, START_MS + at * 100));
    const histories = [bench.group()];
    await bench.run({ histories });
    bench.timing.advance(HOUR_MS);
    await bench.run({ histories }, 500);
    expect(bench.sent.length).toBeGreaterThan(0);
    expect(bench.sent.length).toBeLessThan(2_000);
    let refused = 0;
    bench.aws.fault = ({ input }) => {
      if (input['nextToken'] === undefined || refused > 0) return undefined;
      refused++;
      return { kind: 'refused', status: 400, code: 'InvalidParameterException' };
    };
    await bench.run({ histories });
    expect(refused).toBe(1);
    expect(new Set(bench.sentIds()).size).toBe(2_000);
  });
});
