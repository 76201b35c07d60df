/** The methods of Slack's Web API that the project calls (https://docs.slack.dev/reference/methods, read 2026-11-20). */
import { type Answer, okAnswer, Refusal } from './answer.ts';
import { type Args, readContent } from './content.ts';
import { apiMessage, type Channel, type Message, type Workspace } from './workspace.ts';

/** What a method is called with. */
export interface MethodCall {
  readonly args: Args;
  readonly workspace: Workspace;
  readonly nowMs: number;
  readonly scopes: readonly string[];
  readonly isHistoryScarce: boolean;
}

interface Method {
  /** One of these is enough. */
  readonly scopes: readonly string[];
  readonly run: (call: MethodCall) => Answer;
}

export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': { scopes: [], run: authTest },
  'chat.postMessage': { scopes: ['chat:write'], run: postMessage },
  'chat.postEphemeral': { scopes: ['chat:write'], run: postEphemeral },
  'chat.update': { scopes: ['chat:write'], run: update },
  'chat.delete': { scopes: ['chat:write'], run: remove },
  'chat.getPermalink': { scopes: [], run: permalink },
  'conversations.info': { scopes: ['channels:read', 'groups:read'], run: info },
  'conversations.list': { scopes: ['channels:read', 'groups:read'], run: list },
  'conversations.history': { scopes: ['channels:history', 'groups:history'], run: history },
  'conversations.replies': { scopes: ['channels:history', 'groups:history'], run: replies },
  'usergroups.users.list': { scopes: ['usergroups:read'], run: usergroupUsers },
};

function authTest(): Answer {
  return okAnswer({
    url: 'https://acme.slack.test/',
    team: 'Acme',
    user: 'driftwire',
    team_id: 'TACME',
    user_id: 'UBOT',
    bot_id: 'BBOT',
    is_enterprise_install: false,
  });
}

function postMessage(call: MethodCall): Answer {
  const { args, workspace, nowMs } = call;
  const channel = writableChannel(call);
  const threadTs = text(args, 'thread_ts');
  if (threadTs !== undefined) checkThread(workspace, channel, threadTs);
  const content = readContent(args, false);
  const message: Message = {
    ...content,
    channel: channel.id,
    ts: workspace.newTs(nowMs),
    threadTs,
    isBroadcast: threadTs !== undefined && isTrue(args['reply_broadcast']),
    author: 'UBOT',
    editedTs: undefined,
    edits: 0,
    isTombstone: false,
  };
  workspace.add(message);
  return okAnswer({ channel: channel.id, ts: message.ts, message: apiMessage(message, [], true) });
}

function postEphemeral(call: MethodCall): Answer {
  const { args, workspace, nowMs } = call;
  const channel = writableChannel(call);
  const user = text(args, 'user');
  if (user === undefined || !/^[UW]\w+$/.test(user)) throw new Refusal('user_not_in_channel');
  workspace.ephemerals.push({ ...readContent(args, false), channel: channel.id, user, threadTs: text(args, 'thread_ts'), atMs: nowMs });
  return okAnswer({ message_ts: workspace.newTs(nowMs) });
}

function update(call: MethodCall): Answer {
  const { args, workspace, nowMs } = call;
  const channel = idChannel(call);
  if (channel.isArchived) throw new Refusal('is_archived');
  const message = ownMessage(call, channel, 'cant_update_message');
  const edited = workspace.edit(message, readContent(args, true), nowMs);
  return okAnswer({ channel: channel.id, ts: edited.ts, text: edited.text ?? '', message: apiMessage(edited, [], true) });
}

function remove(call: MethodCall): Answer {
  const channel = idChannel(call);
  const message = ownMessage(call, channel, 'cant_delete_message');
  call.workspace.delete(message);
  return okAnswer({ channel: channel.id, ts: message.ts });
}

function permalink(call: MethodCall): Answer {
  const channel = idChannel(call);
  const ts = text(call.args, 'message_ts') ?? '';
  if (call.workspace.find(channel.id, ts) === undefined) throw new Refusal('message_not_found');
  return okAnswer({ channel: channel.id, permalink: `https://acme.slack.test/archives/${channel.id}/p${ts.replace('.', '')}` });
}

function info(call: MethodCall): Answer {
  return okAnswer({ channel: apiChannel(idChannel(call)) });
}

function apiChannel({ id, name, isArchived, isMember, isPrivate }: Channel): Readonly<Record<string, unknown>> {
  return { id, name, is_channel: true, is_archived: isArchived, is_private: isPrivate, is_member: isMember, context_team_id: 'TACME' };
}

function list(call: MethodCall): Answer {
  const { args, workspace } = call;
  const types = (text(args, 'types') ?? 'public_channel').split(',');
  const found = workspace
    .channels()
    .filter(({ isPrivate, isMember }) => (isPrivate ? isMember && types.includes('private_channel') : types.includes('public_channel')))
    .filter(({ isArchived }) => !isArchived || !isTrue(args['exclude_archived']));
  return page(call, found, Math.min(1_000, whole(args, 'limit') ?? 100), 'channels', apiChannel);
}

