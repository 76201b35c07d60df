import { describe, expect, test } from 'vitest';
import { findingsDocument } from '../../../../../lib/core/deliver/receivers/finding-document.ts';
import { utf8Bytes } from '../../../../../lib/core/deliver/utf8.ts';
import { alertDeliveryWith } from '../../../../support/alerts.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';

const MEGABYTE = 1024 * 1024;
const read = (text: string) => JSON.parse(text) as readonly Record<string, unknown>[];

describe('what machines get of an event', () => {
  test('is an array of its findings, as the contract has them', () => {
    const delivery = deliveryWith({ id: 'a', findings: [{ rule: 'One' }, { rule: 'Two' }] });
    const documents = read(findingsDocument(delivery, MEGABYTE));
    expect(documents).toEqual(delivery.findings.map(({ finding }) => finding));
    expect(documents.map(({ rule }) => rule)).toEqual(['One', 'Two']);
  });

  test('has nanosecond times as the integers they are', () => {
    const text = findingsDocument(deliveryWith({ findings: [{ output_fields: { 'evt.rawtime': 1_763_630_102_000_000_001n } }] }), MEGABYTE);
    expect(text).toContain('"evt.rawtime":1763630102000000001');
  });

  test('has no secrets, whether their name or their shape tells', () => {
    const key = 'AKIAIOSFODNN7EXAMPLE';
    const text = findingsDocument(
      deliveryWith({
        findings: [
          { message: `used ${key}`, output: `12:00 ${key}`, output_fields: { 'proc.env.DB_PASSWORD': 'hunter2', note: key, n: 3 } },
        ],
      }),
      MEGABYTE,
    );
    expect(text).not.toContain(key);
    expect(text).not.toContain('hunter2');
    expect(text).toContain('"n":3');
  });

  test('has no character that would do something instead of showing something, and loses none', () => {
    const user = 'a\u202eb\u0007c\u{e0041}d\u2028e\u0085f';
    const text = findingsDocument(deliveryWith({ findings: [{ actor: { user } }] }), MEGABYTE);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(read(text)[0]?.['actor']).toMatchObject({ user });
  });

  test('of an alert has what its Alertmanager said', () => {
    expect(read(findingsDocument(alertDeliveryWith(), MEGABYTE))[0]?.['alert']).toMatchObject({
      status: 'firing',
      group_key: '{}:{alertname="PodCrashLooping", user="alice"}',
      fingerprint: 'c0ffee0123456789',
      starts_at_ms: Date.UTC(2026, 10, 20, 9, 0, 0, 120),
      ends_at_ms: null,
      labels: { alertname: 'PodCrashLooping' },
      annotations: { summary: 'Pod shop/checkout-7d9 restarts again and again' },
    });
  });

  test('loses its output fields first, then the ends of its long texts, then findings, and says so', () => {
    const long = { output_fields: { a: 'x'.repeat(2_000), b: 'y'.repeat(2_000) } };
    const bare = findingsDocument(deliveryWith({ findings: [long] }), 3_000);
    expect(read(bare)).toMatchObject([{ truncated: true, output_fields: {}, message: expect.stringContaining('checkout by hand') }]);

    const name = 'n'.repeat(5_000);
    const short = findingsDocument(
      deliveryWith({ findings: [{ target: { name }, tags: Array.from({ length: 50 }, (_, n) => `t${n}`) }] }),
      3_000,
    );
    expect(read(short)).toMatchObject([{ truncated: true, target: { name: `${'n'.repeat(99)}…` } }]);
    expect(read(short)[0]?.['tags']).toHaveLength(16);

    const some = findingsDocument(deliveryWith({ findings: Array.from({ length: 10 }, (_, n) => ({ rule: `Rule ${n}` })) }), 4_000);
    expect(utf8Bytes(some)).toBeLessThanOrEqual(4_000);
    const rules = read(some).map(({ rule }) => rule);
    expect(rules.length).toBeGreaterThan(1);
    expect(rules.length).toBeLessThan(10);
    expect(rules[0]).toBe('Rule 0');
  });

  test('always fits, with the worst texts there can be', () => {
    const text = '\u202e'.repeat(20_000);
    const labels = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`${text}${n}`, text]));
    const delivery = alertDeliveryWith({ labels, annotations: labels, generatorURL: `https://host/${'a'.repeat(1_900)}` });
    const document = findingsDocument(delivery, 192 * 1024);
    expect(read(document)).toHaveLength(1);
    expect(utf8Bytes(document)).toBeLessThanOrEqual(192 * 1024);
  });
});
