/** From the configuration to the receivers beside Slack. Loaded only where there are any. */
import type { HttpClientOptions } from './clients/http.ts';

import type { ReceiverOptions } from './config/schema.ts';
import type { SecretReference } from './config/schema-values.ts';
import { priorityOf } from './config/to-policy.ts';
import type { LinkSettings } from './core/deliver/slack/links.ts';
import type { Documents, OnResult, Sink } from './core/ports.ts';
import { alertmanagerSink } from './sinks/alertmanager.ts';
import { discordSink } from './sinks/discord.ts';
import { pagerDutySink } from './sinks/pagerduty.ts';
import type { ReceiverParts } from './sinks/receiver-sink.ts';
import { snsSink } from './sinks/sns.ts';
import { webhookSink } from './sinks/webhook.ts';

/** A place in the configuration. */
export type ConfigPath = readonly PropertyKey[];

/** What opening receivers needs of the one who opens all sinks. */
export interface ReceiverOpener {
  /** Reads a secret; empty, and noted as a problem, when it cannot be read. */
  read(reference: SecretReference, path: ConfigPath): Promise<string>;
  /** Undefined, and noted as a problem, for what cannot be made of this part of the configuration. */
  attempt<T>(path: ConfigPath, make: () => T): T | undefined;
  /** Credentials, certificates and timeouts of a client. */
  http(auth: HttpAuthConfig, path: ConfigPath): Promise<HttpClientOptions>;
}

/** How a receiver is reached. */
export interface HttpAuthConfig {
  readonly username?: string | undefined;
  readonly password?: SecretReference | undefined;
  readonly token?: SecretReference | undefined;
  readonly timeout_seconds: number;
  readonly tls?: { readonly ca_file?: string | undefined; readonly insecure_skip_verify: boolean } | undefined;
}

/** Makes the receivers, which keep in the store what they have sent. */
export type Receivers = (documents: Documents, onResult?: OnResult) => readonly Sink[];

type Make = (parts: ReceiverParts) => Sink;

/** Opens every receiver of the configuration. Connects to nothing yet. */
export async function openReceivers(
  receivers: readonly ReceiverOptions[],
  opener: ReceiverOpener,
  links: LinkSettings,
): Promise<Receivers> {
  const makers: Make[] = [];
  for (const [index, receiver] of receivers.entries()) {
    const path = ['receivers', index];
    const make = await makerOf(receiver, path, opener, links);
    // made once here, so that what is wrong with it is told before anything starts
    const probe = opener.attempt(path, () => make({}));
    probe?.close();
    makers.push(make);
  }
  return (documents, onResult) => makers.map((make) => make({ documents, onResult }));
}

async function makerOf(receiver: ReceiverOptions, path: ConfigPath, opener: ReceiverOpener, links: LinkSettings): Promise<Make> {
  const common = { name: receiver.name ?? receiver.type, minimumPriority: priorityOf(receiver.minimum_priority) };
  switch (receiver.type) {
    case 'webhook': {
      const http = await opener.http(receiver, path);
      return (parts) => webhookSink({ ...common, url: receiver.url, http }, parts);
    }
    case 'discord': {
      const webhookUrl = await opener.read(receiver.webhook_url, [...path, 'webhook_url']);
      return (parts) => discordSink({ ...common, links, webhookUrl, timeoutMs: receiver.timeout_seconds * 1000 }, parts);
    }
    case 'pagerduty': {
      const routingKey = await opener.read(receiver.routing_key, [...path, 'routing_key']);
      return (parts) =>
        pagerDutySink({ ...common, links, url: receiver.url, routingKey, timeoutMs: receiver.timeout_seconds * 1000 }, parts);
    }
    case 'sns':
      return (parts) => snsSink({ ...common, topicArn: receiver.topic_arn, open: () => openSns(receiver.topic_arn) }, parts);
    case 'alertmanager': {
      const http = await opener.http(receiver, path);
      const holdMs = receiver.resolve_after_minutes * 60_000;
      return (parts) => alertmanagerSink({ ...common, links, url: receiver.url, http, holdMs }, parts);
    }
  }
}

/** The topic's own region; the SDK takes long to load and is needed only when something is sent. */
async function openSns(topicArn: string): ReturnType<Parameters<typeof snsSink>[0]['open']> {
  const { sns } = await import('./clients/sns.ts');
  const region = topicArn.split(':')[3];
  return sns(region === undefined ? {} : { region });
}