function history(call: MethodCall): Answer {
  const { args, workspace, isHistoryScarce } = call;
  const channel = readableChannel(call);
  const found = workspace.parents(channel.id).filter(({ ts }) => isWithin(ts, args));
  const max = isHistoryScarce ? 15 : 999;
  const shown = (message: Message) => apiMessage(message, workspace.replies(channel.id, message.ts), isTrue(args['include_all_metadata']));
  return page(call, found.toReversed(), Math.min(max, whole(args, 'limit') ?? 100), 'messages', shown);
}

function replies(call: MethodCall): Answer {
  const { args, workspace, isHistoryScarce } = call;
  const channel = readableChannel(call);
  const ts = text(args, 'ts') ?? '';
  const parent = workspace.find(channel.id, ts);
  if (parent === undefined) throw new Refusal('thread_not_found');
  const below = workspace.replies(channel.id, ts);
  const max = isHistoryScarce ? 15 : 1_000;
  const found = [parent, ...below.filter((message) => isWithin(message.ts, args))];
  const shown = (message: Message) => apiMessage(message, message === parent ? below : [], isTrue(args['include_all_metadata']));
  return page(call, found, Math.min(max, whole(args, 'limit') ?? 1_000), 'messages', shown);
}

function usergroupUsers({ args, workspace }: MethodCall): Answer {
  const users = workspace.usergroups.get(text(args, 'usergroup') ?? '');
  if (users === undefined) throw new Refusal('no_such_subteam');
  return okAnswer({ users });
}

function page<T>(
  { args }: MethodCall,
  found: readonly T[],
  limit: number,
  name: 'messages' | 'channels',
  shown: (item: T) => Readonly<Record<string, unknown>>,
): Answer {
  if (limit < 1) throw new Refusal('invalid_limit');
  const cursor = text(args, 'cursor');
  const start = cursor === undefined ? 0 : Number(/^next_ts:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) throw new Refusal('invalid_cursor');
  const hasMore = found.length > start + limit;
  return okAnswer({
    [name]: found.slice(start, start + limit).map(shown),
    ...(name === 'messages' ? { has_more: hasMore } : {}),
    response_metadata: { next_cursor: hasMore ? Buffer.from(`next_ts:${start + limit}`).toString('base64') : '' },
  });
}

/** `oldest` and `latest` leave out the messages of just that time unless `inclusive` is set. */
function isWithin(ts: string, args: Args): boolean {
  const time = micros(ts);
  const [oldest, latest] = [text(args, 'oldest'), text(args, 'latest')];
  const slack = isTrue(args['inclusive']) ? 1n : 0n;
  return (oldest === undefined || time > micros(oldest) - slack) && (latest === undefined || time < micros(latest) + slack);
}

/** The instant of a `ts`, exact. */
function micros(ts: string): bigint {
  const [, seconds, fraction = ''] = /^(\d+)(?:\.(\d{1,6}))?$/.exec(ts) ?? [];
  if (seconds === undefined) throw new Refusal('invalid_ts_oldest');
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

/** A private channel without the bot is not there as far as Slack says. */
function idChannel({ args, workspace }: MethodCall): Channel {
  const found = workspace.channel(text(args, 'channel') ?? '', false);
  if (found === undefined || (found.isPrivate && !found.isMember)) throw new Refusal('channel_not_found');
  return found;
}

function readableChannel(call: MethodCall): Channel {
  const channel = idChannel(call);
  if (!channel.isMember) throw new Refusal('not_in_channel');
  return channel;
}

function writableChannel({ args, workspace, scopes }: MethodCall): Channel {
  const found = workspace.channel(text(args, 'channel') ?? '');
  if (found === undefined || (found.isPrivate && !found.isMember)) throw new Refusal('channel_not_found');
  if (found.isArchived) throw new Refusal('is_archived');
  if (!found.isMember && !scopes.includes('chat:write.public')) throw new Refusal('not_in_channel');
  return found;
}

function checkThread(workspace: Workspace, channel: Channel, threadTs: string): void {
  const parent = workspace.find(channel.id, threadTs);
  if (parent === undefined) throw new Refusal('thread_not_found');
  if (parent.threadTs !== undefined) throw new Refusal('cannot_reply_to_message');
}

function ownMessage({ args, workspace }: MethodCall, channel: Channel, otherwise: string): Message {
  const message = workspace.find(channel.id, text(args, 'ts') ?? '');
  if (message === undefined || message.isTombstone) throw new Refusal('message_not_found');
  if (message.author !== 'UBOT') throw new Refusal(otherwise);
  return message;
}

function text(args: Args, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string')
    throw new Refusal('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${name} must be a string`] } });
  return value;
}

function whole(args: Args, name: string): number | undefined {
  const value = args[name];
  return value === undefined || value === '' ? undefined : Number(value);
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1' || value === 1;
}
