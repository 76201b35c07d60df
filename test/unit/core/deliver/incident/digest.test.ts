import { describe, expect, test } from 'vitest';
import { claimed } from '../../../../../lib/core/deliver/incident/claim.ts';
import {
  afterDigestDeletion,
  afterPage,
  afterPageCertainty,
  afterShowing,
  begunPage,
  type Digest,
  digestView,
  emptyDigest,
  nextDigestStep,
  shownOf,
  withLine,
} from '../../../../../lib/core/deliver/incident/digest.ts';
import { EMPTY_GROUP, type Incident } from '../../../../../lib/core/deliver/incident/incident.ts';
import { givenUp } from '../../../../../lib/core/deliver/incident/thread.ts';
import type { Priority } from '../../../../../lib/core/model/finding.ts';
import { deed } from '../../../../support/incidents.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const lease = { nowMs: AT, leaseMs: 15_000 };

function incidentOf(user: string, count: number, priority: Priority = 'Warning'): Incident {
  const events = Array.from({ length: count }, (_, n) => deed({ id: `${user}${n}`, user, atMs: AT + n, priority }));
  const [incident] = claimed(user, EMPTY_GROUP, events, '#drift', AT, { windowMs: 60_000, manner: 'threads' }).group.incidents;
  if (incident === undefined) throw new Error('no incident');
  return incident;
}
function arrivedAt(digest: Digest, ts: string, how: 'post' | 'edit' = 'post'): Digest {
  const arrival = afterPage(digest, { marker: digest.thread.sending?.marker ?? '', ts, channelId: 'C1', how });
  if (arrival.kind !== 'committed') throw new Error(arrival.kind);
  return arrival.digest;
}
const EMPTY = emptyDigest('digest-1', '#drift');
const lined = withLine(withLine(EMPTY, incidentOf('alice', 2)), incidentOf('bob', 3, 'Alert'));
/** With both its messages posted. */
const posted = [0, 1].reduce(
  (digest, page) => arrivedAt(begunPage(digest, { page, print: `p${page}` }, { how: 'post', ...lease }), `${page + 1}.0`),
  lined,
);

describe('a digest', () => {
  test('has a line for each person with the newest count', () => {
    const grown = withLine(withLine(lined, incidentOf('alice', 5)), incidentOf('carol', 1, 'Notice'));
    expect(digestView(grown)).toMatchObject({
      marker: 'digest-1',
      total: 9,
      worst: 'Alert',
      firstMs: AT,
      lastMs: AT + 4,
      people: [
        { user: 'alice', count: 5, worst: 'Warning' },
        { user: 'bob', count: 3, worst: 'Alert' },
        { user: 'carol', count: 1, worst: 'Notice' },
      ],
    });
    expect(withLine(grown, incidentOf('alice', 2))).toBe(grown);
  });

  test('is posted, then the pages in its thread, then its lines are shown', () => {
    expect(nextDigestStep(lined, ['p0', 'p1'], AT, 'threads')).toEqual({ kind: 'post', page: 0 });
    const sending = begunPage(lined, { page: 0, print: 'p0' }, { how: 'post', ...lease });
    expect(nextDigestStep(sending, ['p0', 'p1'], AT, 'threads')).toEqual({ kind: 'wait', untilMs: AT + 15_000 });
    expect(nextDigestStep(arrivedAt(sending, '1.0'), ['p0', 'p1'], AT, 'threads')).toEqual({ kind: 'post', page: 1 });
    expect(posted.thread.parent?.ts).toBe('1.0');
    expect(posted.pages.map(({ ts }) => ts)).toEqual(['1.0', '2.0']);
    expect(nextDigestStep(posted, ['p0', 'p1'], AT, 'threads')).toEqual({ kind: 'shown' });
    const [alice] = posted.lines;
    expect(shownOf(posted, alice?.marker ?? '')).toBe(0);
    expect(shownOf(afterShowing(posted, posted), alice?.marker ?? '')).toBe(2);
    expect(shownOf(posted, 'nobody')).toBe(0);
    const joined = withLine(posted, incidentOf('carol', 1));
    expect(afterShowing(joined, posted).lines.map(({ shown }) => shown)).toEqual([2, 3, 0]);
  });

  test('edits those of its messages that changed, which stay what they are', () => {
    expect(nextDigestStep(posted, ['p0', 'new'], AT, 'threads')).toEqual({ kind: 'edit', page: 1 });
    const edited = arrivedAt(begunPage(posted, { page: 1, print: 'new' }, { how: 'edit', ...lease }), '2.0', 'edit');
    expect(edited.pages[1]).toEqual({ ts: '2.0', marker: posted.pages[1]?.marker, print: 'new' });
  });

  test('is one message and no more where Slack takes only that', () => {
    expect(nextDigestStep(lined, ['p0', 'p1'], AT, 'single')).toEqual({ kind: 'post', page: 0 });
    expect(nextDigestStep(posted, ['changed', 'p1'], AT, 'single')).toEqual({ kind: 'shown' });
  });

  test('is not shown while one of its messages is in doubt', () => {
    const sending = begunPage(posted, { page: 0, print: 'new' }, { how: 'edit', ...lease });
    const marker = sending.thread.sending?.marker ?? '';
    const given = { ...sending, thread: givenUp(sending.thread, marker, AT + 20_000) };
    expect(nextDigestStep(given, ['p0', 'p1'], AT, 'threads')).toEqual({ kind: 'rest', untilMs: AT + 20_000 });
    expect(afterPage(given, { marker, ts: '1.0', channelId: 'C1', how: 'edit' })).toEqual({ kind: 'known' });
    const sure = afterPageCertainty(given, marker);
    expect(nextDigestStep(sure, ['p0', 'p1'], AT, 'threads')).toEqual({ kind: 'edit', page: 0 });
    expect(afterPageCertainty(posted, 'x')).toEqual(posted);
  });

  test('that somebody has deleted is posted anew', () => {
    const gone = afterDigestDeletion(posted, posted.thread);
    expect(nextDigestStep(gone, ['p0', 'p1'], AT, 'threads')).toEqual({ kind: 'post', page: 0 });
  });
});
