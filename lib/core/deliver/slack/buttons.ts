import type { IncidentView } from '../incident/incident-view.ts';
import type { ActionsBlock, Button } from './slack-message.ts';

/** The buttons of an incident, by the name under which a press is told (`action_id`). */
export const ACTIONS = {
  acknowledge: 'driftwire_ack',
  muteHour: 'driftwire_mute_1h',
  muteShift: 'driftwire_mute_8h',
  muteDay: 'driftwire_mute_24h',
  expected: 'driftwire_expected',
} as const;

/** The buttons that an incident still has use for; undefined for none. */
export function buttonsOf({ marker, kind, lead, acknowledged, muted, alerts }: IncidentView): ActionsBlock | undefined {
  // the marker is all that is told back: everything else is in the store, where nobody can change it on the way
  const value = JSON.stringify({ incident: marker });
  const button = (action: keyof typeof ACTIONS, text: string): Button => ({
    type: 'button',
    action_id: ACTIONS[action],
    text: { type: 'plain_text', text, emoji: false },
    value,
  });
  // an Alertmanager has silences of its own, and neither its alerts nor Falco's events are about a principal that could be declared
  const isOurs = kind === 'changes' && lead.source !== 'falco';
  const elements: readonly Button[] = [
    ...(acknowledged === undefined && alerts?.firing !== 0 ? [{ ...button('acknowledge', 'Acknowledge'), style: 'primary' as const }] : []),
    ...(kind === 'changes' && muted === undefined
      ? [button('muteHour', 'Mute 1 h'), button('muteShift', 'Mute 8 h'), button('muteDay', 'Mute 24 h')]
      : []),
    ...(isOurs ? [button('expected', 'Expected: show me the config')] : []),
  ];
  return elements.length === 0 ? undefined : { type: 'actions', elements };
}
