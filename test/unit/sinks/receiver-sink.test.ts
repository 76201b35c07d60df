import { afterEach, describe, expect, test } from 'vitest';
import { actionName } from '../../../lib/core/deliver/incident/action-name.ts';
import { subjectOf } from '../../../lib/core/deliver/mute.ts';
import { DriftwireError } from '../../../lib/core/errors.ts';
import type { Delivery } from '../../../lib/core/model/delivery.ts';
import type { Documents } from '../../../lib/core/ports.ts';
import { alertmanagerSink } from '../../../lib/sinks/alertmanager.ts';
import { discordSink } from '../../../lib/sinks/discord.ts';
import { pagerDutySink } from '../../../lib/sinks/pagerduty.ts';
import { MuteBook } from '../../../lib/sinks/slack-mutes.ts';
import { webhookSink } from '../../../lib/sinks/webhook.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { alertDeliveryWith } from '../../support/alerts.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import { FakeAlertmanager } from '../../support/receivers/fake-alertmanager.ts';
import { FakeDiscord } from '../../support/receivers/fake-discord.ts';
import { FakePagerDuty } from '../../support/receivers/fake-pagerduty.ts';
import { FakeWebhook } from '../../support/receivers/fake-webhook.ts';
import { manualTiming } from '../../support/timing.ts';

const MINUTE_MS = 60_000;
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0)) await each();
});

const by = (user: string, id: string, change: object = {}): Delivery =>
  deliveryWith({ id, findings: [{ actor: { user, principal: user }, ...change }] });

async function discordWith(documents: Documents | undefined = new MemoryStore()) {
  const timing = manualTiming();
  const fake = new FakeDiscord({ token: 'a-secret-token', now: () => timing.now() });
  const webhookUrl = `${await fake.server.start()}${FakeDiscord.path('a-secret-token')}`;
  undo.push(() => fake.server.stop());
  const open = () => {
    const sink = discordSink({ name: 'discord', minimumPriority: 'Debug', webhookUrl, timeoutMs: 2_000 }, { timing, documents });
    undo.push(() => sink.close());
    return sink;
  };
  return { timing, fake, open };
}

describe('Discord', () => {
  test('is told of a burst in one message, and stays below the limit of its webhook', async () => {
    const { fake, open } = await discordWith();
    const people = Array.from({ length: 40 }, (_, person) =>
      Array.from({ length: 50 }, (_unused, n) => by(`user-${person}`, `${person}-${n}`)),
    );
    const results = await open().deliver(people.flat());
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['delivered']));
    expect(fake.messages.flat()).toHaveLength(40);
    expect(fake.messages.length).toBeLessThan(30);
    expect(fake.nuisances).toEqual([]);
  });

  test('is not told again by the next process what was sent but not settled', async () => {
    const { fake, open } = await discordWith();
    await open().deliver([by('alice', 'a'), by('bob', 'b')]);
    expect(await open().deliver([by('alice', 'a'), by('bob', 'b'), by('carol', 'c')])).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'delivered' })),
    );
    expect([...fake.counts().values()]).toEqual([1, 1, 1]);
  });

  test('is told again, and that it may be a repeat, when nobody knows whether it came', async () => {
    const { fake, open } = await discordWith();
    fake.server.fail('hang');
    const ended = new AbortController();
    const dying = open().deliver([by('alice', 'a')], { signal: ended.signal });
    while (fake.server.posts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    ended.abort();
    expect(await dying).toMatchObject([{ kind: 'later' }]);
    expect(await open().deliver([by('alice', 'a')])).toEqual([{ kind: 'delivered' }]);
    expect(fake.messages.flat().map(({ footer }) => footer)).toEqual([expect.stringContaining('may be a repeat')]);
  });

  test('does not forget a lost answer over a refusal that comes after it', async () => {
    const { timing, fake, open } = await discordWith();
    fake.server.fail('answer_lost', { status: 429, headers: { 'retry-after': '60' } });
    expect(await open().deliver([by('alice', 'a')])).toMatchObject([{ kind: 'later' }]);
    timing.advance(MINUTE_MS);
    expect(await open().deliver([by('alice', 'a')])).toEqual([{ kind: 'delivered' }]);
    expect(fake.messages.flat().map(({ footer }) => footer.includes('may be a repeat'))).toEqual([false, true]);
  });

  test('does not call a repeat what was refused for its rate', async () => {
    const { fake, open } = await discordWith();
    fake.server.fail({ status: 429, headers: { 'retry-after': '2' } });
    expect(await open().deliver([by('alice', 'a')])).toEqual([{ kind: 'delivered' }]);
    expect(fake.messages.flat()[0]?.footer).not.toContain('repeat');
  });

  test('keeps its secret address out of every message', async () => {
    const { fake, open } = await discordWith();
    const sink = open();
    fake.server.fail({ status: 404 });
    const told = [await sink.deliver([by('alice', 'a')]), await sink.check()];
    await fake.server.stop();
    told.push(await open().deliver([by('bob', 'b')]), await open().check());
    expect(told.flat()).toHaveLength(4);
    expect(JSON.stringify(told)).not.toContain('a-secret-token');
    expect(() => discordSink({ name: 'd', minimumPriority: 'Debug', webhookUrl: 'ftp://secret', timeoutMs: 1 })).toThrow(DriftwireError);
  });

  test('gets nothing that cannot be noted first, and loses nothing by it', async () => {
    const store = new MemoryStore();
    let isBroken = true;
    const documents: Documents = {
      document: (name) => store.document(name),
      replaceDocument: async (name, body, version) => {
        if (isBroken) throw new DriftwireError('DW_STORE_UNAVAILABLE', 'the disk is full', { retryable: true });
        return store.replaceDocument(name, body, version);
      },
    };
    const { fake, open } = await discordWith(documents);
    expect(await open().deliver([by('alice', 'a')])).toMatchObject([{ kind: 'later', reason: 'unavailable' }]);
    expect(fake.messages).toEqual([]);
    isBroken = false;
    expect(await open().deliver([by('alice', 'a')])).toEqual([{ kind: 'delivered' }]);
  });

  test('is not told of what people have muted, as long as the mute lasts', async () => {
    const store = new MemoryStore();
    const { timing, fake, open } = await discordWith(store);
    const [muted, other] = [by('alice', 'a'), by('bob', 'b')];
    const mute = {
      incident: 'marker',
      subject: subjectOf(muted),
      actions: [actionName(muted.findings[0].finding)],
      worst: 'Warning',
      user: 'alice',
      place: '',
      by: 'U1',
      sinceMs: timing.now(),
      untilMs: timing.now() + MINUTE_MS,
    } as const;
    await new MuteBook(store).mute(mute, 'press', timing.now());
    expect(await open().deliver([muted, other])).toEqual([{ kind: 'delivered', skipped: 'muted' }, { kind: 'delivered' }]);
    expect([...fake.counts().keys()]).toEqual(['b']);
    timing.advance(MINUTE_MS);
    expect(await open().deliver([by('alice', 'c')])).toEqual([{ kind: 'delivered' }]);
  });

  test('refuses one event of several only', async () => {
    const { fake, open } = await discordWith();
    const results = await open().deliver([by('alice', 'a'), by('moderated', 'm'), by('alice', 'b'), by('bob', 'c')]);
    expect(results.map(({ kind }) => kind)).toEqual(['delivered', 'refused', 'delivered', 'delivered']);
    expect(results[1]).toMatchObject({ reason: 'invalid', permanent: true, message: expect.stringContaining('automatic moderation') });
    expect(fake.messages.flat()).not.toEqual([]);
  });
});

