import { describe, expect, test } from 'vitest';
import { PressDesk } from '../../../lib/serve/press-desk.ts';
import type { Patience } from '../../../lib/slack-actions/incident-desk.ts';
import type { ActionsAnswer } from '../../../lib/slack-actions/slack-actions.ts';

function deskWith(after: (patience: Patience) => Promise<void>) {
  const steps: string[] = [];
  let patience: Patience | undefined;
  const actions = {
    recover: async () => void steps.push('recovered'),
    take: (): ActionsAnswer => ({
      status: 200,
      body: '',
      after: async () => {
        steps.push('begun');
        if (patience !== undefined) await after(patience);
        steps.push('done');
      },
    }),
  };
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      steps.push(`sleeps ${ms}`);
      if (signal?.aborted === true) resolve();
      signal?.addEventListener('abort', () => resolve());
    });
  const desk = new PressDesk(
    (given) => {
      patience = given;
      return actions;
    },
    { sleep },
  );
  return { desk, steps };
}

describe('a press in serve', () => {
  test('is answered before its work begins, and what an earlier process left is made good', async () => {
    const { desk, steps } = deskWith(async () => undefined);
    expect(desk.take({}, Buffer.from(''))).toMatchObject({ status: 200 });
    expect(steps).toEqual([]);
    await desk.settled();
    expect(steps).toEqual(['recovered', 'begun', 'done']);
  });

  test('does not hold up the end of the process by its patience', async () => {
    const { desk, steps } = deskWith(async ({ sleep, waitsMs, isOver }) => {
      for (const ms of waitsMs) if (!isOver()) await sleep(ms);
    });
    desk.take({}, Buffer.from(''));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(steps.at(-1)).toBe('sleeps 2000');
    await desk.settled();
    expect(steps.at(-1)).toBe('done');
    expect(steps.filter((step) => step.startsWith('sleeps'))).toHaveLength(1);
  });
});
