import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliveryText } from '../../../lib/core/deliver/delivery-text.ts';
import type { Delivery } from '../../../lib/core/model/delivery.ts';
import { countsMessage, deliveryMessage, MAX_MESSAGE_BYTES, readMessage } from '../../../lib/lambda/queue-message.ts';
import { deliveryWith } from '../../support/deliveries.ts';

const COUNTS = {
  increments: [{ metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'dropped' }, by: 3 }],
  levels: [{ metric: 'driftwire_last_event_timestamp_seconds', labels: { source: 'k8s_audit' }, value: 1_790_000_000 }],
};

/** A record as large as is asked, which gzip can shrink or not. */
function recordOf(bytes: number, shrinks: boolean): string {
  const filler = shrinks ? 'a'.repeat(bytes) : randomBytes(Math.ceil(bytes / 2)).toString('hex');
  return JSON.stringify({ kind: 'Event', auditID: 'x', requestObject: { filler }, verb: 'create' });
}

describe('a message between two functions', () => {
  test('a delivery is read back as it was', () => {
    const delivery = deliveryWith({ ingest: 'backfill' });
    expect(readMessage(deliveryMessage(delivery))).toEqual({ kind: 'delivery', delivery });
    expect(deliveryMessage(delivery)).toBe(deliveryText(delivery));
  });

  test('characters that SQS refuses are escaped and read back', () => {
    const delivery = deliveryWith({ recordText: '{"a":"\ufffe\uffff\ud800"}' });
    const body = deliveryMessage(delivery);
    expect(body).not.toMatch(/[\ufffe\uffff]/);
    expect(readMessage(body)).toEqual({ kind: 'delivery', delivery });
  });

  test('a delivery that is too large as text is compressed and read back whole', { timeout: 20_000 }, () => {
    const delivery = deliveryWith({ recordText: recordOf(3_000_000, true) });
    const body = deliveryMessage(delivery);
    expect(Buffer.byteLength(body)).toBeLessThan(MAX_MESSAGE_BYTES / 10);
    expect(readMessage(body)).toEqual({ kind: 'delivery', delivery });
  });

  test('one whose rules have written a large event into their outputs loses parts of these too', { timeout: 20_000 }, () => {
    const whole = recordOf(1_500_000, false);
    const { findings, ...rest } = deliveryWith({ recordText: whole });
    const [{ finding, ...origin }] = findings;
    const large = {
      ...finding,
      output: whole,
      message: whole,
      output_fields: { 'jevt.obj': whole, 'evt.rawtime': 5n, list: ['a', whole] },
    };
    const delivery: Delivery = {
      ...rest,
      findings: [{ finding: large, ...origin }, ...Array.from({ length: 3 }, () => ({ finding: large, ...origin }))],
    };
    const body = deliveryMessage(delivery);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES - 4_096);
    const read = readMessage(body);
    if (read?.kind !== 'delivery') throw new Error('not read back');
    expect(read.delivery.key).toBe(delivery.key);
    expect(read.delivery.findings).toHaveLength(4);
    const [{ finding: cut }] = read.delivery.findings;
    expect([cut.id, cut.rule, cut.output_fields['evt.rawtime']]).toEqual([finding.id, finding.rule, 5n]);
    expect(cut.output).toMatch(/^\{"kind":"Event".*\.\.\. \(cut\)$/);
  });

  test('one that is too large even then keeps its findings and loses parts of its record', { timeout: 20_000 }, () => {
    const delivery = deliveryWith({ recordText: recordOf(4_000_000, false) });
    const body = deliveryMessage(delivery);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES - 4_096);
    const read = readMessage(body);
    if (read?.kind !== 'delivery') throw new Error('not read back');
    expect(read.delivery.findings[0].finding).toEqual(delivery.findings[0].finding);
    expect(read.delivery.findings[0].recordText).toContain('(cut: ');
    expect(JSON.parse(read.delivery.findings[0].recordText)).toMatchObject({ verb: 'create' });
  });

  test('counts are read back as they were', () => {
    expect(readMessage(countsMessage(COUNTS, 'c1'))).toEqual({ kind: 'counts', id: 'c1', ...COUNTS });
    expect(countsMessage(COUNTS)).not.toBe(countsMessage(COUNTS));
  });

  test.each([
    ['text', 'hello'],
    ['an empty text', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['another object', '{"a":1}'],
    ['a version to come', '{"version":99}'],
    ['a version without what belongs to it', '{"version":1}'],
    ['a version with findings that are none', '{"version":1,"key":"k","requestKey":"r","findings":[{}]}'],
    ['base64 that is no gzip', '{"gzip":"aGVsbG8="}'],
    ['a bomb', JSON.stringify({ gzip: gzipSync(Buffer.alloc(70 * 1024 * 1024)).toString('base64') })],
    ['counts without lists', '{"counts":1}'],
    ['counts below zero', '{"counts":1,"id":"c","increments":[{"metric":"a","labels":{},"by":-1}],"levels":[]}'],
    ['counts with a label that is no text', '{"counts":1,"id":"c","increments":[{"metric":"a","labels":{"b":1},"by":1}],"levels":[]}'],
    ['counts with a level that is no number', '{"counts":1,"id":"c","increments":[],"levels":[{"metric":"a","labels":{},"value":"1"}]}'],
  ])('%s is no message', { timeout: 20_000 }, (_, body) => {
    expect(readMessage(body)).toBeUndefined();
  });

  test('nothing makes reading throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify({ version: 1, ...value })),
        ),
        (body) => {
          readMessage(body);
        },
      ),
    );
  });
});
