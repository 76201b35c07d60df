import { standing } from './alert-book.ts';
import type { Incident } from './incident.ts';
import type { IncidentView } from './incident-view.ts';
import { topOf } from './tally.ts';

/** An incident as its message shows it. */
export function incidentView(incident: Incident): IncidentView {
  const { marker, kind, user, principal, session, lead, firstMs, lastMs, total, worst, acknowledged, muted, alerts } = incident;
  const [resources, actions, rules] = [topOf(incident.resources), topOf(incident.actions), topOf(incident.rules)];
  return {
    marker,
    kind,
    user,
    principal,
    session,
    place: lead.place,
    firstMs,
    lastMs,
    total,
    worst,
    resources: resources.top,
    actions: actions.top,
    rules: rules.top,
    others: { resources: resources.others, actions: actions.others, rules: rules.others },
    lead,
    ...(acknowledged === undefined ? {} : { acknowledged }),
    ...(muted === undefined ? {} : { muted }),
    ...(alerts === undefined ? {} : { alerts: standing(alerts) }),
  };
}
