/** Channels, messages and people of the fake workspace. */
import type { Content, Metadata } from './content.ts';

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly isMember: boolean;
  readonly isArchived: boolean;
  readonly isPrivate: boolean;
}

export interface Message extends Content {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | undefined;
  /** Shown in the channel too, though it is a reply. */
  readonly isBroadcast: boolean;
  /** Who wrote it; the app's own are written by its bot. */
  readonly author: string;
  /** When it was edited last. */
  readonly editedTs: string | undefined;
  readonly edits: number;
  /** A deleted parent whose replies stay. */
  readonly isTombstone: boolean;
}

/** A message with what stands below it. */
export interface VisibleMessage extends Message {
  readonly replies: readonly Message[];
}

/** A message that one person sees and nothing keeps. */
export interface Ephemeral extends Content {
  readonly channel: string;
  readonly user: string;
  readonly threadTs: string | undefined;
  readonly atMs: number;
}

export class Workspace {
  readonly ephemerals: Ephemeral[] = [];
  /** Members of user groups, by their id. */
  readonly usergroups = new Map<string, readonly string[]>();
  readonly #channels = new Map<string, Channel>();
  #messages: Message[] = [];
  #lastMicros = 0;

  setChannel(channel: Pick<Channel, 'id' | 'name'> & Partial<Channel>): void {
    const known = this.#channels.get(channel.id) ?? { isMember: true, isArchived: false, isPrivate: false };
    this.#channels.set(channel.id, { ...known, ...channel });
  }

  /** By id, or by name with or without `#`. */
  channel(idOrName: string, isNameAllowed = true): Channel | undefined {
    const byId = this.#channels.get(idOrName);
    if (byId !== undefined || !isNameAllowed) return byId;
    return [...this.#channels.values()].find(({ name }) => name === idOrName.replace(/^#/, ''));
  }

  channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /** A time that no other message has, as Slack makes ids of them. */
  newTs(nowMs: number): string {
    this.#lastMicros = Math.max(Math.floor(nowMs) * 1_000, this.#lastMicros + 1);
    return `${Math.floor(this.#lastMicros / 1e6)}.${String(this.#lastMicros % 1e6).padStart(6, '0')}`;
  }

  add(message: Message): void {
    this.#messages.push(message);
  }

  find(channel: string, ts: string): Message | undefined {
    return this.#messages.find((message) => message.channel === channel && message.ts === ts);
  }

  /** Members that are not given stay: text, blocks, attachments and metadata. */
  edit(message: Message, content: Content, nowMs: number): Message {
    const given = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)) as Partial<Content>;
    const edited = { ...message, ...given, editedTs: this.newTs(nowMs), edits: message.edits + 1 };
    this.#messages = this.#messages.map((each) => (each === message ? edited : each));
    return edited;
  }

  /** A parent with replies leaves a tombstone. */
  delete(message: Message): void {
    const hasReplies = this.#messages.some(({ channel, threadTs }) => channel === message.channel && threadTs === message.ts);
    const none = { text: 'This message was deleted.', blocks: undefined, attachments: undefined, metadata: undefined };
    this.#messages = hasReplies
      ? this.#messages.map((each) => (each === message ? { ...message, ...none, isTombstone: true } : each))
      : this.#messages.filter((each) => each !== message);
  }

  /** What a channel shows, oldest first. */
  parents(channel: string): readonly Message[] {
    return this.#messages.filter((message) => message.channel === channel && (message.threadTs === undefined || message.isBroadcast));
  }

  replies(channel: string, ts: string): readonly Message[] {
    return this.#messages.filter((message) => message.channel === channel && message.threadTs === ts);
  }

  /** Everything anybody can read, oldest first. */
  all(): readonly Message[] {
    return this.#messages.filter(({ isTombstone }) => !isTombstone);
  }

  visible(channel?: string): readonly VisibleMessage[] {
    const ids = channel === undefined ? [...this.#channels.keys()] : [this.channel(channel)?.id ?? ''];
    return ids.flatMap((id) => this.parents(id).map((message) => ({ ...message, replies: this.replies(id, message.ts) })));
  }
}

/** A message as the API shows it. */
export function apiMessage(message: Message, replies: readonly Message[], hasMetadata: boolean): Readonly<Record<string, unknown>> {
  const { text, blocks, attachments, metadata, ts, threadTs, editedTs, author, isTombstone } = message;
  const last = replies.at(-1);
  return {
    type: 'message',
    ...(isTombstone ? { subtype: 'tombstone', hidden: true } : {}),
    user: author,
    ...(author === 'UBOT' ? { bot_id: 'BBOT', app_id: 'AAPP' } : {}),
    ts,
    text: text ?? '',
    ...(blocks === undefined ? {} : { blocks }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(metadata === undefined || !hasMetadata ? {} : { metadata: metadata satisfies Metadata }),
    ...(editedTs === undefined ? {} : { edited: { user: author, ts: editedTs } }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs, parent_user_id: author }),
    ...(last === undefined ? {} : { thread_ts: ts, reply_count: replies.length, latest_reply: last.ts }),
  };
}
