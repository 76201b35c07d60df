/** What somebody may ask for by a button in Slack. */
export const PRESS_ACTIONS = ['acknowledge', 'mute', 'unmute', 'expected'] as const;

/** What became of a press. */
export const PRESS_OUTCOMES = ['done', 'repeated', 'refused', 'unknown', 'failed'] as const;

/** Counts presses. */
export const PRESSES_METRIC = 'driftwire_slack_presses_total';
