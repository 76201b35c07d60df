import type { AuditEvent } from './model/audit-event.ts';
import type { Finding, FindingWithOrigin } from './model/finding.ts';
import type { Verdict } from './model/verdict.ts';
import type { Policy } from './policy/policy.ts';
import type { EventContext, RuleMatch } from './rules/engine.ts';
import { civilTime, formatRfc3339 } from './time.ts';

/** The finding that one rule's match on one event makes: Falco's JSON at the top level, Driftwire's own members beside it. */
export function findingOf(context: EventContext, match: RuleMatch, policy: Policy): FindingWithOrigin {
  const { event, verdict } = context;
  const { clock, nanos } = civilTime(event.timeNs);
  const pipeline = verdict.hand === 'pipeline' ? verdict.declaredAs : undefined;
  const finding: Finding = {
    id: event.id,
    rule: match.rule.name,
    priority: match.rule.priority,
    source: event.source,
    tags: match.rule.tags,
    time: formatRfc3339(event.timeNs),
    hostname: context.hostname,
    message: match.message,
    output: `${clock}.${nanos}: ${match.rule.priority} ${match.message}`,
    output_fields: match.outputFields,
    account: event.account ?? null,
    account_name: context.accountName ?? null,
    region: event.region ?? null,
    cluster: event.cluster ?? null,
    actor: actorOf(event, verdict),
    action: {
      class: verdict.class,
      service: event.service,
      name: event.action,
      verb: event.verb,
      error: event.error?.code ?? null,
    },
    target: {
      kind: event.target.kind ?? null,
      name: event.target.name ?? null,
      namespace: event.target.namespace ?? null,
      subresource: event.target.subresource ?? null,
      arn: event.target.arn ?? null,
    },
    reason: verdict.reason,
    pipeline: pipeline ?? null,
    labels: policy.labels,
    truncated: event.record.truncated,
  };
  return { finding, recordText: event.record.text, origin: event.record.origin, timeMs: event.timeMs };
}

function actorOf(event: AuditEvent, verdict: Verdict): Finding['actor'] {
  const { principal } = event;
  return {
    hand: verdict.hand,
    user: principal.name,
    principal: principal.arn ?? principal.kubernetesUser ?? null,
    session: principal.sessionName ?? null,
    source_identity: principal.sourceIdentity ?? null,
    channel: verdict.channel,
    source_ip: event.sourceIp ?? null,
    user_agent: event.userAgent ?? null,
    mfa: principal.mfa ?? null,
    impersonates: event.impersonates ?? null,
  };
}
