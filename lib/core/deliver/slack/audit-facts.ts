import type { FindingWithOrigin } from '../../model/finding.ts';
import type { Facts } from './facts.ts';
import { consoleLink, logQuery } from './links.ts';
import { requestText } from './request-text.ts';
import { actionName, joined, mfaWords, other, placeOf, resourceOf, sentence, tagged, whyWords } from './words.ts';

/**
 * What there is to say of an audit event.
 *
 * @param rules - All rules that it matched.
 * @param isDrift - One of them counts it as a manual change.
 */
export function auditFacts({ finding, recordText }: FindingWithOrigin, rules: readonly string[], isDrift: boolean): Facts {
  const { actor, action, target } = finding;
  const resource = resourceOf(finding);
  const place = placeOf(finding);
  return {
    title: sentence(finding, resource),
    user: actor.user,
    place,
    resource,
    rows: [
      [
        'Who',
        joined([
          actor.user,
          tagged('as', actor.impersonates),
          tagged('principal', other(actor.principal, actor.user)),
          tagged('session', other(actor.session, actor.user)),
          tagged('source identity', actor.source_identity),
        ]),
      ],
      ['What', joined([actionName(finding), tagged('failed with', action.error)])],
      ['On', joined([other(resource, action.name), tagged('subresource', target.subresource), other(target.arn, target.name)])],
      ['Where', place],
      ['By', joined([actor.channel, actor.user_agent])],
      ['From', joined([actor.source_ip ?? 'no address in the record', mfaWords(finding)])],
      ['Why', whyWords(finding, isDrift)],
      ['Rules', rules.join(', ')],
      ['Note', finding.truncated ? 'the record arrived incomplete' : null],
    ],
    details: [
      ['Request', requestText(recordText) ?? null],
      ['Rule says', finding.message],
    ],
    links: [consoleLink(finding)],
    logs: logQuery(finding),
  };
}
