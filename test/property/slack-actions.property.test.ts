import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MuteBook } from '../../lib/sinks/slack-mutes.ts';
import { IncidentDesk } from '../../lib/slack-actions/incident-desk.ts';
import { PressGate } from '../../lib/slack-actions/press-gate.ts';
import { isSignedBySlack } from '../../lib/slack-actions/signature.ts';
import { SlackActions } from '../../lib/slack-actions/slack-actions.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { interactionBody, signed } from '../support/fake-slack/interactions.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const SECRET = 'fake-signing-secret';

function actionsWith(told: unknown[]): SlackActions {
  const store = new MemoryStore();
  return new SlackActions({
    signingSecret: SECRET,
    gate: new PressGate({ users: [], usergroups: [] }, async () => undefined),
    incidents: new IncidentDesk(store, async () => undefined),
    mutes: new MuteBook(store),
    respond: async (_, reply) => {
      told.push(reply);
      return true;
    },
    count: async () => undefined,
    log: () => undefined,
    nowMs: () => AT,
  });
}

const bytes = fc.uint8Array({ maxLength: 300 });
const foreign = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('__proto__', 'constructor', 'driftwire_ack'),
  fc.jsonValue(),
);
/** Payloads that look like presses and have anything anywhere. */
const payload = fc.record(
  {
    type: fc.oneof(fc.constant('block_actions'), foreign),
    user: fc.oneof(fc.record({ id: foreign, name: foreign, username: foreign, team_id: foreign }, { requiredKeys: [] }), foreign),
    team: fc.oneof(fc.record({ id: foreign }), foreign),
    response_url: fc.oneof(fc.webUrl(), foreign),
    actions: fc.oneof(
      fc.array(
        fc.oneof(
          fc.record(
            {
              action_id: fc.oneof(fc.constantFrom('driftwire_ack', 'driftwire_mute_1h', 'driftwire_unmute', 'driftwire_expected'), foreign),
              value: fc.oneof(
                foreign,
                foreign.map((incident) => JSON.stringify({ incident })),
              ),
              action_ts: fc.oneof(fc.constant('1.000001'), foreign),
            },
            { requiredKeys: [] },
          ),
          foreign,
        ),
        { maxLength: 3 },
      ),
      foreign,
    ),
  },
  { requiredKeys: [] },
);

test('whatever is posted, signed or not, is answered with 200, 400 or 401, and its work never fails', async () => {
  const body = fc.oneof(
    bytes,
    payload.map((value) => Buffer.from(interactionBody(value))),
  );
  await fc.assert(
    fc.asyncProperty(body, fc.boolean(), fc.string({ maxLength: 80 }), async (raw, isSigned, garbage) => {
      const told: unknown[] = [];
      const actions = actionsWith(told);
      const genuine = signedBytes(raw);
      const answer = actions.take(isSigned ? genuine : { ...genuine, 'x-slack-signature': garbage }, raw);
      expect([200, 400, 401]).toContain(answer.status);
      if (!isSigned) expect(answer.status).toBe(401);
      if ('after' in answer) await answer.after?.();
    }),
  );
});

test('a signature fits one body, one time and one secret', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.integer({ min: -1_000, max: 1_000 }), (one, other, seconds) => {
      const { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature } = signedBytes(one);
      const isSame = Buffer.from(one).equals(Buffer.from(other));
      expect(isSignedBySlack({ timestamp, signature, rawBody: other }, SECRET, AT)).toBe(isSame);
      expect(isSignedBySlack({ timestamp, signature, rawBody: one }, SECRET, AT + seconds * 1_000)).toBe(Math.abs(seconds) <= 300);
      expect(isSignedBySlack({ timestamp, signature, rawBody: one }, `${SECRET}!`, AT)).toBe(false);
    }),
  );
});

function signedBytes(raw: Uint8Array): Readonly<Record<string, string>> {
  return signed(raw, SECRET, AT).headers;
}
