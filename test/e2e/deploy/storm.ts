import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import type { SimulatedEvent } from '../../../lib/simulate/model.ts';
import { CLUSTERS } from '../../support/deployed/config.ts';
import { halves, madeUpDay } from '../../support/deployed/made-up-day.ts';
import type { DeployedWorld } from '../../support/deployed/world.ts';
import { callKinesis } from '../../support/lambda-host/aws.ts';

const POISON = '{"not": "an event", "at';

/** Records of one object; CloudTrail's own hold a few thousand at most. */
const FLOOD = 3_000;

/** Everything that goes wrong, at once. */
export function testStorm(world: () => DeployedWorld): void {
  test('loses nothing and tells nothing twice when sinks are down, functions die and everything comes again', {
    timeout: 240_000,
  }, async () => {
    const { host, ways, loki, slack, taps } = world();
    const { aws, kubernetes } = madeUpDay('stormy');
    ways.remember({ aws, kubernetes });
    const down = { kind: 'status', status: 503 } as const;
    loki.fail(down, down, { kind: 'answer_lost' }, { kind: 'stored_status', status: 502 }, { kind: 'reset' });
    slack.fail({ kind: 'status', status: 503 }, { kind: 'answer_lost' }, { kind: 'rate_limited', retryAfterSeconds: 1 });
    const killed = ['cloudtrail', 'eks-audit', 'deliver', 'alert'].map((name) => host.function(name));
    const before = killed.map((one) => one.killed);
    for (const one of killed) {
      // once as it begins, which every machine is slow enough for, and once in the middle
      one.killNext(10);
      one.killNext(120);
    }
    // and when what it calls has done what it was asked for, and it does not know yet
    world().killAfter('cloudtrail', 'aws', /SQS\.SendMessage/);
    world().killAfter('eks-audit', 'aws', /SQS\.SendMessage/);
    world().killAfter('deliver', 'loki', /push/);
    world().killAfter('deliver', 'aws', /TransactWriteItems/);
    world().killAfter('deliver', 'aws', /SQS\.SendMessage/);
    world().killAfter('alert', 'slack', /chat\.postMessage/);
    world().killAfter('alert', 'aws', /TransactWriteItems/);
    world().setUnrest(true);
    const [now, later] = halves(aws);
    // each of them twice, by the same way and by the other, the last first
    await ways.events([...now, ...aws].toReversed());
    await ways.object('stormy', [...later, ...later]);
    for (const [cluster, owner] of Object.entries(CLUSTERS)) {
      const own = kubernetes.filter((record) => record.cluster === cluster);
      await ways.log(cluster, own.toReversed(), owner);
      await ways.log(cluster, own, owner);
    }
    await ways.object('flood', flood([...aws, ...madeUpDay('flood').aws]));
    await poison(world());
    await host.settled(180_000);
    world().setUnrest(false);
    await world().expectAllTold();
    for (const [at, one] of killed.entries()) expect(one.killed, one.deployed.name).toBeGreaterThan((before[at] ?? 0) + 1);
    expect([taps.aws.traps, taps.loki.traps, taps.slack.traps]).toEqual([0, 0, 0]);
    expect(host.repeated).toBeGreaterThan(0);
    expect(await world().lyingIn('aside/dead-letters')).toEqual([]);
    // what came twice, or to a function that died when it had set it aside, may lie there twice
    expect([...new Set(await world().lyingIn('aside/undelivered'))]).toEqual(['cloudtrail bad_json', 'eks-audit bad_json']);
  });
}

/** Thousands of records that are nobody's business, and between them, once each, those that are. */
function flood(records: readonly SimulatedEvent[]): readonly SimulatedEvent[] {
  const noise = records.filter(({ truth }) => truth?.rules.length === 0);
  expect(noise.length).toBeGreaterThan(0);
  const all = [...records];
  while (all.length < FLOOD) all.push(...noise);
  return all;
}

/** What nobody can read, at each way in. */
async function poison({ sqs, host, deployment }: DeployedWorld): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: host.queue('intake/events').url, MessageBody: POISON }));
  await callKinesis(deployment.address, 'PutRecord', {
    StreamName: host.stack.streamMappings[0]?.streamName,
    Data: Buffer.from(POISON).toString('base64'),
    PartitionKey: 'poison',
  });
}
