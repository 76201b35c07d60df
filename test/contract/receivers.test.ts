/** The receivers beside Slack, each against a strict fake of its own kind. */

import type { RetryPolicy } from '../../lib/clients/retry.ts';
import { sns } from '../../lib/clients/sns.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import { alertmanagerSink } from '../../lib/sinks/alertmanager.ts';
import { discordSink } from '../../lib/sinks/discord.ts';
import { pagerDutySink } from '../../lib/sinks/pagerduty.ts';
import { snsSink } from '../../lib/sinks/sns.ts';
import { webhookSink } from '../../lib/sinks/webhook.ts';
import { deliveryWith } from '../support/deliveries.ts';
import { FakeAlertmanager } from '../support/receivers/fake-alertmanager.ts';
import { FakeDiscord } from '../support/receivers/fake-discord.ts';
import { FakePagerDuty } from '../support/receivers/fake-pagerduty.ts';
import type { FakeServer } from '../support/receivers/fake-server.ts';
import { FakeSns } from '../support/receivers/fake-sns.ts';
import { FakeWebhook } from '../support/receivers/fake-webhook.ts';
import { type SinkHarness, type SinkHarnessOptions, sinkContract } from './sink.ts';

const RETRY: RetryPolicy = { maxAttempts: 5, baseMs: 200, capMs: 5_000, totalMs: 30_000 };

/** Events of different people, so that each is something of its own to every receiver. */
function eventOf(id: string, rule: string, nowMs: number): Delivery {
  return deliveryWith({ id, timeNs: BigInt(nowMs - 1_000) * 1_000_000n, findings: [{ rule, actor: { user: id, principal: id } }] });
}

function common(server: FakeServer, { timing }: SinkHarnessOptions): Omit<SinkHarness, 'sink' | 'stored'> {
  return {
    deliveries: (count) => Array.from({ length: count }, (_, n) => eventOf(`event-${n}`, 'Manual Kubernetes change', timing.now())),
    refused: eventOf('moderated', 'Refused', timing.now()),
    fail: (...faults) => server.fail(...faults),
    requests: () => server.posts,
    stop: () => server.stop(),
  };
}

sinkContract('webhook', async (options) => {
  const { timing, onResult, secret: token, expectedSecret, timeoutMs } = options;
  const fake = new FakeWebhook({ token: expectedSecret, now: () => timing.now() });
  const url = await fake.server.start();
  const http = { timeoutMs, auth: { kind: 'bearer', token } } as const;
  return {
    ...common(fake.server, options),
    sink: webhookSink({ name: 'webhook', minimumPriority: 'Debug', retry: RETRY, url, http }, { timing, onResult }),
    stored: () => new Map([...fake.events().keys()].map((id) => [id, 1])),
  };
});

sinkContract('discord', async (options) => {
  const { timing, onResult, secret, expectedSecret, timeoutMs } = options;
  const fake = new FakeDiscord({ token: expectedSecret.replaceAll(' ', '-'), now: () => timing.now() });
  const webhookUrl = `${await fake.server.start()}${FakeDiscord.path(secret)}`;
  return {
    ...common(fake.server, options),
    isBlindToRepeats: true,
    sink: discordSink({ name: 'discord', minimumPriority: 'Debug', retry: RETRY, webhookUrl, timeoutMs }, { timing, onResult }),
    stored: () => fake.counts(),
  };
});

sinkContract('pagerduty', async (options) => {
  const { timing, onResult, secret: routingKey, expectedSecret, timeoutMs } = options;
  const fake = new FakePagerDuty({ routingKey: expectedSecret, now: () => timing.now() });
  const url = await fake.server.start();
  return {
    ...common(fake.server, options),
    sink: pagerDutySink({ name: 'pagerduty', minimumPriority: 'Debug', retry: RETRY, url, routingKey, timeoutMs }, { timing, onResult }),
    stored: () => new Map([...fake.incidents.keys()].map((key) => [key, 1])),
    // a check is a post, too, that comes to nothing
    requests: () => fake.server.posts.filter(({ body }) => !body.includes('driftwire/check')),
  };
});

sinkContract('alertmanager', async (options) => {
  const { timing, onResult, secret: password, expectedSecret, timeoutMs } = options;
  const authorization = `Basic ${Buffer.from(`writer:${expectedSecret}`).toString('base64')}`;
  const fake = new FakeAlertmanager({ authorization, now: () => timing.now() });
  const url = await fake.server.start();
  const http = { timeoutMs, auth: { kind: 'basic', username: 'writer', password } } as const;
  return {
    ...common(fake.server, options),
    sink: alertmanagerSink(
      { name: 'alertmanager', minimumPriority: 'Debug', retry: RETRY, url, http, holdMs: 900_000 },
      { timing, onResult },
    ),
    stored: () => new Map([...fake.alerts.values()].map(({ labels, times }) => [labels['user'] ?? '', times])),
  };
});

for (const topicArn of ['arn:aws:sns:eu-west-1:111122223333:drift', 'arn:aws:sns:eu-west-1:111122223333:drift.fifo']) {
  sinkContract(topicArn.endsWith('.fifo') ? 'sns (FIFO)' : 'sns', async (options) => {
    const { timing, onResult, secret, expectedSecret, timeoutMs } = options;
    const keyOf = (text: string) => text.replaceAll(/\W/g, '');
    const fake = new FakeSns({ topicArn, accessKeyId: keyOf(expectedSecret), now: () => timing.now() });
    const endpoint = await fake.server.start();
    const credentials = { accessKeyId: keyOf(secret), secretAccessKey: secret };
    return {
      ...common(fake.server, options),
      ...(topicArn.endsWith('.fifo') ? {} : { isBlindToRepeats: true as const }),
      sink: snsSink(
        {
          name: 'sns',
          minimumPriority: 'Debug',
          retry: RETRY,
          topicArn,
          open: async () => sns({ endpoint, region: 'eu-west-1', timeoutMs, credentials }),
        },
        { timing, onResult },
      ),
      stored: () => {
        const counts = new Map<string, number>();
        for (const { attributes } of fake.published) counts.set(attributes['user'] ?? '', (counts.get(attributes['user'] ?? '') ?? 0) + 1);
        return counts;
      },
      requests: () => fake.server.posts.filter(({ body }) => body.includes('PublishBatch')),
    };
  });
}
