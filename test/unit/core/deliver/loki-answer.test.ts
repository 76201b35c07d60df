import { describe, expect, test } from 'vitest';
import { isRefusedByChecks, judgePush, namedLineLimit, refusalReason, refusedOf } from '../../../../lib/core/deliver/loki-answer.ts';
import type { Placed } from '../../../../lib/core/deliver/loki-batch.ts';
import { DELIVERY_REASONS } from '../../../../lib/core/model/delivery-result.ts';
import { parseRfc3339 } from '../../../../lib/core/time.ts';

function items(...times: readonly string[]): readonly Placed[] {
  return times.map((time, index) => ({
    index,
    entry: { stream: {}, timeNs: parseRfc3339(time)?.ns ?? 0n, line: 'x'.repeat(index), metadata: {}, sizeBytes: index },
  }));
}
const STREAM = `{cluster="demo", service_name="driftwire"}`;
const behind = (time: string) =>
  `entry with timestamp ${time.replace('T', ' ').replace('Z', '')} +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: ${time.slice(0, 19)}Z, oldest acceptable timestamp is: 2026-11-20T23:00:00Z',\n`;
const total = (ignored: number, of: number) => `user 'fake', total ignored: ${ignored} out of ${of} for stream: ${STREAM}\n`;
const tooOld = (time: string) =>
  `entry for stream '${STREAM}' has timestamp too old: ${time}, oldest acceptable timestamp is: 2026-11-14T00:00:00Z`;
const tooNew = (time: string) => `entry for stream '${STREAM}' has timestamp too new: ${time}`;
const tooLong = (bytes: number) =>
  `max entry size '1024' bytes exceeded for stream '${STREAM}' while adding an entry with length '${bytes}' bytes`;

describe('an answer to a push', () => {
  test.each([200, 204])('%i alone acknowledges', (status) => {
    expect(judgePush(status, '')).toEqual({ kind: 'stored' });
  });

  test.each([
    [260, "ingestion blocked for user 'a' until '2099-01-01T00:00:00Z' with status code '260'", 'blocked'],
    [429, "ingestion blocked for user 'a' until '2099-01-01T00:00:00Z' with status code '429'", 'blocked'],
    [206, '', 'unexpected'],
    [201, '', 'unexpected'],
    [418, '', 'unexpected'],
    [301, '', 'misconfigured'],
    [404, '', 'misconfigured'],
    [405, '', 'misconfigured'],
    [415, '', 'misconfigured'],
    [401, 'no org id', 'unauthorized'],
    [403, '', 'unauthorized'],
    [400, 'tenant ID is too long', 'unauthorized'],
    [400, `stream '${STREAM}' includes structured metadata, but this feature is disallowed. Please see ...`, 'misconfigured'],
  ] as const)('%i %s bars everything (%s)', (status, text, reason) => {
    expect(judgePush(status, text)).toEqual({ kind: 'barred', reason });
  });

  test.each([
    [429, 'ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec) while attempting ...', 'rate_limited', 'sink', true],
    [429, "entry with timestamp ... ignored, reason: 'Per stream rate limit exceeded (limit: 3MB/sec) ...", 'rate_limited', 'stream', true],
    [429, 'maximum active stream limit exceeded when trying to create stream {...}', 'stream_limit', 'stream', false],
    [500, 'something', 'unavailable', 'sink', false],
    [503, '', 'unavailable', 'sink', false],
    [529, '', 'unavailable', 'sink', false],
    [408, '', 'timeout', 'sink', false],
  ] as const)('%i %s is worth another try (%s, concerns the %s)', (status, text, reason, concerns, smaller) => {
    expect(judgePush(status, text)).toEqual({ kind: 'wait', reason, concerns, smaller });
  });

  test('that the push is too large in one piece comes as 413, and as a 500 for ever', () => {
    expect(judgePush(413, '')).toEqual({ kind: 'too_large' });
    expect(judgePush(500, 'rpc error: ... grpc: received message larger than max (5021938 vs. 4194304)')).toEqual({ kind: 'too_large' });
  });

  test.each([
    [400, `couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'`],
    [400, `entry for stream '${STREAM}' has 16 label names; limit 15`],
    [400, `stream '${STREAM}' has label value too long: 'vvv'`],
    [500, 'normalization for label name "ü" resulted in invalid name "_"'],
  ])('%i %s refuses the whole stream', (status, text) => {
    expect(judgePush(status, text)).toEqual({ kind: 'stream_refused', reason: 'invalid' });
  });

  test('anything else of 400 and 422 refuses some entries, nobody knows yet which', () => {
    expect(judgePush(400, tooOld('2026-11-13T00:00:00Z'))).toEqual({ kind: 'refused' });
    expect(judgePush(422, 'at least one valid stream is required for ingestion')).toEqual({ kind: 'refused' });
  });
});

