/** What a press is answered with, in words and blocks. */
import type { Mute } from '../core/deliver/mute.ts';
import { type Line, messageText, mrkdwnLine, richText } from '../core/deliver/slack/lines.ts';
import type { ActionsBlock } from '../core/deliver/slack/slack-message.ts';
import type { ConfigEntries } from '../core/tune/config-entry.ts';
import { UNMUTE } from './press.ts';

/** A text that is to be copied: no markup, no line folded. */
interface Preformatted {
  readonly type: 'rich_text';
  readonly elements: readonly [
    { readonly type: 'rich_text_preformatted'; readonly elements: readonly [{ readonly type: 'text'; readonly text: string }] },
  ];
}

/** A message for one person, or for the incident's thread. */
export interface Reply {
  readonly text: string;
  readonly blocks: readonly (ReturnType<typeof richText> | ActionsBlock | Preformatted)[];
}

/** Mutes that an answer lists. */
const MAX_LISTED = 10;
/** Actions that are named one by one. */
const MAX_ACTIONS = 5;

/** Lines alone. */
export function linesReply(...lines: readonly Line[]): Reply {
  return { text: messageText(lines.map(mrkdwnLine)), blocks: [richText(lines)] };
}

/** To whoever may not press. */
export function refusedReply(): Reply {
  return linesReply([{ own: 'You may not press this button. Who may is decided by slack.actions in driftwire.yaml.' }]);
}

/** To whoever pressed when nobody could tell whether they may. */
export function undecidedReply(): Reply {
  return linesReply([
    { own: 'Slack does not say at the moment who is in the groups that may press this button. Nothing was changed: try again.' },
  ]);
}

/** To whoever pressed a button of an incident that is not known any more. */
export function forgottenReply(): Reply {
  return linesReply([{ own: 'This incident is too old: Driftwire does not keep it any more. Nothing was changed.' }]);
}

/** To whoever pressed when it could not be done. */
export function failedReply(): Reply {
  return linesReply([{ own: 'This could not be done at the moment, or not all of it. Press again; the log of Driftwire says why.' }]);
}

/** To whoever acknowledged. */
export function acknowledgedReply(earlier: { readonly by: string; readonly atMs: number } | undefined): Reply {
  if (earlier === undefined) return linesReply([{ own: 'Acknowledged. The message says so to everybody.' }]);
  return linesReply([{ own: 'Already acknowledged by ' }, { foreign: earlier.by }, { own: ', ' }, { timeMs: earlier.atMs }, { own: '.' }]);
}

/** To whoever asked for more mutes than there may be. */
export function fullReply(mutes: readonly Mute[]): Reply {
  return linesReply(
    [{ own: `${mutes.length} things are muted, and more cannot be: lift some, or put them into the configuration.` }],
    ...listed(mutes),
  );
}

/** To whoever muted: all that is muted now, and a button to take this one back. */
export function mutedReply(mute: Mute, all: readonly Mute[]): Reply {
  const { text, blocks } = linesReply(
    [
      { own: 'Muted, for everybody in Slack. Metrics and Loki go on; what is worse than ' },
      { own: mute.worst },
      { own: ' is told all the same.' },
    ],
    [{ own: `In force now: ${all.length}` }],
    ...listed(all),
  );
  return { text, blocks: [...blocks, unmuteButton(mute)] };
}

/** To whoever muted what is muted already. */
export function alreadyMutedReply(mute: Mute): Reply {
  const { text, blocks } = linesReply([{ own: 'Already muted by ' }, { foreign: mute.by }, { own: ': ' }, ...muteWords(mute)]);
  return { text, blocks: [...blocks, unmuteButton(mute)] };
}

/** To the thread: who has muted what, until when. */
export function mutedNote(mute: Mute): Reply {
  const { text, blocks } = linesReply([{ own: '🔕 ' }, { foreign: mute.by }, { own: ' has muted ' }, ...muteWords(mute)]);
  return { text, blocks: [...blocks, unmuteButton(mute)] };
}

/** To the thread: somebody has lifted a mute. */
export function liftedNote(by: string): Reply {
  return linesReply([{ own: '🔔 ' }, { foreign: by }, { own: ' has lifted the mute. What happens from now on is told again.' }]);
}

/** To whoever lifted a mute. */
export function liftedReply(wasMuted: boolean, all: readonly Mute[]): Reply {
  return linesReply([{ own: wasMuted ? 'The mute is lifted.' : 'Nothing is muted for this incident any more.' }], ...inForce(all));
}

/** To whoever asked what would make this expected. */
export function expectedReply(entries: ConfigEntries | undefined): Reply {
  const { pipelines, ignore } = entries ?? {};
  if (pipelines === undefined && ignore === undefined) {
    return linesReply([
      {
        own: 'No entry of the configuration would change this: break-glass principals and borrowed machine names are always reported, and other names cannot be written as one.',
      },
    ]);
  }
  const parts = [
    ...(pipelines === undefined
      ? []
      : [{ words: 'If all that this principal does is expected, add to driftwire.yaml:', entry: `pipelines:\n  ${indented(pipelines)}` }]),
    ...(ignore === undefined
      ? []
      : [{ words: 'If only this action of it is expected, add, with your reason:', entry: `ignore:\n  ${indented(ignore)}` }]),
  ];
  return {
    text: messageText(parts.map(({ words }) => words)),
    blocks: parts.flatMap(({ words, entry }) => [richText([[{ own: words }]]), preformatted(entry)]),
  };
}

function preformatted(text: string): Preformatted {
  return { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }] };
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

function inForce(all: readonly Mute[]): readonly Line[] {
  return all.length === 0 ? [[{ own: 'Nothing is muted now.' }]] : [[{ own: `In force now: ${all.length}` }], ...listed(all)];
}

function listed(mutes: readonly Mute[]): readonly Line[] {
  const lines = mutes.slice(-MAX_LISTED).map((mute): Line => [{ own: '• ' }, ...muteWords(mute), { own: ', by ' }, { foreign: mute.by }]);
  const left = mutes.length - lines.length;
  return left === 0 ? lines : [...lines, [{ own: `• and ${left} older ones` }]];
}

function muteWords({ user, place, actions, untilMs }: Mute): Line {
  const left = actions.length - MAX_ACTIONS;
  return [
    { foreign: user },
    ...(place === '' ? [] : [{ own: ' in ' }, { foreign: place }]),
    { own: ': ' },
    ...actions.slice(0, MAX_ACTIONS).flatMap((action, index) => [{ own: index === 0 ? '' : ', ' }, { foreign: action }]),
    ...(left > 0 ? [{ own: ` and ${left} more` }] : []),
    { own: ', until ' },
    { timeMs: untilMs },
  ];
}

function unmuteButton({ incident }: Mute): ActionsBlock {
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: UNMUTE,
        text: { type: 'plain_text', text: 'Unmute', emoji: false },
        value: JSON.stringify({ incident }),
      },
    ],
  };
}
