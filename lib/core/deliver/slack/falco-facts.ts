import type { Finding } from '../../model/finding.ts';
import type { Facts } from './facts.ts';
import { logQuery } from './links.ts';
import { joined, placeOf, resourceOf, tagged } from './words.ts';

/** What there is to say of an event that Falco found: above all on which machine. */
export function falcoFacts(finding: Finding): Facts {
  const { hostname, rule, actor, action } = finding;
  const place = joined([tagged('host', hostname), placeOf(finding)]);
  const resource = resourceOf(finding);
  return {
    title: `${rule} on ${hostname}`,
    user: actor.user === 'unknown' ? `host ${hostname}` : actor.user,
    place,
    resource,
    rows: [
      ['Host', hostname],
      ['Rule', rule],
      ['Who', joined([actor.user, tagged('uid', fieldText(finding, 'user.uid'))])],
      ['What', joined([tagged('event', action.verb), fieldText(finding, 'proc.cmdline') ?? fieldText(finding, 'proc.name')])],
      ['In', joined([resource, fieldText(finding, 'container.image.repository')])],
      ['File', fieldText(finding, 'fd.name')],
      ['Where', placeOf(finding)],
    ],
    details: [['Falco says', finding.message]],
    links: [],
    logs: logQuery(finding),
  };
}

/** A field as Falco printed it; it writes `<NA>` where it knows nothing. */
function fieldText({ output_fields: fields }: Finding, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value === undefined || value === null || value === '' || value === '<NA>' ? null : String(value);
}
