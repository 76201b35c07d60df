import { afterEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { isObject } from '../../../lib/sinks/slack-bot.ts';
import { MAX_PRESS_BYTES } from '../../../lib/slack-actions/slack-actions.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import { textsOf } from '../../support/fake-slack/content.ts';
import { interactionBody } from '../../support/fake-slack/interactions.ts';
import { deed } from '../../support/incidents.ts';
import { type PressedOptions, pressedSlack } from '../../support/pressed.ts';
import { kubernetesEvent } from '../../support/records.ts';

const HOUR = 3_600_000;
let stop: () => Promise<void> = async () => undefined;
afterEach(async () => {
  await stop();
});

/** A Slack in which alice's change stands. */
async function told(options: PressedOptions = {}) {
  const pressed = await pressedSlack(options);
  stop = pressed.stop;
  const at = pressed.timing.now();
  const change = (id: string, over: Partial<Parameters<typeof deed>[0]> = {}) =>
    pressed.sink.deliver([deed({ id, atMs: pressed.timing.now(), ...over })]);
  expect(await change('e1', { atMs: at })).toEqual([{ kind: 'delivered' }]);
  const press = (actionId: string, over: Parameters<typeof pressed.slack.press>[2] = {}) =>
    pressed.slack.press(pressed.parent(), actionId, over);
  const whispers = () =>
    pressed.slack.workspace.ephemerals.map(({ user, blocks }) => `${user}: ${textsOf({ blocks, attachments: [] }).join('')}`);
  const shown = () => textsOf(pressed.parent()).join('\n');
  const thread = () => pressed.parent().replies.map((reply) => textsOf(reply).join(''));
  return { ...pressed, change, press, whispers, shown, thread };
}

describe('a request', () => {
  test('without a signature of Slack is refused before it is read', async () => {
    const { actionsOfAProcess, slack } = await told();
    const { headers, body } = slack.sign('no form at all');
    const take = (over: object, text = body) => actionsOfAProcess().take({ ...headers, ...over }, Buffer.from(text));
    expect(take({})).toMatchObject({ status: 400, reason: 'malformed' });
    expect(take({ 'x-slack-signature': undefined })).toMatchObject({ status: 401, reason: 'unauthorized' });
    expect(take({}, `${body}!`)).toMatchObject({ status: 401 });
    expect(take({}, 'x'.repeat(MAX_PRESS_BYTES + 1))).toMatchObject({ status: 413, reason: 'too_large' });
  });

  test('that is no press of ours is answered and nothing more', async () => {
    const { send, slack, counted } = await told();
    expect(await send(slack.sign(interactionBody({ type: 'view_closed' })))).toEqual({ status: 200, body: '' });
    expect(counted).toEqual([]);
  });
});

describe('acknowledge', () => {
  test('is shown on the message, once, whoever comes second', async () => {
    const { send, press, shown, whispers, counted, parent } = await told();
    const first = press('driftwire_ack', { userName: 'bob' });
    const second = press('driftwire_ack', { user: 'U0CAROL', userName: 'carol' });
    expect(await send(first)).toMatchObject({ status: 200 });
    expect(shown()).toContain('Acknowledged by bob');
    await send(first);
    await send(second);
    expect(shown()).not.toContain('carol');
    expect(whispers()).toEqual([
      'U0ALICE: Acknowledged. The message says so to everybody.',
      expect.stringContaining('U0CAROL: Already acknowledged by bob'),
    ]);
    expect(counted).toEqual(['acknowledge done', 'acknowledge repeated']);
    expect(parent().edits).toBe(1);
  });
});

describe('mute', () => {
  test('keeps this action of this principal out of Slack until it is over; it stands on the message and in the thread', async () => {
    const { send, press, shown, thread, change, timing, mutes, parent, slack, counted, lines } = await told();
    const eight = press('driftwire_mute_8h', { userName: 'bob' });
    await send(eight);
    expect(shown()).toMatch(/Muted by bob until/);
    expect(thread()).toEqual([expect.stringMatching(/bob has muted alice in .*demo.*: apps patch deployments, until/)]);
    expect(await mutes.inForce(timing.now())).toMatchObject([{ user: 'alice', by: 'bob', actions: ['apps patch deployments'] }]);
    expect(counted).toEqual(['mute done']);
    expect(lines.join()).toContain('"user":"U0ALICE","hours":8');
    const before = JSON.stringify(slack.visible());
    expect(await change('e2')).toEqual([{ kind: 'delivered', skipped: 'muted' }]);
    expect(JSON.stringify(slack.visible())).toBe(before);
    expect(await change('e3', { priority: 'Critical' })).toEqual([{ kind: 'delivered' }]);
    expect(await change('e4', { user: 'mallory' })).toEqual([{ kind: 'delivered' }]);
    timing.advance(8 * HOUR);
    expect(await change('e5')).toEqual([{ kind: 'delivered' }]);
    expect(await mutes.inForce(timing.now())).toEqual([]);
    expect(() => parent()).toThrow('more messages');
  });

  test('pressed twice, and sent twice by Slack, to one process and to another, mutes once and says it once', async () => {
    const { send, press, thread, whispers, actionsOfAProcess, mutes, timing, counted } = await told();
    const first = press('driftwire_mute_1h');
    const second = press('driftwire_mute_1h', { user: 'U0CAROL', userName: 'carol' });
    await Promise.all([send(first), send(first), send(first, actionsOfAProcess())]);
    await send(second);
    await send(first, actionsOfAProcess());
    expect(await mutes.inForce(timing.now())).toHaveLength(1);
    expect(thread()).toHaveLength(1);
    expect(whispers().filter((each) => each.includes('In force now: 1'))).toHaveLength(1);
    expect(whispers().filter((each) => each.startsWith('U0CAROL: Already muted by alice'))).toHaveLength(1);
    expect(counted.filter((each) => each === 'mute done')).toHaveLength(1);
  });

  test('is lifted by its button, also by one in the thread, and its own press does not come back', async () => {
    const { send, press, slack, shown, thread, change, mutes, timing, parent, actionsOfAProcess, whispers } = await told();
    const muting = press('driftwire_mute_24h');
    await send(muting);
    const [note] = parent().replies;
    if (note === undefined) throw new Error('no note');
    await send(slack.press(note, 'driftwire_unmute', { user: 'U0CAROL', userName: 'carol' }));
    await send(muting, actionsOfAProcess());
    expect(await mutes.inForce(timing.now())).toEqual([]);
    expect(shown()).not.toContain('Muted by');
    expect(thread().at(-1)).toContain('carol has lifted the mute');
    expect(whispers().at(-1)).toContain('Nothing is muted now.');
    expect(await change('e2')).toEqual([{ kind: 'delivered' }]);
    await send(slack.press(note, 'driftwire_unmute'));
    expect(whispers().at(-1)).toContain('Nothing is muted for this incident any more.');
  });

  test('may be made longer, and is bounded in number', async () => {
    const { send, press, mutes, timing, whispers } = await told();
    const day = press('driftwire_mute_24h');
    const eight = press('driftwire_mute_8h');
    await send(press('driftwire_mute_1h'));
    await send(day);
    await send(eight);
    const [mute] = await mutes.inForce(timing.now());
    if (mute === undefined) throw new Error('no mute');
    expect((mute.untilMs - timing.now()) / HOUR).toBeCloseTo(24, 1);
    await mutes.lift(mute.incident, 'p', timing.now());
    for (let n = 0; n < 100; n++) await mutes.mute({ ...mute, incident: `i${n}` }, `p${n}`, timing.now());
    // the button is gone from the message; a press of it may be on the way still
    await send(press('driftwire_mute_1h', { value: JSON.stringify({ incident: mute.incident }) }));
    expect(whispers().at(-1)).toMatch(/100 things are muted, and more cannot be.*and 90 older ones/s);
  });

  test('tells to its end what was counted before it', async () => {
    const { send, press, sink, parent, thread, timing } = await told();
    const event = deed({ id: 'e2', atMs: timing.now() });
    // counted, but its turn has not come
    expect(await sink.deliver([event], { deadlineMs: timing.now() + 100 })).toMatchObject([{ kind: 'later' }]);
    await send(press('driftwire_mute_1h'));
    expect(await sink.deliver([event])).toEqual([{ kind: 'delivered' }]);
    expect(textsOf(parent()).join()).toContain('*2* events');
    expect(thread().join()).toContain('alice');
    expect(await sink.deliver([deed({ id: 'e3', atMs: timing.now() })])).toEqual([{ kind: 'delivered', skipped: 'muted' }]);
  });
});

describe('expected', () => {
  test('answers with entries that the configuration takes', async () => {
    const { sink, slack, send, timing, counted } = await told();
    const record = kubernetesEvent({ user: { username: 'carol' } });
    const delivery = deliveryWith({
      id: 'c1',
      recordText: JSON.stringify(record),
      timeNs: BigInt(timing.now()) * 1_000_000n,
      findings: [{ reason: 'kubernetes_user', actor: { user: 'carol', principal: 'carol' } }],
    });
    await sink.deliver([delivery]);
    const message = slack.visible().find((each) => textsOf(each).join().includes('carol'));
    if (message === undefined) throw new Error('no message');
    await send(slack.press(message, 'driftwire_expected'));
    const [whisper] = slack.workspace.ephemerals;
    const entries = (whisper?.blocks ?? []).flatMap(preformatted);
    expect(entries).toHaveLength(2);
    const { config, problems } = parseConfig(entries.join('\n'), 'driftwire.yaml');
    expect(problems).toEqual([]);
    expect(config).toMatchObject({ pipelines: [{ kubernetes_user: 'carol' }], ignore: [{ condition: expect.stringContaining('carol') }] });
    expect(slack.visible().every(({ replies }) => replies.length === 0)).toBe(true);
    expect(counted).toEqual(['expected done']);
  });

  test('says so where no entry would change anything', async () => {
    const { send, whispers, sink, slack, timing } = await told();
    await sink.deliver([
      deliveryWith({
        id: 'b1',
        timeNs: BigInt(timing.now()) * 1_000_000n,
        findings: [{ reason: 'break_glass', actor: { user: 'eve', principal: 'eve' } }],
      }),
    ]);
    const message = slack.visible().find((each) => textsOf(each).join().includes('eve'));
    if (message === undefined) throw new Error('no message');
    await send(slack.press(message, 'driftwire_expected'));
    expect(whispers()).toEqual([expect.stringContaining('No entry of the configuration would change this')]);
  });

  function preformatted(block: unknown): readonly string[] {
    const parts = isObject(block) && Array.isArray(block['elements']) ? block['elements'] : [];
    return parts.flatMap((part: unknown) =>
      isObject(part) && part['type'] === 'rich_text_preformatted' && Array.isArray(part['elements'])
        ? part['elements'].map((element: unknown) => (isObject(element) ? String(element['text']) : ''))
        : [],
    );
  }
});

describe('whoever may not', () => {
  test('is told so, and nothing happens', async () => {
    const { send, press, whispers, mutes, timing, counted, parent } = await told({ allowed: { users: ['U0BOSS'] } });
    for (const id of ['driftwire_ack', 'driftwire_mute_24h', 'driftwire_expected']) await send(press(id));
    expect(whispers()).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/^U0ALICE: You may not press this button/)));
    expect(await mutes.inForce(timing.now())).toEqual([]);
    expect(parent().edits).toBe(0);
    expect(counted).toEqual(['acknowledge refused', 'mute refused', 'expected refused']);
    await send(press('driftwire_ack', { user: 'U0BOSS', userName: 'boss' }));
    expect(parent().edits).toBe(1);
  });

  test('may try again where Slack does not say who is in a group', async () => {
    const { send, press, whispers, counted } = await told({ allowed: { usergroups: ['S1'] } });
    await send(press('driftwire_ack'));
    expect(whispers()).toEqual([expect.stringContaining('Slack does not say at the moment who is in the groups')]);
    expect(counted).toEqual(['acknowledge failed']);
  });
});