describe('a receiver', () => {
  test('is asked nothing while it is barred, for a minute', async () => {
    const timing = manualTiming();
    const fake = new FakeWebhook({ token: 'right', now: () => timing.now() });
    const url = await fake.server.start();
    const http = { timeoutMs: 2_000, auth: { kind: 'bearer', token: 'wrong' } } as const;
    const sink = webhookSink({ name: 'hook', minimumPriority: 'Debug', url, http }, { timing });
    undo.push(
      () => sink.close(),
      () => fake.server.stop(),
    );
    await sink.deliver([by('alice', 'a'), by('alice', 'b')]);
    await sink.deliver([by('alice', 'c')]);
    expect(fake.server.posts).toHaveLength(1);
    timing.advance(MINUTE_MS);
    await sink.deliver([by('alice', 'c')]);
    expect(fake.server.posts).toHaveLength(2);
  });

  test('that has asked to be left alone is not checked meanwhile', async () => {
    const timing = manualTiming();
    const fake = new FakeWebhook({ now: () => timing.now() });
    const url = await fake.server.start();
    const sink = webhookSink({ name: 'hook', minimumPriority: 'Debug', url, http: { timeoutMs: 2_000 } }, { timing });
    undo.push(
      () => sink.close(),
      () => fake.server.stop(),
    );
    fake.server.fail({ status: 503, headers: { 'retry-after': '90' } });
    await sink.deliver([by('alice', 'a')]);
    expect(await sink.check()).toMatchObject({ ok: false, reason: 'paused' });
    timing.advance(90_000);
    expect(await sink.check()).toMatchObject({ ok: true, note: expect.stringContaining('first one') });
  });

  test('has an event already when it says 409', async () => {
    const fake = new FakeWebhook();
    const url = await fake.server.start();
    const sink = webhookSink({ name: 'hook', minimumPriority: 'Debug', url, http: { timeoutMs: 2_000 } });
    undo.push(
      () => sink.close(),
      () => fake.server.stop(),
    );
    fake.server.fail({ status: 409 });
    expect(await sink.deliver([by('alice', 'a')])).toEqual([{ kind: 'delivered' }]);
  });
});

