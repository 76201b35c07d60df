import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import { deliveryOf } from '../../../../lib/core/model/delivery.ts';
import { foundWith } from '../../../support/findings.ts';
import { cloudtrailRecord, eventOf, kubernetesEvent } from '../../../support/records.ts';

const found = [foundWith()] as const;

function requestKey(changes: JsonObject): string {
  return deliveryOf(eventOf('k8s_audit', kubernetesEvent(changes)), found).requestKey;
}

test('the stages of a request are several events and one request', () => {
  const received = { requestReceivedTimestamp: '2026-11-20T09:15:02.000001Z' };
  const started = deliveryOf(eventOf('k8s_audit', kubernetesEvent({ ...received, stage: 'ResponseStarted' })), found);
  const complete = deliveryOf(eventOf('k8s_audit', kubernetesEvent({ ...received, stage: 'ResponseComplete' })), found);
  expect(started.key).not.toBe(complete.key);
  expect(started.requestKey).toBe(complete.requestKey);
  expect(started.findings).toBe(found);
});

test('a caller who chooses the audit id of another request is still another request', () => {
  expect(requestKey({ requestReceivedTimestamp: '2026-11-20T09:15:02.000001Z' })).not.toBe(
    requestKey({ requestReceivedTimestamp: '2026-11-20T09:15:02.000002Z' }),
  );
  expect(requestKey({ requestReceivedTimestamp: 7 })).toBe(requestKey({ requestReceivedTimestamp: null }));
});

test('a CloudTrail record is one event and one request', () => {
  const delivery = deliveryOf(eventOf('aws_cloudtrail', cloudtrailRecord()), found);
  expect(delivery.requestKey).toBe(delivery.key);
  expect(delivery.principal).toBe('111122223333:user/carol');
});
