import { SlackWeb } from '../clients/slack-web.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../core/model/log.ts';
import { PRESSES_METRIC } from '../core/model/press.ts';
import type { Documents, IncidentRecords, Ledger } from '../core/ports.ts';
import { MuteBook } from '../sinks/slack-mutes.ts';
import { IncidentDesk, type Patience, type Refresh } from './incident-desk.ts';
import { type GroupMembers, PressGate } from './press-gate.ts';
import { Responder } from './responder.ts';
import { SlackActions } from './slack-actions.ts';

/** How Slack lets us in, and how it shows that it is Slack. */
export interface SlackActionsAccess {
  readonly token: string;
  readonly signingSecret: string;
}

/** What presses change, and who is told. */
export interface OpenActionsParts {
  readonly store: IncidentRecords & Documents & Pick<Ledger, 'add'>;
  /** Brings an incident's message up to date: `SlackSink.refresh`. */
  readonly refresh: Refresh;
  readonly log: Log;
  /** For a message that cannot be brought up to date at once. Default: none, it is left to the incident's next event. */
  readonly patience?: Patience;
  /** Ms since 1970. */
  readonly nowMs?: () => number;
}

/** The buttons at work. */
export interface OpenActions {
  readonly actions: SlackActions;
  /** Lets go of connections. */
  close(): void;
}

/** Longest time of one question to Slack, in ms. */
const TIMEOUT_MS = 5_000;

/** From the configuration to what takes presses. @throws {DriftwireError} `DW_CONFIG_INVALID` for a token that no header can carry. */
export function openSlackActions(
  { actions, api_url: apiUrl }: NonNullable<Config['slack']>,
  { token, signingSecret }: SlackActionsAccess,
  { store, refresh, log, patience, nowMs = Date.now }: OpenActionsParts,
): OpenActions {
  const web = new SlackWeb({ token: token.trim(), apiUrl, timeoutMs: TIMEOUT_MS, nowMs });
  const responder = new Responder(apiUrl);
  const allowed = { users: actions?.allow_users ?? [], usergroups: actions?.allow_usergroups ?? [] };
  return {
    actions: new SlackActions({
      signingSecret: signingSecret.trim(),
      gate: new PressGate(allowed, membersOf(web, log)),
      incidents: new IncidentDesk(store, refresh, patience),
      mutes: new MuteBook(store),
      respond: responder.respond,
      count: (action, outcome) => store.add([{ metric: PRESSES_METRIC, labels: { action, outcome }, by: 1 }]),
      log,
      nowMs,
    }),
    close: () => {
      web.close();
      responder.close();
    },
  };
}

/** https://docs.slack.dev/reference/methods/usergroups.users.list (read 2026-11-21) */
function membersOf(web: SlackWeb, log: Log): GroupMembers {
  return async (usergroup) => {
    const outcome = await web.call('usergroups.users.list', { usergroup });
    const users: unknown = outcome.kind === 'ok' ? outcome.data['users'] : undefined;
    if (Array.isArray(users)) return users.filter((user) => typeof user === 'string');
    const said = outcome.kind === 'error' ? outcome.error : outcome.kind === 'status' ? `status ${outcome.status}` : outcome.kind;
    const remedy = said === 'missing_scope' ? 'give the app the scope usergroups:read and reinstall it' : undefined;
    log('warn', 'Slack does not say who is in a user group that may press buttons', {
      usergroup,
      said,
      ...(remedy === undefined ? {} : { remedy }),
    });
    return undefined;
  };
}