describe('an incident that is not kept any more', () => {
  test('is told so; its mute can be lifted all the same', async () => {
    const { send, press, whispers, mutes, timing, counted, thread } = await told();
    const value = JSON.stringify({ incident: 'gone-1-1' });
    await send(press('driftwire_ack', { value }));
    await send(press('driftwire_mute_1h', { value }));
    await send(press('driftwire_expected', { value }));
    expect(whispers().filter((each) => each.includes('This incident is too old'))).toHaveLength(3);
    expect(counted).toEqual(['acknowledge unknown', 'mute unknown', 'expected unknown']);
    const mute = { incident: 'gone-1-1', subject: 's', actions: [], worst: 'Warning', user: 'a', place: '', by: 'b', sinceMs: 0 } as const;
    await mutes.mute({ ...mute, untilMs: timing.now() + HOUR }, 'p', timing.now());
    await send(press('driftwire_unmute', { value }));
    expect(await mutes.inForce(timing.now())).toEqual([]);
    expect(thread()).toEqual([]);
  });
});

describe('what fails', () => {
  test('is told, and may be tried again by the same press', async () => {
    let isBroken = true;
    const { send, press, whispers, counted, shown, store, lines } = await told();
    const read = store.incidentRecord.bind(store);
    store.incidentRecord = async (name) => {
      if (isBroken) throw new Error('the disk is full');
      return read(name);
    };
    const pressed = press('driftwire_ack');
    await send(pressed);
    expect(whispers()).toEqual([expect.stringContaining('This could not be done at the moment')]);
    expect(lines.join()).toContain('the disk is full');
    isBroken = false;
    await send(pressed);
    expect(shown()).toContain('Acknowledged by alice');
    expect(counted).toEqual(['acknowledge failed', 'acknowledge done']);
  });

  test('while the message is brought up to date leaves the press done', async () => {
    const { send, press, counted, lines, mutes, timing } = await told({
      refresh: async () => {
        throw new Error('Slack is away');
      },
    });
    await send(press('driftwire_mute_1h'));
    expect(counted).toEqual(['mute done']);
    expect(lines.join()).toContain('Slack is away');
    expect(await mutes.inForce(timing.now())).toHaveLength(1);
  });

  test('while Slack is away is shown as soon as Slack is back', async () => {
    const { send, press, shown, slack, timing } = await told({ waitsMs: [60_000, 60_000, 60_000] });
    slack.failMethod('chat.update', ...Array.from({ length: 6 }, () => ({ kind: 'status', status: 503 }) as const));
    const began = timing.now();
    await send(press('driftwire_ack', { userName: 'bob' }));
    expect(shown()).toContain('Acknowledged by bob');
    expect(timing.now() - began).toBeGreaterThan(60_000);
  });

  test('for good is left to the next event', async () => {
    const { send, press, shown, slack, change } = await told({ waitsMs: [1_000] });
    slack.failMethod('chat.update', ...Array.from({ length: 10 }, () => ({ kind: 'status', status: 503 }) as const));
    await send(press('driftwire_ack', { userName: 'bob' }));
    expect(shown()).not.toContain('Acknowledged');
    expect(await change('e2')).toEqual([{ kind: 'delivered' }]);
    expect(shown()).toContain('Acknowledged by bob');
  });

  test('between the mute and the message is made good at the next start', async () => {
    const { send, press, shown, store, actionsOfAProcess, timing, mutes } = await told();
    const write = store.replaceIncidentRecord.bind(store);
    store.replaceIncidentRecord = async () => {
      throw new Error('the process is dead');
    };
    await send(press('driftwire_mute_1h', { userName: 'bob' }));
    expect(await mutes.inForce(timing.now())).toHaveLength(1);
    expect(shown()).not.toContain('Muted by');
    await actionsOfAProcess().recover();
    store.replaceIncidentRecord = write;
    await actionsOfAProcess().recover();
    expect(shown()).toContain('Muted by bob');
  });

  test('in the count does not take the press with it', async () => {
    const { send, press, lines, shown } = await told({
      parts: {
        count: async () => {
          throw new Error('busy');
        },
      },
    });
    await send(press('driftwire_ack'));
    expect(shown()).toContain('Acknowledged by alice');
    expect(lines.join()).toContain('busy');
  });
});
