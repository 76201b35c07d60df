import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { placeText } from '../../../lib/core/reconcile/place.ts';
import type { SimulatedEvent } from '../../../lib/simulate/model.ts';
import { CLUSTERS } from '../../support/deployed/config.ts';
import { madeUpDay } from '../../support/deployed/made-up-day.ts';
import { sumOf } from '../../support/deployed/totals.ts';
import { payloadText, type Sendable } from '../../support/deployed/ways-in.ts';
import type { DeployedWorld } from '../../support/deployed/world.ts';
import type { TrailEvent } from '../../support/fake-aws/lookup-events.ts';
import { ACCOUNT, clientOptions, REGION } from '../../support/lambda-host/aws.ts';

const MINUTE_MS = 60_000;
/** So far back the last run ended: everything that has come by now happened after that. */
const ASKED_AGAIN_MS = 48 * MINUTE_MS;
/** Younger than that nothing is asked for again, because it may still come. */
const SETTLED_MS = 16 * MINUTE_MS;

/** What the streams have missed. */
export function testReconcile(world: () => DeployedWorld): void {
  test('finds what no stream has brought by asking again, and nothing else', { timeout: 180_000 }, async () => {
    const { host, trail, loki, expectation, ways } = world();
    const { aws, kubernetes } = madeUpDay('missed', { agoMs: SETTLED_MS });
    // the histories have what came, and more
    const { brought } = ways;
    trail.trails.set(REGION, [...brought.aws, ...aws].map(trailEvent));
    const known = expectation.deliveries.size;
    await expectation.add(`{"Records":[${aws.map(({ text }) => text).join(',')}]}`, { isLate: true, isMissed: true });
    for (const cluster of Object.keys(CLUSTERS)) {
      const group = `/aws/eks/${cluster}/cluster`;
      // what EKS itself does is judged by the account of the log group, and the made-up clusters are in others than the emulator's
      const ofCluster = (record: SimulatedEvent): boolean => record.cluster === cluster && !record.text.includes('"username":"eks:');
      const missed = kubernetes.filter(ofCluster);
      await keep(world(), group, [...brought.kubernetes.filter(ofCluster), ...missed]);
      // the function tells of groups of its own account
      await expectation.add(payloadText(group, ACCOUNT, missed), { isLate: true, isMissed: true });
    }
    const missed = expectation.deliveries.size - known;
    expect(missed).toBeGreaterThan(10);

    await passTime(world());
    // one call is one too many, and the process dies when it has sent what it found
    trail.fault = (_, number) => (number === 1 ? { kind: 'refused', status: 400, code: 'ThrottlingException' } : undefined);
    world().killAfter('reconcile', 'aws', /SQS\.SendMessage/);
    expect(await host.tick('reconcile')).toMatchObject({ ok: true });
    await host.settled(120_000);
    expect(world().taps.aws.traps).toBe(0);
    const totals = await world().expectAllTold();
    expect(sumOf(totals, 'driftwire_missed_total', {})).toBe(missed);
    for (const source of ['aws_cloudtrail', 'k8s_audit']) expect(sumOf(totals, 'driftwire_missed_total', { source })).toBeGreaterThan(0);
    expect(trail.calls.length).toBeGreaterThan(3);
    expect(trail.calls.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'ok')).toEqual(['ThrottlingException']);

    // what was asked for is not asked for again, and what comes late after all is known
    const calls = trail.calls.length;
    expect(await host.tick('reconcile')).toMatchObject({ ok: true });
    expect(trail.calls.length - calls).toBeLessThanOrEqual(1);
    await host.settled(60_000);
    expect(expectation.entryFaults(loki)).toEqual([]);
    expect(await world().lyingIn('aside/undelivered')).toEqual([]);
  });
}

/** Puts lines into a log group, where they can be asked for; no subscription sends them. */
async function keep({ deployment }: DeployedWorld, logGroupName: string, lines: readonly Sendable[]): Promise<void> {
  const client = new CloudWatchLogsClient(clientOptions(deployment.address));
  const logStreamName = 'kube-apiserver-audit-0123456789abcdef';
  await client.send(new CreateLogGroupCommand({ logGroupName }));
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const logEvents = lines.map(({ timeMs, text }) => ({ timestamp: timeMs, message: text })).sort((a, b) => a.timestamp - b.timestamp);
  for (let from = 0; from < logEvents.length; from += 500) {
    const some = logEvents.slice(from, from + 500);
    const { rejectedLogEventsInfo } = await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: some }));
    expect(rejectedLogEventsInfo).toBeUndefined();
  }
  client.destroy();
}

/** As if the runs before had ended so long ago. */
async function passTime(world: DeployedWorld): Promise<void> {
  const names = [
    `reconcile aws_cloudtrail ${REGION}`,
    ...Object.keys(CLUSTERS).map((cluster) => `reconcile k8s_audit /aws/eks/${cluster}/cluster`),
  ];
  const body = new TextEncoder().encode(placeText({ doneToMs: Date.now() - ASKED_AGAIN_MS, slice: undefined }));
  await world.withLedger(async (ledger) => {
    for (const name of names) {
      const before = await ledger.document(name);
      expect(before, name).toBeDefined();
      expect(await ledger.replaceDocument(name, body, before?.version ?? 0), name).toBe(true);
    }
  });
}

function trailEvent({ text, timeMs }: Sendable): TrailEvent {
  const { eventID, readOnly } = JSON.parse(text) as { readonly eventID: string; readonly readOnly?: boolean };
  return { eventId: eventID, timeMs, readOnly: readOnly === true, record: text };
}
