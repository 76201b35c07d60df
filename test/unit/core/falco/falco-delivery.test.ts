import { describe, expect, test } from 'vitest';
import { deliveryText, parseDelivery } from '../../../../lib/core/deliver/delivery-text.ts';
import { marksOf } from '../../../../lib/core/deliver/ledger.ts';
import { type FalcoReading, falcoDelivery, isFalcoEvent } from '../../../../lib/core/falco/falco-delivery.ts';
import { Intake } from '../../../../lib/core/intake.ts';
import type { Delivery } from '../../../../lib/core/model/delivery.ts';
import type { Finding } from '../../../../lib/core/model/finding.ts';
import { detectorOf } from '../../../support/detector.ts';
import { brief, fixture, readAll } from '../../../support/reading.ts';

/** A Falco event about a pod, as falcosidekick posts it. */
const EVENT = {
  uuid: '1f0e6c1e-58b6-4b0c-9c1e-4b7c7d0f9b11',
  output: '09:12:03.114883211: Notice A shell was spawned in a container',
  priority: 'Notice',
  rule: 'Terminal shell in container',
  time: '2026-11-20T09:12:03.114883211Z',
  output_fields: { 'evt.time': 0, 'k8s.ns.name': 'shop', 'k8s.pod.name': 'web-0', 'proc.name': 'bash', 'user.name': 'root', 'fd.l4': null },
  source: 'syscall',
  tags: ['shell', 'container', 'shell'],
  hostname: 'node-3',
};

function read(change: object = {}, over: { cluster?: string } = {}): FalcoReading {
  // written by hand, because no number of JavaScript is a time in nanoseconds
  const text = JSON.stringify({ ...EVENT, ...change }).replace('"evt.time":0', '"evt.time":1795165923114883211');
  return falcoDelivery({ text, origin: { input: 'x', line: 1, path: '' }, envelope: over }, { env: 'prod' });
}

function deliveryOf(change: object = {}, over: { cluster?: string } = {}): Delivery {
  const reading = read(change, over);
  if (!reading.ok) throw new Error(reading.hint);
  return reading.delivery;
}

const findingOf = (change: object = {}, over: { cluster?: string } = {}): Finding => deliveryOf(change, over).findings[0].finding;

