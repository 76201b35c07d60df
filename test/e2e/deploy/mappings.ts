import { expect, test } from 'vitest';
import type { DeployedWorld } from '../../support/deployed/world.ts';

const FUNCTIONS = ['alert', 'cloudtrail', 'deliver', 'eks-audit', 'metrics', 'reconcile', 'webhook'];

/** What the deployment promises of its queues and streams. */
export function testMappings(world: () => DeployedWorld): void {
  test('hands messages over one by one and loses none', () => {
    const { host } = world();
    const { queueMappings, streamMappings, queues, functions, urls } = host.stack;
    expect(functions.map(({ name }) => name).sort()).toEqual(FUNCTIONS);
    expect(queueMappings).toHaveLength(4);
    for (const { reportsItemFailures, batchSize, windowSeconds, queueArn, functionArn } of queueMappings) {
      expect(reportsItemFailures).toBe(true);
      if (batchSize > 10) expect(windowSeconds).toBeGreaterThan(0);
      const queue = queues.find(({ arn }) => arn === queueArn);
      const timeoutSeconds = functions.find(({ arn }) => arn === functionArn)?.timeoutSeconds ?? Number.NaN;
      // Lambda Developer Guide, "Configuring scalability for SQS event source mappings": six times the function's timeout, and the window
      expect(queue?.visibilitySeconds).toBeGreaterThanOrEqual(6 * timeoutSeconds + windowSeconds);
      expect(queue?.redrive).toEqual({ targetArn: host.queue('aside/dead-letters').arn, maxReceiveCount: expect.any(Number) });
      expect(queue?.redrive?.maxReceiveCount).toBeGreaterThanOrEqual(5);
    }
    expect(streamMappings).toEqual([
      expect.objectContaining({ reportsItemFailures: true, bisects: true, retries: 10, onFailureArn: host.queue('aside/undelivered').arn }),
    ]);
    for (const [name, queue] of [
      ['metrics', 'totals/missed-minutes'],
      ['reconcile', 'aside/undelivered'],
    ] as const) {
      expect(host.function(name).deployed.onFailureArn, name).toBe(host.queue(queue).arn);
    }
    expect(urls).toEqual([{ functionArn: host.function('webhook').deployed.arn, authType: 'NONE' }]);
  });
}
