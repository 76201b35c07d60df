import type { Finding } from '../../model/finding.ts';
import { redactText } from '../slack/redact-secrets.ts';
import { shownText } from '../slack/shown-text.ts';

/** Bound of a name in UTF-16 units. */
const MAX_NAME = 100;

/** What was done, as people read it and as mutes name it: service and action, bounded and safe to show. */
export function actionName({ action }: Finding): string {
  return shownText(redactText(`${action.service} ${action.name}`.trim()), MAX_NAME);
}
