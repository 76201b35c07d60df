import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';
import { brief, readAll } from '../../support/reading.ts';

describe('the default bounds', () => {
  test('let an audit event pass that holds two objects of 1.5 MiB, escaped in an envelope', () => {
    const body = '"'.repeat(750_000);
    const event = JSON.stringify({ auditID: 'a', verb: 'update', user: {}, requestObject: { body }, responseObject: { body } });
    const message = JSON.stringify({ message: event, timestamp: 1 });
    expect(message.length).toBeGreaterThan(5 * 1024 * 1024);
    expect(readAll(message).map(brief)).toEqual(['k8s_audit']);
  });

  test('stop what is larger or deeper than any record', () => {
    expect(readAll(`{"a":"${'x'.repeat(DEFAULT_LIMITS.maxRecordBytes)}"}`).map(brief)).toEqual(['failed too_large']);
    expect(readAll(`${'{"a":'.repeat(DEFAULT_LIMITS.maxDepth + 1)}1`).map(brief)).toEqual(['failed too_deep']);
  });
});
