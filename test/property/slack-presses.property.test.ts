import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textsOf } from '../support/fake-slack/content.ts';
import { deed } from '../support/incidents.ts';
import { pressedSlack } from '../support/pressed.ts';

const HOUR = 3_600_000;
const BUTTONS = ['driftwire_ack', 'driftwire_mute_1h', 'driftwire_mute_8h', 'driftwire_mute_24h', 'driftwire_unmute', 'driftwire_expected'];

/** A press, how often Slack sends it and to which of two processes, and the write at which the process dies that takes it. */
const press = fc.record({
  button: fc.constantFrom(...BUTTONS),
  user: fc.constantFrom('alice', 'bob', '<!channel>`*x*'),
  sentTo: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  diesAt: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  waitMs: fc.constantFrom(0, 1_000, HOUR / 2, 9 * HOUR),
});

test('whatever is pressed, again and by several at once, with deaths between: the message tells what is in force, and nothing twice', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(press, { minLength: 1, maxLength: 8 }), async (presses) => {
      const { slack, store, mutes, sink, timing, actionsOfAProcess, send, counted, stop } = await pressedSlack();
      await sink.deliver([deed({ id: 'e1', atMs: timing.now() })]);
      const marker = String(slack.visible()[0]?.metadata?.event_payload['incident']);
      const alive = { document: store.replaceDocument.bind(store), record: store.replaceIncidentRecord.bind(store) };
      for (const { button, user, sentTo, diesAt, waitMs } of presses) {
        const [message] = slack.visible();
        if (message === undefined) throw new Error('no message');
        let left = diesAt ?? Number.POSITIVE_INFINITY;
        const live = <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) => {
          return async (...args: A): Promise<R> => {
            if (--left < 0) throw new Error('dead');
            return write(...args);
          };
        };
        store.replaceDocument = live(alive.document);
        store.replaceIncidentRecord = live(alive.record);
        const request = slack.press(message, button, {
          user: `U0${user.length}`,
          userName: user,
          value: JSON.stringify({ incident: marker }),
        });
        const processes = [actionsOfAProcess(), actionsOfAProcess()] as const;
        await Promise.all(sentTo.map((isFirst) => send(request, processes[isFirst ? 0 : 1])));
        store.replaceDocument = alive.document;
        store.replaceIncidentRecord = alive.record;
        timing.advance(waitMs);
      }
      await actionsOfAProcess().recover();
      await sink.refresh(marker);

      const inForce = (await mutes.inForce(timing.now())).filter(({ incident }) => incident === marker);
      expect(inForce.length).toBeLessThanOrEqual(1);
      const [message] = slack.visible();
      const shown = textsOf(message ?? { blocks: [], attachments: [] }).join('');
      const until = /Muted by .*? until (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(shown);
      const shownUntil = until === null ? 0 : Date.parse(`${until[1]}T${until[2]}Z`) / 1_000;
      const [mute] = inForce;
      if (mute !== undefined) expect(shownUntil).toBe(Math.floor(mute.untilMs / 1_000));
      else expect(shownUntil).toBeLessThanOrEqual(timing.now() / 1_000);
      // each mute and each lifting is told once
      const notes = (message?.replies ?? []).map((reply) => textsOf(reply).join(''));
      const notesOf = (words: string) => notes.filter((note) => note.includes(words)).length;
      const countOf = (outcome: string) => counted.filter((each) => each === outcome).length;
      expect(notesOf('has muted')).toBe(countOf('mute done'));
      expect(notesOf('has lifted')).toBeLessThanOrEqual(countOf('unmute done'));
      expect(countOf('acknowledge done')).toBeLessThanOrEqual(1);
      expect(slack.mentions()).toEqual([]);
      await stop();
    }),
  );
});
