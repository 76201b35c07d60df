import { expect, test } from 'vitest';
import { seriesOf } from '../../../lib/core/deliver/series-key.ts';
import { sumOf } from '../../support/deployed/totals.ts';
import type { DeployedWorld } from '../../support/deployed/world.ts';
import { textsOf } from '../../support/fake-slack/content.ts';

/** The clock calls for totals, and the process dies when Prometheus has them and the ledger does not know. A minute later all is well. */
export function testDeathAfterWriting(world: () => DeployedWorld): void {
  test('dies between writing totals and knowing that they are written', { timeout: 60_000 }, async () => {
    const { host, taps } = world();
    world().killAfter('metrics', 'prometheus', /write/);
    expect(await host.tick('metrics')).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
    expect(taps.prometheus.traps).toBe(0);
    expect(await world().lyingIn('totals/missed-minutes')).toEqual([expect.stringContaining('RetriesExhausted')]);
  });
}

/** What came out in Prometheus and in Slack, a minute or more after that. */
export function testTotals(world: () => DeployedWorld): void {
  test('writes totals to Prometheus, series by series', { timeout: 90_000 }, async () => {
    const { host, prometheus, expectation } = world();
    expect(await host.tick('metrics')).toMatchObject({ ok: true });
    const totals = await world().expectAllTold();
    for (const metric of ['driftwire_records_total', 'driftwire_dropped_total', 'driftwire_failed_total']) {
      const sums = await prometheus.query(`sum(${metric})`, Date.now());
      expect([...sums.values()][0], metric).toBe(sumOf(totals, metric, {}));
    }
    // series by series
    const wanted = new Map([...(await expectation.totals())].map(([key, value]) => [key, { ...seriesOf(key), value }]));
    for (const metric of new Set([...wanted.values()].map((series) => series.metric))) {
      const series = [...wanted.values()].filter((each) => each.metric === metric);
      const names = Object.keys(series[0]?.labels ?? {});
      const selector = metric === 'driftwire_records_total' ? `${metric}{outcome="finding"}` : metric;
      const found = [...(await prometheus.query(`${selector} > 0`, Date.now()))].map(([labels, value]) => {
        const all = JSON.parse(labels) as Readonly<Record<string, string>>;
        // a label that is empty is none to Prometheus
        return [JSON.stringify(names.map((name) => all[name] ?? '')), value] as const;
      });
      const expected = series.map(({ labels, value }) => [JSON.stringify(names.map((name) => labels[name])), value] as const);
      expect(Object.fromEntries(found), metric).toEqual(Object.fromEntries(expected));
    }
  });

  test('tells people of each event in Slack, in one message for each incident', () => {
    const { slack, expectation } = world();
    expect(slack.findings()).toEqual([]);
    const said = JSON.stringify(slack.visible());
    expect([...expectation.users()].filter((user) => !said.includes(JSON.stringify(user).slice(1, -1)))).toEqual([]);
    const texts = slack.visible().map((message) => textsOf(message).join('\n'));
    const told = texts.map((text) => Number(/\*(\d+)\* events?\b/.exec(text)?.[1] ?? 0));
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(expectation.deliveries.size);
  });
}
