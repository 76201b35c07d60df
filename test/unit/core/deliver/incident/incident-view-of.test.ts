import { expect, test } from 'vitest';
import { claimed } from '../../../../../lib/core/deliver/incident/claim.ts';
import { EMPTY_GROUP } from '../../../../../lib/core/deliver/incident/incident.ts';
import { incidentView } from '../../../../../lib/core/deliver/incident/incident-view-of.ts';
import { deed } from '../../../../support/incidents.ts';

test('a message shows ten names of each kind and counts the others', () => {
  const events = Array.from({ length: 30 }, (_, n) => deed({ id: `e${n}`, atMs: 1_000 + n, resource: `pod-${n}` }));
  const [incident] = claimed('a', EMPTY_GROUP, events, '#drift', 1_000, { windowMs: 60_000, manner: 'threads' }).group.incidents;
  if (incident === undefined) throw new Error('no incident');
  const view = incidentView(incident);
  expect(view.resources).toHaveLength(10);
  expect(view.others).toEqual({ resources: 20, actions: 0, rules: 0 });
});