describe('an event that Falco found', () => {
  test('is a finding with its rule, its fields exactly, and where it comes from', () => {
    expect(deliveryOf().key).toBe('falco 1f0e6c1e-58b6-4b0c-9c1e-4b7c7d0f9b11');
    expect(findingOf({}, { cluster: 'demo' })).toMatchObject({
      rule: 'Terminal shell in container',
      priority: 'Notice',
      source: 'falco',
      tags: ['container', 'shell'],
      time: '2026-11-20T09:12:03.114883211Z',
      hostname: 'node-3',
      cluster: 'demo',
      message: EVENT.output,
      output: EVENT.output,
      output_fields: { 'evt.time': 1_795_165_923_114_883_211n, 'fd.l4': null, 'proc.name': 'bash' },
      actor: { user: 'root', hand: 'unknown' },
      target: { kind: 'Pod', name: 'web-0', namespace: 'shop' },
      labels: { env: 'prod' },
    });
  });

  test('comes back from the spool as it was', () => {
    expect(parseDelivery(deliveryText(deliveryOf()))).toStrictEqual(deliveryOf());
  });

  test('counts under the source that Falco names, once', () => {
    const [mark, ...more] = marksOf(deliveryOf());
    expect(more).toEqual([]);
    expect(mark?.increments.map(({ metric, labels }) => [metric, labels['source']])).toEqual([
      ['driftwire_records_total', 'falco'],
      ['driftwire_findings_total', 'falco'],
      ['falco_events', 'syscall'],
    ]);
  });

  test('cannot make itself a manual change', () => {
    const delivery = deliveryOf({ tags: ['drift', 7, 'shell'] });
    expect(delivery.findings[0].finding.tags).toEqual(['shell']);
    expect(marksOf(delivery).flatMap(({ increments }) => increments.map(({ metric }) => metric))).not.toContain(
      'kubernetes_audit_manual_changes_total',
    );
  });

  test('that says little is a finding all the same', () => {
    const bare = findingOf({
      uuid: undefined,
      output: undefined,
      output_fields: undefined,
      tags: undefined,
      hostname: undefined,
      source: undefined,
      priority: 'info',
    });
    expect(bare).toMatchObject({
      priority: 'Informational',
      hostname: 'unknown',
      message: EVENT.rule,
      target: { kind: null, name: null },
      actor: { user: 'unknown' },
    });
    expect(bare.output).toBe('09:12:03.114883211: Informational Terminal shell in container');
    expect(findingOf({ hostname: undefined, priority: undefined }, { cluster: 'demo' })).toMatchObject({
      hostname: 'demo',
      priority: 'Warning',
    });
    expect(
      findingOf({ output_fields: { 'container.name': 'web', 'user.name': '<NA>', 'ka.user.name': 'jane', list: ['a'], ratio: 0.5 } }),
    ).toMatchObject({
      target: { kind: 'Container', name: 'web' },
      actor: { user: 'jane' },
      output_fields: { list: '["a"]', ratio: 0.5 },
    });
  });

  test.each([
    [EVENT, true],
    [{ rule: 'x', priority: 'Notice', output_fields: {} }, true],
    [{ rule: 'x', priority: 'Notice', output: 'y' }, true],
    [{ rule: 'x', priority: 'Notice' }, false],
    [{ rule: 'x', output: 'y' }, false],
    [{ priority: 'Notice', output: 'y' }, false],
  ])('is known by its rule, its priority and what it puts out: %j', (value, expected) => {
    expect(isFalcoEvent(value)).toBe(expected);
  });

  test('without an id is the same event when its text is the same', () => {
    const without = (output: string): string => deliveryOf({ uuid: undefined, output }).key;
    expect(without('a')).toBe(without('a'));
    expect(without('a')).not.toBe(without('b'));
  });

  test.each([
    [{ rule: '' }, 'not_an_event'],
    [{ rule: 7 }, 'not_an_event'],
    [{ time: 'yesterday' }, 'bad_time'],
    [{ time: undefined }, 'bad_time'],
  ])('is failed when it lacks what makes it one: %j', (change, code) => {
    expect(read(change)).toMatchObject({ ok: false, code });
  });

  test('that is cut or no object is failed', () => {
    const foreign = { origin: { input: 'x', line: 1, path: '' }, envelope: {} };
    expect(falcoDelivery({ ...foreign, text: '{"rule":' }, {})).toMatchObject({ ok: false, code: 'bad_json' });
    expect(falcoDelivery({ ...foreign, text: '[]' }, {})).toMatchObject({ ok: false, code: 'bad_json' });
  });
});

describe("Falco's log", () => {
  test('is read with its lines of text between the events', () => {
    const items = readAll(fixture('falco-events/bash-history.log')).map(brief);
    expect(items.filter((item) => item === 'falco').length).toBeGreaterThan(2);
    expect(items.filter((item) => item.startsWith('failed'))).toEqual([]);
  });

  test("makes findings of an intake; one that cannot be read is counted as Falco's", () => {
    const intake = new Intake(detectorOf());
    for (const decoded of readAll(fixture('falco-events/bash-history.log'))) intake.take(decoded);
    intake.take({ kind: 'falco', text: '{}', origin: { input: 'x', line: 1, path: '' }, envelope: {} });
    const { deliveries, failures, increments } = intake.batch();
    expect(deliveries.length).toBeGreaterThan(2);
    expect(failures.map(({ code }) => code)).toEqual(['not_an_event']);
    expect(increments).toContainEqual({ metric: 'driftwire_failed_total', labels: { source: 'falco', code: 'not_an_event' }, by: 1 });
  });

  test('is narrowed by a time window', () => {
    const detector = detectorOf({}, { sinceMs: Date.parse('2030-01-01T00:00:00Z') });
    const [item] = readAll(JSON.stringify(EVENT));
    if (item === undefined) throw new Error('nothing was read');
    expect(detector.take(item)).toEqual({ kind: 'dropped', reason: 'outside_window' });
  });
});
