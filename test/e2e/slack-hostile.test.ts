import { describe, expect, it } from 'vitest';
import { marksOfContent } from '../support/fake-slack/content.ts';
import { BURST, CHANGE, FALCO, HOSTILE, hostileDelivery } from '../support/slack-scenes.ts';
import { deliveryOfAlert } from '../support/slack-views.ts';
import { SlackWorld } from '../support/slack-world.ts';

const OURS = /^https:\/\/(?:[a-z0-9-]+\.console\.aws\.amazon\.com|grafana\.example\.com|wiki\.example\.com)\//;

describe('a hostile log on its whole way into a channel', () => {
  it('makes messages that a strict Slack takes at once, that ping nobody and lead nowhere else', async () => {
    const links = { grafanaUrl: 'https://grafana.example.com', runbookUrl: 'https://wiki.example.com/#{rule}' };
    const world = new SlackWorld({ sink: { render: { links, hasButtons: true, hasThreads: true } } });
    await world.slack.start();
    try {
      const hostile = HOSTILE.flatMap((text, index) => [
        hostileDelivery(text),
        // more events of the same person, so that summaries and threads have the texts too
        ...[1, 2, 3].map((n) => ({ ...hostileDelivery(text), key: `hostile ${index} ${n}`, requestKey: `hostile ${index} ${n}` })),
      ]);
      const alerts = HOSTILE.map((text, index) => ({
        ...deliveryOfAlert(
          {
            groupKey: text,
            fingerprint: `${index}`,
            labels: { alertname: text, [text]: text },
            annotations: { runbook_url: text, [text]: text },
            generatorUrl: text,
          },
          { rule: text, message: text },
        ),
        key: `alert ${index}`,
      }));
      const all = [...hostile, ...alerts, CHANGE, FALCO, ...BURST];
      await world.untilTold(all);
      expect(world.slack.findings()).toEqual([]);
      const messages = world.slack.visible().flatMap((parent) => [parent, ...parent.replies]);
      expect(messages.length).toBeGreaterThan(15);
      for (const message of messages) {
        const { mentions, links: led, strays } = marksOfContent(message);
        expect({ mentions, strays, elsewhere: led.filter((link) => !OURS.test(link)) }).toEqual({
          mentions: [],
          strays: [],
          elsewhere: [],
        });
        expect(message.blocks?.length ?? 0).toBeGreaterThan(0);
      }
      expect(JSON.stringify(messages)).not.toContain('hunter2');
    } finally {
      await world.slack.stop();
    }
  }, 60_000);
});