describe('why one entry was refused', () => {
  test.each([
    [tooOld('2026-11-13T00:00:00Z'), 'too_old'],
    [tooNew('2026-11-23T00:00:00Z'), 'too_new'],
    [behind('2026-11-20T22:00:00Z'), 'too_far_behind'],
    ['entry out of order', 'too_far_behind'],
    [tooLong(1025), 'too_large'],
    ['structured metadata too large', 'invalid'],
  ] as const)('%s', (text, reason) => {
    expect(refusalReason(text)).toBe(reason);
    expect(DELIVERY_REASONS).toContain(reason);
  });

  test('the limit of a line is read where it is named', () => {
    expect(namedLineLimit(tooLong(1025))).toBe(1024);
    expect(namedLineLimit('too long')).toBeUndefined();
  });
});

test('a refusal by the checks says that the rest is stored; one by the store or by somebody else does not', () => {
  expect([tooOld('x'), tooNew('x'), tooLong(1025), `stream '${STREAM}' has structured metadata too large`].map(isRefusedByChecks)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([total(1, 2), tooOld('x') + total(1, 2), 'bad gateway'].map(isRefusedByChecks)).toEqual([false, false, false]);
});

describe('which entries a refusal means', () => {
  const five = items(
    '2026-11-20T20:00:00.000000001Z',
    '2026-11-20T21:00:00Z',
    '2026-11-20T22:00:00.5Z',
    '2026-11-20T23:10:00Z',
    '2026-11-20T23:20:00Z',
  );
  const refused = (text: string, of = five) => refusedOf(text, of)?.map(({ item, reason }) => [item.index, reason]);

  test('those too far behind, by their exact times and their number', () => {
    const text = behind('2026-11-20T20:00:00.000000001Z') + behind('2026-11-20T21:00:00Z') + total(2, 5);
    expect(refused(text)).toEqual([
      [0, 'too_far_behind'],
      [1, 'too_far_behind'],
    ]);
  });

  test('the oldest, when the text names only some of them', () => {
    expect(refused(behind('2026-11-20T20:00:00.000000001Z') + total(3, 5))).toEqual([
      [0, 'too_far_behind'],
      [1, 'too_far_behind'],
      [2, 'too_far_behind'],
    ]);
    expect(refused(behind('2026-11-20T20:00:00.000000001Z') + total(5, 5))).toHaveLength(5);
  });

  test.each([
    ['fewer reached the store than were sent', behind('2026-11-20T20:00:00.000000001Z') + total(1, 4)],
    ['the time named is none of theirs', behind('2026-11-20T20:00:00Z') + total(1, 5)],
    ['the time named cannot be', behind('2026-11-20T99:00:00Z') + total(1, 5)],
    [
      'another reason is among them',
      behind('2026-11-20T20:00:00.000000001Z').replace('entry too far behind', 'something new') + total(1, 5),
    ],
    ['no entry is named', total(1, 5)],
    ['the numbers do not agree', `3 errors like: ${tooOld('2026-11-20T21:00:00Z')}`],
    ['the text is another', 'gateway says no'],
  ])('nobody can say when %s', (_why, text) => {
    expect(refused(text)).toBeUndefined();
  });

  test('nobody can say when equal times are on both sides of the line', () => {
    const twins = items('2026-11-20T20:00:00Z', '2026-11-20T20:00:00Z', '2026-11-20T23:00:00Z');
    expect(refused(behind('2026-11-20T20:00:00Z') + total(1, 3), twins)).toBeUndefined();
  });

  test('those too old or too new, one alone or counted, to the second', () => {
    expect(refused(`${tooOld('2026-11-20T22:00:00Z')}\n`)).toEqual([[2, 'too_old']]);
    expect(refused(`1 errors like: ${tooNew('2026-11-20T23:20:00Z')}; 1 errors like: ${tooOld('2026-11-20T20:00:00Z')}\n`)).toEqual([
      [4, 'too_new'],
      [0, 'too_old'],
    ]);
    const twins = items('2026-11-20T20:00:00.1Z', '2026-11-20T20:00:00.2Z', '2026-11-20T23:00:00Z');
    expect(refused(`2 errors like: ${tooOld('2026-11-20T20:00:00Z')}`, twins)).toHaveLength(2);
    expect(refused(tooOld('2026-11-20T20:00:00Z'), twins)).toBeUndefined();
  });

  test('those too long, by their length', () => {
    expect(refused(`1 errors like: ${tooLong(4)}; 1 errors like: ${tooOld('2026-11-20T20:00:00Z')}`)).toEqual([
      [4, 'too_large'],
      [0, 'too_old'],
    ]);
  });

  test('no entry twice', () => {
    expect(refused(`1 errors like: ${tooLong(0)}; 1 errors like: ${tooOld('2026-11-20T20:00:00Z')}`)).toBeUndefined();
  });

  test('the only one, whatever the text says of it', () => {
    expect(refused('structured metadata too large', five.slice(0, 1))).toEqual([[0, 'invalid']]);
  });
});