describe('an alert', () => {
  const firing = alertDeliveryWith();
  const resolved = alertDeliveryWith({ status: 'resolved', endsAt: '2026-11-20T09:30:00Z' });

  async function pagerDutyWith() {
    const fake = new FakePagerDuty({ routingKey: 'key' });
    const url = await fake.server.start();
    const documents = new MemoryStore();
    const open = () => {
      const sink = pagerDutySink({ name: 'pagerduty', minimumPriority: 'Debug', url, routingKey: 'key', timeoutMs: 2_000 }, { documents });
      undo.push(() => sink.close());
      return sink;
    };
    undo.push(() => fake.server.stop());
    return { fake, open };
  }

  test('that is over is not opened by its beginning that comes after it', async () => {
    const { fake, open } = await pagerDutyWith();
    await open().deliver([resolved]);
    expect(await open().deliver([firing])).toEqual([{ kind: 'delivered', skipped: true }]);
    expect(fake.incidents.size).toBe(0);
    const again = alertDeliveryWith({ startsAt: '2026-11-20T10:00:00Z' });
    expect(await open().deliver([again])).toEqual([{ kind: 'delivered' }]);
    expect([...fake.incidents.values()].map(({ status }) => status)).toEqual(['triggered']);
  });

  test('is ended by its end in one call, in any order', async () => {
    const { fake, open } = await pagerDutyWith();
    expect(await open().deliver([resolved, firing])).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }]);
    expect([...fake.incidents.values()].map(({ status }) => status)).toEqual(['resolved']);
  });

  test('is not told to fire in Discord after it was told to be over', async () => {
    const { fake, open } = await discordWith();
    await open().deliver([resolved]);
    await open().deliver([firing]);
    expect(fake.messages.flat().map(({ title }) => title.split(' ')[0])).toEqual(['✅']);
  });
});

describe('an Alertmanager', () => {
  async function alertmanagerWith(documents = new MemoryStore()) {
    const timing = manualTiming();
    const fake = new FakeAlertmanager({ now: () => timing.now() });
    const url = await fake.server.start();
    undo.push(() => fake.server.stop());
    const open = () => {
      const options = { name: 'alertmanager', minimumPriority: 'Debug', url, http: { timeoutMs: 2_000 }, holdMs: 15 * MINUTE_MS } as const;
      const sink = alertmanagerSink(options, { timing, documents });
      undo.push(() => sink.close());
      return sink;
    };
    const held = () => [...fake.alerts.values()];
    return { timing, fake, open, held };
  }

  test('has one alert of a burst, which fires for a while after its last event', async () => {
    const { timing, open, held } = await alertmanagerWith();
    const sink = open();
    const startMs = timing.now();
    await sink.deliver([by('alice', 'a'), by('alice', 'b')]);
    timing.advance(10 * MINUTE_MS);
    await sink.deliver([by('alice', 'c')]);
    expect(held()).toMatchObject([{ endsAtMs: startMs + 25 * MINUTE_MS, times: 1 }]);
  });

  test('does not fire again or for longer by a repeat, in any process', async () => {
    const { timing, fake, open, held } = await alertmanagerWith();
    const startMs = timing.now();
    await open().deliver([by('alice', 'a')]);
    timing.advance(20 * MINUTE_MS);
    await open().deliver([by('alice', 'a')]);
    expect(held()).toMatchObject([{ endsAtMs: startMs + 15 * MINUTE_MS, times: 1 }]);
    expect(fake.server.posts).toHaveLength(1);
  });

  test('keeps the end of an alert whose first answer was lost', async () => {
    const { timing, fake, open, held } = await alertmanagerWith();
    const startMs = timing.now();
    fake.server.fail('answer_lost', ...Array.from({ length: 4 }, () => ({ status: 500 })));
    expect(await open().deliver([by('alice', 'a')])).toMatchObject([{ kind: 'later' }]);
    timing.advance(5 * MINUTE_MS);
    expect(await open().deliver([by('alice', 'a')])).toEqual([{ kind: 'delivered' }]);
    expect(held()).toMatchObject([{ endsAtMs: startMs + 15 * MINUTE_MS, times: 1 }]);
  });

  test('is told of an event that comes late, or that it could not be told of for long', async () => {
    const { timing, fake, open, held } = await alertmanagerWith();
    const late = deliveryWith({ id: 'late', timeNs: BigInt(timing.now() - 5 * 3_600_000) * 1_000_000n });
    fake.server.fail(...Array.from({ length: 5 }, () => 'reset' as const));
    expect(await open().deliver([late])).toMatchObject([{ kind: 'later' }]);
    timing.advance(3 * 3_600_000);
    expect(await open().deliver([late])).toEqual([{ kind: 'delivered' }]);
    expect(held()).toMatchObject([{ times: 1, endsAtMs: timing.now() + 15 * MINUTE_MS }]);
  });

  test('is never told of alerts of an Alertmanager', async () => {
    const { fake, open } = await alertmanagerWith();
    expect(await open().deliver([alertDeliveryWith()])).toEqual([{ kind: 'delivered', skipped: true }]);
    expect(fake.server.posts).toEqual([]);
    expect(open().takesAlerts).toBe(false);
  });
});
