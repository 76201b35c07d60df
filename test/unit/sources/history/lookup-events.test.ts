import { describe, expect, test } from 'vitest';
import type { CloudTrail } from '../../../../lib/clients/aws-cloudtrail.ts';
import { TokenLost } from '../../../../lib/sources/history/history.ts';
import { lookupHistory } from '../../../../lib/sources/history/lookup-events.ts';

type Answer = Awaited<ReturnType<CloudTrail['lookupEvents']>>;

const ASKED = { fromMs: 1_795_165_200_500, toMs: 1_795_165_800_500 };

function historyOf(answers: readonly (Partial<Answer> | Error)[], changesOnly = true) {
  const asked: unknown[] = [];
  let opened = 0;
  let closed = 0;
  const left = [...answers];
  const history = lookupHistory({
    region: 'eu-west-1',
    changesOnly,
    open: async () => {
      if (++opened === 1 && answers.length === 0) throw new Error('EMFILE');
      return {
        lookupEvents: async (input) => {
          asked.push(input);
          const answer = left.shift();
          if (answer instanceof Error) throw answer;
          return { $metadata: {}, ...answer };
        },
        close: () => closed++,
      };
    },
  });
  return { history, asked, opened: () => opened, closed: () => closed };
}

const event = (id: string, timeMs: number | undefined) => ({
  EventId: id,
  EventSource: 'ec2.amazonaws.com',
  CloudTrailEvent: `{"eventID":"${id}"}`,
  ...(timeMs === undefined ? {} : { EventTime: new Date(timeMs) }),
});

describe('a page of the event history', () => {
  test('is asked for in whole seconds, with the one attribute that may be', async () => {
    const { history, asked } = historyOf([{}]);
    await history.page(ASKED, ASKED, undefined);
    expect(asked).toEqual([
      {
        StartTime: new Date(1_795_165_200_000),
        EndTime: new Date(1_795_165_801_000),
        MaxResults: 50,
        LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }],
      },
    ]);
  });

  test('of everything has no attribute, and the next one has its token', async () => {
    const { history, asked } = historyOf([{}], false);
    await history.page(ASKED, ASKED, 'AAAA');
    expect(asked[0]).not.toHaveProperty('LookupAttributes');
    expect(asked[0]).toHaveProperty('NextToken', 'AAAA');
  });

  test('leaves what is older than its last event', async () => {
    const { history } = historyOf([{ Events: [event('b', 1_795_165_700_000), event('a', 1_795_165_600_000)], NextToken: 'BBBB' }]);
    const page = await history.page(ASKED, ASKED, undefined);
    expect(page).toMatchObject({ events: 2, token: 'BBBB', left: { fromMs: ASKED.fromMs, toMs: 1_795_165_600_000 } });
    expect(JSON.parse(page.text)).toEqual({
      Events: [
        { EventId: 'b', EventSource: 'ec2.amazonaws.com', CloudTrailEvent: '{"eventID":"b"}' },
        { EventId: 'a', EventSource: 'ec2.amazonaws.com', CloudTrailEvent: '{"eventID":"a"}' },
      ],
    });
  });

  test.each([
    ['of no time', [event('a', undefined)], ASKED.toMs],
    ['of a broken time', [event('a', Number.NaN)], ASKED.toMs],
    ['before what was asked for', [event('a', 0)], ASKED.fromMs],
    ['after what was asked for', [event('a', ASKED.toMs + 10_000)], ASKED.toMs],
  ])('with an event %s leaves no less than there is', async (_, Events, toMs) => {
    const { history } = historyOf([{ Events, NextToken: '' }]);
    expect(await history.page(ASKED, ASKED, undefined)).toMatchObject({ left: { fromMs: ASKED.fromMs, toMs }, token: undefined });
  });

  test('without events has no text', async () => {
    const { history } = historyOf([{ NextToken: 'CCCC' }]);
    expect(await history.page(ASKED, ASKED, undefined)).toEqual({ text: '', events: 0, left: ASKED, token: 'CCCC' });
  });

  test('whose token is not known any more says so; without a token that is another fault', async () => {
    const lost = Object.assign(new Error('Invalid token'), { name: 'InvalidNextTokenException' });
    const { history } = historyOf([lost, lost, new Error('other')]);
    await expect(history.page(ASKED, ASKED, 'AAAA')).rejects.toBeInstanceOf(TokenLost);
    await expect(history.page(ASKED, ASKED, undefined)).rejects.toBe(lost);
    await expect(history.page(ASKED, ASKED, 'AAAA')).rejects.toThrow('other');
  });

  test('makes its client once, and again if that failed', async () => {
    const { history, opened, closed } = historyOf([]);
    history.close();
    await expect(history.page(ASKED, ASKED, undefined)).rejects.toThrow('EMFILE');
    await history.page(ASKED, ASKED, undefined);
    await history.page(ASKED, ASKED, undefined);
    expect(opened()).toBe(2);
    history.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed()).toBe(1);
  });
});
