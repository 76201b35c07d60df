/**
 * `cdk deploy` to the emulator, and what was deployed at work: made-up and real payloads go in at EventBridge, S3, a log group, a stream, the public
 * address and by asking again, and come out as exactly the right entries, totals and messages, with sinks that are down, functions that are killed,
 * repeats, disorder, floods and poison. It is deployed once; each theme goes on where the one before it ended.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeployedWorld } from '../support/deployed/world.ts';
import { MOTO_SERVER } from '../support/moto.ts';
import { hasPrometheus } from '../support/prometheus.ts';
import { testMappings } from './deploy/mappings.ts';
import { testMadeUpDay, testRealRecords } from './deploy/quiet-times.ts';
import { testReconcile } from './deploy/reconcile.ts';
import { testStorm } from './deploy/storm.ts';
import { testDeathAfterWriting, testTotals } from './deploy/totals.ts';
import { testWebhook } from './deploy/webhook.ts';

const isPossible = hasPrometheus() && MOTO_SERVER !== undefined;

describe.skipIf(!isPossible)('what `cdk deploy` makes', () => {
  let started: DeployedWorld | undefined;
  const world = (): DeployedWorld => {
    if (started === undefined) throw new Error('nothing was deployed');
    return started;
  };

  beforeAll(async () => {
    started = await DeployedWorld.start(MOTO_SERVER ?? '');
  }, 240_000);
  afterAll(async () => started?.stop(), 60_000);

  testMappings(world);
  testMadeUpDay(world);
  testDeathAfterWriting(world);
  testRealRecords(world);
  testStorm(world);
  testReconcile(world);
  testWebhook(world);
  testTotals(world);

  test('is deployed as it is, and can be removed', { timeout: 120_000 }, async () => {
    const { deployment, host, differences } = world();
    const diff = await differences;
    expect(diff.status, diff.text).toBe(0);
    expect(diff.text).toContain('There were no differences');
    await host.stop();
    const destroyed = await deployment.cdkAgain('destroy', '--force');
    expect(destroyed.status, destroyed.text).toBe(0);
  });
});
