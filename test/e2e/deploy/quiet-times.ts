import { expect, test } from 'vitest';
import { CLUSTERS } from '../../support/deployed/config.ts';
import { halves, madeUpDay } from '../../support/deployed/made-up-day.ts';
import { type RealRecord, realRecords } from '../../support/deployed/real-records.ts';
import { payloadText } from '../../support/deployed/ways-in.ts';
import type { DeployedWorld } from '../../support/deployed/world.ts';
import { sharedPath } from '../../support/shared.ts';

/** EventBridge takes one entry after the other, ten a call: the rest goes in with objects and payloads, which hold any number. */
const MAX_EVENTS = 400;
const KUBERNETES = 'k8s_audit';

/** A made-up day, with nothing going wrong. */
export function testMadeUpDay(world: () => DeployedWorld): void {
  test('tells exactly what was done by hand, once, in a made-up day', { timeout: 180_000 }, async () => {
    const { host, ways, expectation } = world();
    const { aws, kubernetes, told } = madeUpDay('quiet');
    ways.remember({ aws, kubernetes });
    const [now, later] = halves(aws);
    await host.probe();
    expect(await host.tick('reconcile')).toMatchObject({ ok: true });
    const read = { aws_cloudtrail: await ways.events(now), [KUBERNETES]: 0 };
    read.aws_cloudtrail += await ways.object('quiet', later);
    for (const [cluster, owner] of Object.entries(CLUSTERS)) {
      read[KUBERNETES] += await ways.log(
        cluster,
        kubernetes.filter((record) => record.cluster === cluster),
        owner,
      );
    }
    await host.settled(120_000);
    // what is expected was read out of what went in: here it is known from elsewhere too
    expect(new Set([...expectation.deliveries.values()].map(({ findings }) => findings[0].finding.id))).toEqual(told);
    const totals = await world().expectAllTold();
    for (const [source, count] of Object.entries(read)) {
      const records = totals.filter(({ metric, labels }) => metric === 'driftwire_records_total' && labels['source'] === source);
      expect(
        records.reduce((sum, { value }) => sum + Number(value), 0),
        source,
      ).toBe(count);
    }
    expect(totals.filter(({ metric }) => metric === 'driftwire_failed_total')).toEqual([]);
    expect(await world().lyingIn('aside/dead-letters')).toEqual([]);
    expect(await world().lyingIn('aside/undelivered')).toEqual([]);
  });
}

/** Records that were really written, by each way. */
export function testRealRecords(world: () => DeployedWorld): void {
  test('tells exactly what was done by hand in real records', { timeout: 240_000 }, async () => {
    const { host, ways, expectation } = world();
    const nowMs = Date.now();
    const { records, unreadable, inputs, shared } = await realRecords({ fromMs: nowMs - 20 * 60_000, toMs: nowMs - 60_000 });
    const before = expectation.deliveries.size;
    const sent = await sendReal(world(), records);
    // nobody can read these: they go aside with the reason, and nothing else suffers
    const unread = unreadable.filter(({ source }) => source === 'aws_cloudtrail');
    await ways.object('unreadable', unread);
    await host.settled(180_000);
    await world().expectAllTold();
    const told = expectation.deliveries.size - before;
    process.stdout.write(
      `real records: ${records.length} of ${inputs} files went in (${shared} of them shared samples), ${JSON.stringify(sent)}, and ${unread.length} that nobody can read; ${told} events to tell\n`,
    );
    expect(told).toBeGreaterThan(10);
    if (sharedPath('samples') !== undefined) {
      expect(shared).toBeGreaterThan(500);
      expect(told).toBeGreaterThan(100);
    }
    expect(await world().lyingIn('aside/dead-letters')).toEqual([]);
    expect(await world().lyingIn('aside/undelivered')).toEqual(unread.length === 0 ? [] : [expect.stringMatching(/^cloudtrail /)]);
  });
}

/** Spreads them over the ways in; gives how many went which way. */
async function sendReal({ ways }: DeployedWorld, records: readonly RealRecord[]): Promise<Readonly<Record<string, number>>> {
  const aws = records.filter(({ source }) => source === 'aws_cloudtrail');
  const kubernetes = records.filter(({ source }) => source === KUBERNETES);
  // by turns, so that each origin comes by each way
  const third = (at: number): readonly RealRecord[] => aws.filter((_, index) => index % 3 === at);
  const [first, objects, payload] = [third(0), third(1), third(2)];
  const [events, rest] = [first.slice(0, MAX_EVENTS), first.slice(MAX_EVENTS)];
  const [logged, streamed] = halves(kubernetes);
  await ways.events(events);
  await ways.object('real', [...objects, ...rest]);
  const sent = { events: events.length, objects: objects.length + rest.length, payloads: 0, lines: logged.length };
  await ways.log('demo', logged, CLUSTERS.demo);
  // of subscriptions without a filter: of a trail's own log group, and of a cluster's
  for (const [group, some] of [
    ['/aws/cloudtrail/logs', payload],
    ['/aws/eks/demo/cluster', streamed],
  ] as const) {
    for (const part of parts(some)) sent.payloads += await ways.payload(payloadText(group, CLUSTERS.demo, part));
  }
  return sent;
}

/** Records for payloads of a size that a subscription sends, before they are compressed. */
function parts(records: readonly RealRecord[]): readonly (readonly RealRecord[])[] {
  const all: RealRecord[][] = [[]];
  let bytes = 0;
  for (const record of records) {
    bytes += record.text.length;
    if (bytes > 2_000_000) {
      all.push([]);
      bytes = record.text.length;
    }
    all.at(-1)?.push(record);
  }
  return all;
}
