import { describe, expect, test } from 'vitest';
import { type DiscordMessage, discordParcels } from '../../../../../lib/core/deliver/receivers/discord-message.ts';
import type { Delivery } from '../../../../../lib/core/model/delivery.ts';
import { alertDeliveryWith } from '../../../../support/alerts.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';

function messages(deliveries: readonly Delivery[], mayBeRepeat = false): readonly DiscordMessage[] {
  return discordParcels(deliveries.map((delivery) => ({ delivery, mayBeRepeat }))).map(({ message }) => message);
}

function by(user: string, id: string, change: object = {}): Delivery {
  return deliveryWith({ id, findings: [{ actor: { user, principal: user }, ...change }] });
}

const total = ({ embeds }: DiscordMessage) =>
  embeds.reduce((sum, { title, description, footer }) => sum + title.length + description.length + footer.text.length, 0);

describe('a message for Discord', () => {
  test('tells of one event what there is to know', () => {
    const [message, ...others] = messages([by('alice', 'event-1')]);
    expect(others).toEqual([]);
    expect(message).toMatchObject({ content: '🟡 Warning: 1 event', allowed_mentions: { parse: [] } });
    expect(message?.embeds).toEqual([
      {
        title: '🟡 alice patched Deployment shop/checkout',
        description: expect.stringMatching(
          /^\*\*Who\*\* alice\n[\s\S]*\*\*Where\*\* prod \\\(111122223333\\\)[\s\S]*\[Cluster in EKS\]\(https:\/\/[^)]*\)$/,
        ),
        color: 0xe8b62d,
        timestamp: '2026-03-14T09:26:53.589Z',
        footer: { text: 'Warning · Manual Kubernetes change · id event-1' },
      },
    ]);
  });

  test('tells of a burst of one person in one card, with the worst priority and a count', () => {
    const burst = Array.from({ length: 12 }, (_, n) => by('alice', `event-${n}`, n === 5 ? { priority: 'Critical' } : {}));
    const [message] = messages([...burst, by('bob', 'other')]);
    expect(message?.content).toBe('🔴 Critical: 13 events');
    expect(message?.embeds).toHaveLength(2);
    expect(message?.embeds[0]?.title).toBe('🔴 alice\\: 12 events · prod \\(111122223333\\) · cluster demo · eu\\-west\\-1');
    expect(message?.embeds[0]?.description.split('\n')).toHaveLength(9);
    expect(message?.embeds[0]?.description).toMatch(/… and 4 more$/);
  });

  test('is no larger than Discord takes, and every event is in one', () => {
    const long = 'x*'.repeat(500);
    const events = Array.from({ length: 47 }, (_, n) =>
      by(`${n} ${long}`, `event-${n}`, { rule: long, message: long, target: { name: long }, priority: n % 2 === 0 ? 'Error' : 'Debug' }),
    );
    const parcels = discordParcels(events.map((delivery) => ({ delivery, mayBeRepeat: false })));
    expect(parcels.flatMap(({ items }) => items.map(({ delivery }) => delivery.key))).toEqual(events.map(({ key }) => key));
    for (const { message } of parcels) {
      expect(message.embeds.length).toBeLessThanOrEqual(10);
      expect(total(message)).toBeLessThanOrEqual(6_000);
      for (const { title, description } of message.embeds) {
        expect(title.length).toBeLessThanOrEqual(256);
        expect(description.length).toBeLessThanOrEqual(4_096);
      }
    }
    const small = messages(
      Array.from({ length: 21 }, (_, n) =>
        deliveryWith({ id: `e${n}`, recordText: '{}', findings: [{ message: 'm', actor: { user: `u${n}`, principal: null } }] }),
      ),
    );
    expect(small.every(({ embeds }) => embeds.length <= 10)).toBe(true);
  });

  test('with ten small cards has no eleventh', () => {
    const alerts = Array.from({ length: 11 }, (_, n) =>
      alertDeliveryWith({ labels: { alertname: 'A' }, annotations: {}, generatorURL: '' }, { groupKey: String(n) }),
    );
    expect(messages(alerts).map(({ embeds }) => embeds.length)).toEqual([10, 1]);
  });

  test('cannot ping, format or link with a text from the log', () => {
    const user = '<!channel> @everyone <@1> [x](https://evil) `code` \u202eright to left';
    const [message] = messages([by(user, 'hostile', { target: { name: user } })]);
    const texts = message?.embeds.map(({ title, description }) => `${title}\n${description}`).join('\n') ?? '';
    expect(texts).not.toMatch(/(?<!\\)<|(?<!\\)@|(?<!\\)`|\u202e|https:\/\/evil/);
    expect(texts).toContain('\\@everyone');
  });

  test('shows alerts of a group on one card: firing, then resolved', () => {
    const firing = alertDeliveryWith();
    const resolved = alertDeliveryWith({ status: 'resolved', endsAt: '2026-11-20T09:30:00Z' });
    const [first] = messages([firing]);
    expect(first?.content).toBe('🔴 Critical: 1 alert');
    const [both] = messages([firing, resolved, by('alice', 'event-1')]);
    expect(both?.content).toBe('🔴 Critical: 1 event and 2 alerts');
    expect(both?.embeds[0]).toMatchObject({ title: expect.stringContaining('1 firing, 1 resolved'), color: 0xd92d3a });
    expect(both?.embeds[0]?.description).toContain('**resolved** PodCrashLooping');
    const [over] = messages([resolved]);
    expect(over?.embeds[0]).toMatchObject({ color: 0x2eb67d, title: expect.stringMatching(/^✅/) });
  });

  test('leaves out rows for which there is no room, and keeps the links', () => {
    const long = '*'.repeat(600);
    const actor = { principal: long, session: long, source_identity: long, user_agent: long, source_ip: long, impersonates: long };
    const [message] = messages([
      by(long, 'a', { actor, message: long, rule: long, reason: long, target: { name: long, arn: long }, truncated: true }),
    ]);
    expect(message?.embeds[0]?.description.length).toBeLessThanOrEqual(2_000);
    expect(message?.embeds[0]?.description).toMatch(/\[Cluster in EKS\]\([^)]*\)$/);
  });

  test('is as bad as the worst of its cards, in any order', () => {
    const [warning, critical] = [by('alice', 'a'), by('bob', 'b', { priority: 'Critical' })];
    for (const events of [
      [warning, critical],
      [critical, warning],
    ]) {
      expect(messages(events)[0]?.content).toBe('🔴 Critical: 2 events');
    }
  });

  test('leads to the runbook, where there is one; an alert names its own', () => {
    const links = { runbookUrl: 'https://wiki/runbook#{rule}' };
    const items = [by('alice', 'a'), alertDeliveryWith()].map((delivery) => ({ delivery, mayBeRepeat: false }));
    const [message] = discordParcels(items, links).map((parcel) => parcel.message);
    expect(
      message?.embeds.map(({ description }) => description.includes('[Runbook](https://wiki/runbook#manual-kubernetes-change)')),
    ).toEqual([true, false]);
  });

  test('says when it may be a repeat', () => {
    expect(messages([by('alice', 'a')], true)[0]?.embeds[0]?.footer.text).toContain('may be a repeat');
  });

  test('has no empty link line, and leaves out a place that nobody knows', () => {
    const nowhere = { account: null, account_name: null, region: null, cluster: null };
    const [message] = messages([by('alice', 'a', nowhere), by('alice', 'b', nowhere)]);
    expect(message?.embeds[0]?.title).toBe('🟡 alice\\: 2 events');
    expect(messages([by('alice', 'a', nowhere)])[0]?.embeds[0]?.description).not.toMatch(/\n$/);
  });
});
