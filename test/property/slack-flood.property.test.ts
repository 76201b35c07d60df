import { expect, test } from 'vitest';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import { deed } from '../support/incidents.ts';
import { SlackWorld } from '../support/slack-world.ts';

const PEOPLE = 40;
const EVENTS = 10_000;
const SPAN_MS = 10 * 60_000;
/** As much as the outbox takes out of the spool at once. */
const BATCH = 500;

/** Works off a flood as `serve` does: what has come by now, at most so many at once, and again what was put off. */
async function workOff(world: SlackWorld, flood: readonly Delivery[]): Promise<void> {
  const startMs = world.clock.now();
  const waiting = new Set(flood);
  let afterIndex = 0;
  while (waiting.size > 0) {
    const come = flood.filter(
      (delivery, index) => index >= afterIndex && waiting.has(delivery) && delivery.findings[0].timeMs <= world.clock.now(),
    );
    const batch = come.slice(0, BATCH);
    if (batch.length === 0) {
      afterIndex = 0;
      world.clock.advance(1_000);
      continue;
    }
    const left = new Set(await world.hand(batch));
    for (const delivery of batch) if (!left.has(delivery)) waiting.delete(delivery);
    const last = batch.at(-1);
    afterIndex = last === undefined ? 0 : flood.lastIndexOf(last) + 1;
    expect(world.clock.now() - startMs).toBeLessThan(6 * SPAN_MS);
  }
}

test('10,000 events of 40 people in ten minutes are one message or one line each, exact to the last', { timeout: 300_000 }, async () => {
  const world = new SlackWorld({ rates: { postBurst: 1 } });
  await world.slack.start();
  const startMs = world.clock.now();
  const flood = Array.from({ length: EVENTS }, (_, n) =>
    deed({ id: `event-${n}`, user: `user-${(n * 7) % PEOPLE}`, atMs: startMs + Math.floor((n / EVENTS) * SPAN_MS), resource: `pod-${n}.` }),
  );
  await workOff(world, flood);
  const tookMs = world.clock.now() - startMs;
  await world.expectTruth(flood);
  const incidents = await world.incidents();
  expect(incidents).toHaveLength(PEOPLE);
  expect(incidents.filter(({ home }) => home === 'own')).toHaveLength(20);
  expect(world.slack.visible().length).toBeLessThanOrEqual(22);
  for (const { total } of incidents) expect(total).toBe(EVENTS / PEOPLE);
  // measured: 650 s, 220 posts, 501 edits
  expect(tookMs).toBeLessThan(SPAN_MS + 120_000);
  expect(world.slack.calls.filter(({ method }) => method === 'chat.postMessage').length).toBeLessThan(300);
  expect(world.slack.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  await world.slack.stop({ strict: true });
});
