import { describe, expect, test } from 'vitest';
import type { CloudWatchLogs } from '../../../../lib/clients/aws-logs.ts';
import { logHistory } from '../../../../lib/sources/history/filter-log-events.ts';
import { TokenLost } from '../../../../lib/sources/history/history.ts';

type Answer = Awaited<ReturnType<CloudWatchLogs['filterLogEvents']>>;

const ASKED = { fromMs: 1_795_165_200_500, toMs: 1_795_165_800_500 };
const GROUP = '/aws/eks/demo/cluster';

function historyOf(answers: readonly (Partial<Answer> | Error)[], filterPattern = '{ $.verb = "patch" }') {
  const asked: unknown[] = [];
  const left = [...answers];
  const history = logHistory({
    logGroup: GROUP,
    owner: '111122223333',
    filterPattern,
    open: async () => ({
      filterLogEvents: async (input) => {
        asked.push(input);
        const answer = left.shift();
        if (answer instanceof Error) throw answer;
        return { $metadata: {}, ...answer };
      },
      close: () => undefined,
    }),
  });
  return { history, asked };
}

describe('a page of a log group', () => {
  test('is asked for with the pattern of the subscription, in the streams of the audit log', async () => {
    const { history, asked } = historyOf([{}, {}]);
    await history.page(ASKED, ASKED, undefined);
    await history.page(ASKED, ASKED, 'AAAA');
    const question = {
      logGroupName: GROUP,
      logStreamNamePrefix: 'kube-apiserver-audit',
      startTime: ASKED.fromMs,
      endTime: ASKED.toMs,
      filterPattern: '{ $.verb = "patch" }',
    };
    expect(asked).toEqual([question, { ...question, nextToken: 'AAAA' }]);
  });

  test('without a pattern is of everything', async () => {
    const { history, asked } = historyOf([{}], '');
    await history.page(ASKED, ASKED, undefined);
    expect(asked[0]).not.toHaveProperty('filterPattern');
  });

  test('is read as a subscription would have sent it, and leaves what is newer', async () => {
    const newest = ASKED.fromMs + 7_000;
    const events = [
      { eventId: '1', timestamp: ASKED.fromMs + 1_000, message: '{"a":1}', logStreamName: 'kube-apiserver-audit-1' },
      { eventId: '2', timestamp: newest, message: '{"a":2}', logStreamName: 'kube-apiserver-audit-2' },
    ];
    const { history } = historyOf([{ events, nextToken: 'BBBB' }]);
    const page = await history.page(ASKED, ASKED, undefined);
    expect(page).toMatchObject({ events: 2, token: 'BBBB', left: { fromMs: newest, toMs: ASKED.toMs } });
    expect(JSON.parse(page.text)).toEqual({
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: GROUP,
      logStream: 'kube-apiserver-audit',
      subscriptionFilters: [],
      logEvents: [
        { id: '1', timestamp: ASKED.fromMs + 1_000, message: '{"a":1}' },
        { id: '2', timestamp: newest, message: '{"a":2}' },
      ],
    });
  });

  test.each([undefined, 0, ASKED.toMs + 5_000])(
    'with an event of a time that was not asked for leaves no less than there is: %s',
    async (timestamp) => {
      const { history } = historyOf([{ events: [{ eventId: '1', timestamp, message: '{}' }], nextToken: '' }]);
      const { left, token } = await history.page(ASKED, ASKED, undefined);
      expect(left.fromMs).toBeGreaterThanOrEqual(ASKED.fromMs);
      expect(left.fromMs).toBeLessThanOrEqual(left.toMs);
      expect(token).toBeUndefined();
    },
  );

  test('may be empty and not the last one', async () => {
    const { history } = historyOf([{ events: [], nextToken: 'CCCC' }]);
    expect(await history.page(ASKED, ASKED, undefined)).toEqual({ text: '', events: 0, left: ASKED, token: 'CCCC' });
  });

  test('whose token is not known any more says so; without a token that is another fault', async () => {
    const invalid = Object.assign(new Error('The specified nextToken is invalid.'), { name: 'InvalidParameterException' });
    const { history } = historyOf([invalid, invalid]);
    await expect(history.page(ASKED, ASKED, 'AAAA')).rejects.toBeInstanceOf(TokenLost);
    await expect(history.page(ASKED, ASKED, undefined)).rejects.toBe(invalid);
    history.close();
  });
});
