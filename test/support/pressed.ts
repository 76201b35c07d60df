/** An incident that stands in a fake Slack, with its sink and its buttons at work on one clock. */
import { MuteBook } from '../../lib/sinks/slack-mutes.ts';
import { IncidentDesk, type Refresh } from '../../lib/slack-actions/incident-desk.ts';
import { type AllowedPressers, type GroupMembers, PressGate } from '../../lib/slack-actions/press-gate.ts';
import { Responder } from '../../lib/slack-actions/responder.ts';
import { type ActionsAnswer, SlackActions, type SlackActionsParts } from '../../lib/slack-actions/slack-actions.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import type { SignedRequest } from './fake-slack/interactions.ts';
import { FakeSlack } from './fake-slack/server.ts';
import type { VisibleMessage } from './fake-slack/workspace.ts';
import { slackSink } from './slack-sink.ts';
import { manualTiming } from './timing.ts';

/** What a test needs to be different. */
export interface PressedOptions {
  readonly allowed?: Partial<AllowedPressers>;
  readonly membersOf?: GroupMembers;
  readonly refresh?: Refresh;
  readonly waitsMs?: readonly number[];
  readonly parts?: Partial<SlackActionsParts>;
}

/** Starts it. */
export async function pressedSlack(options: PressedOptions = {}) {
  const timing = manualTiming();
  const slack = new FakeSlack({ now: timing.now });
  await slack.start();
  const store = new MemoryStore({ nowMs: timing.now });
  const mutes = new MuteBook(store);
  const sink = slackSink(slack, { timing, records: store, mutes });
  const responder = new Responder(slack.apiUrl);
  const counted: string[] = [];
  const lines: string[] = [];
  const { allowed, membersOf = async () => undefined } = options;
  /** Another process has forgotten what this one remembers. */
  const actionsOfAProcess = (): SlackActions =>
    new SlackActions({
      signingSecret: slack.signingSecret,
      gate: new PressGate({ users: [], usergroups: [], ...allowed }, membersOf),
      incidents: new IncidentDesk(store, options.refresh ?? ((marker) => sink.refresh(marker)), {
        waitsMs: options.waitsMs ?? [],
        sleep: timing.sleep,
        isOver: () => false,
      }),
      mutes,
      respond: responder.respond,
      count: async (action, outcome) => {
        counted.push(`${action} ${outcome}`);
      },
      log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields, error: String(fields?.['error'] ?? '') })),
      nowMs: timing.now,
      ...options.parts,
    });
  const actions = actionsOfAProcess();
  const send = async ({ headers, body }: SignedRequest, to: SlackActions = actions): Promise<ActionsAnswer> => {
    const answer = to.take(headers, Buffer.from(body));
    if ('after' in answer) await answer.after?.();
    return answer;
  };
  /** The one message in the channel. */
  const parent = (): VisibleMessage => {
    const [message, ...more] = slack.visible();
    if (message === undefined || more.length > 0) throw new Error(`${more.length} more messages`);
    return message;
  };
  const stop = async (): Promise<void> => {
    sink.close();
    responder.close();
    await slack.stop({ strict: true });
  };
  return { timing, slack, store, mutes, sink, counted, lines, actionsOfAProcess, send, parent, stop };
}
