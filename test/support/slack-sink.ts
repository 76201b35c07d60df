import type { Timing } from '../../lib/clients/retry.ts';
import type { OnResult } from '../../lib/core/ports.ts';
import { SlackSink, type SlackSinkOptions, type SlackSinkParts } from '../../lib/sinks/slack.ts';
import { SlackBot } from '../../lib/sinks/slack-bot.ts';
import type { SlackPoster } from '../../lib/sinks/slack-poster.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import type { FakeSlack } from './fake-slack/server.ts';

/** What a test needs to be different in a Slack sink. */
export interface SlackSinkChange extends Partial<Omit<SlackSinkOptions, 'routing'>> {
  readonly timing: Timing;
  readonly onResult?: OnResult;
  readonly records?: SlackSinkParts['records'];
  readonly mutes?: SlackSinkParts['mutes'];
  readonly poster?: SlackPoster;
  readonly token?: string;
  readonly routing?: Partial<SlackSinkOptions['routing']>;
}

/** A sink with a bot token at a fake Slack; events within 15 minutes are one incident, twenty new ones a minute have messages. */
export function slackSink(slack: FakeSlack, change: SlackSinkChange): SlackSink {
  const { timing, onResult, records, mutes, poster, token, routing, ...options } = change;
  const timeoutMs = options.timeoutMs ?? 2_000;
  return new SlackSink(
    {
      routing: { routes: [], clusters: {}, accounts: {}, channel: 'C0DRIFT', ...routing },
      minimumPriority: 'Debug',
      windowMs: 15 * 60_000,
      maxIncidentsAMinute: 20,
      render: { links: {}, hasButtons: true, hasThreads: true },
      timeoutMs,
      ...options,
    },
    {
      poster: poster ?? new SlackBot({ token: token ?? slack.token, apiUrl: slack.apiUrl, timeoutMs, nowMs: () => timing.now() }),
      records: records ?? new MemoryStore({ nowMs: () => timing.now() }),
      timing,
      ...(onResult === undefined ? {} : { onResult }),
      ...(mutes === undefined ? {} : { mutes }),
    },
  );
}
