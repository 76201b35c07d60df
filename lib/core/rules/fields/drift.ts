import { queryParameters } from '../../classify/query.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { Verdict } from '../../model/verdict.ts';
import { principalId } from '../../normalise/principal-id.ts';
import type { EventContext } from '../engine.ts';
import { type FieldSpec, type FieldValue, fieldSpec } from './field.ts';
import { podAnswers } from './pod.ts';

const PODS = 'requestObject: the containers of a pod or of a template for pods';
const VERDICT: readonly string[] = ['manual', 'class', 'hand', 'channel', 'reason', 'decides', 'break_glass', 'spoofed', 'pipeline'];

const of = (
  name: string,
  description: string,
  read: (event: AuditEvent, verdict: Verdict, context: EventContext) => string | undefined,
): FieldSpec =>
  fieldSpec({
    name: `drift.${name}`,
    description,
    from: name.startsWith('pod.') ? PODS : VERDICT.includes(name) ? 'the verdict' : 'the event as it is normalised for both sources',
    origin: 'driftwire',
    read: ({ context }): FieldValue => read(context.event, context.verdict, context),
  });

function resource({ target, source, service }: AuditEvent): string | undefined {
  const name = [target.namespace, target.name].filter((part) => part !== undefined).join('/');
  const words = [source === 'aws_cloudtrail' ? service : undefined, target.kind, name === '' ? undefined : name];
  const text = words.filter((word) => word !== undefined && word !== '').join(' ');
  return text === '' ? undefined : text;
}

function command(event: AuditEvent): string | undefined {
  if (event.source !== 'k8s_audit') return undefined;
  const words = queryParameters(event.requestUri)
    .filter(({ name }) => name === 'command')
    .map(({ value }) => value);
  return words.length === 0 ? undefined : words.join(' ');
}

const optional = (value: boolean | undefined): string | undefined => (value === undefined ? undefined : String(value));

/** Driftwire's own fields: the verdict and what both vendors share. */
export const DRIFT_FIELDS: readonly FieldSpec[] = [
  of('manual', 'true for a change or a session by a person, by somebody unknown or by a workload that is reported', (_, verdict) =>
    String(verdict.manual),
  ),
  of('class', 'was it a change?', (_, verdict) => verdict.class),
  of('hand', 'whose hand?', (_, verdict) => verdict.hand),
  of('channel', 'through what? A label', (_, verdict) => verdict.channel),
  of('reason', 'the code that decided', (_, verdict) => verdict.reason),
  of('decides', 'whether this stage is the one that is reported', (_, verdict) => String(verdict.decides)),
  of('break_glass', 'whether the caller is a declared break-glass principal', (_, verdict) => String(verdict.breakGlass)),
  of('spoofed', "whether the caller wears a machine's name", (_, verdict) => String(verdict.spoofed)),
  of('pipeline', 'the declared pipeline that acted', (_, verdict) => (verdict.hand === 'pipeline' ? verdict.declaredAs : undefined)),
  of('user', 'the person or principal as people know it', (event) => event.principal.name),
  of('principal', 'the identity behind the call, without what the caller chooses: `111122223333:role/deploy`', (event) =>
    principalId(event.principal),
  ),
  of('role', 'the IAM role of the caller', (event) => event.principal.role?.name),
  of('session', 'the session name of the caller', (event) => event.principal.sessionName),
  of('source_identity', 'the source identity of the caller', (event) => event.principal.sourceIdentity),
  of('root', 'whether the caller is the root user', (event) => String(event.principal.isRoot)),
  of('mfa', 'whether a second factor was used; absent when the record does not say', (event) => optional(event.principal.mfa)),
  of('account', 'the account in which it happened', (event) => event.account),
  of('account_name', 'its name, else its number', (event, _, context) => context.accountName ?? event.account),
  of('region', 'the region', (event) => event.region),
  of('cluster', 'the cluster', (event) => event.cluster),
  of('service', 'the AWS service, or the API group', (event) => event.service),
  of('action', 'the action, or verb and resource', (event) => event.action),
  of('error', 'the error code, or the HTTP status of a failure', (event) => event.error?.code),
  of('resource', 'what was acted on, readable', resource),
  of('source_ip', 'the address of the peer', (event) => event.sourceIp),
  of('impersonates', 'the name taken by impersonation', (event) => event.impersonates),
  of('command', 'the command of an exec', command),
  of('truncated', 'whether the record was cut', (event) => String(event.record.truncated)),
  of('pod.privileged', 'whether a container is privileged', (event) => optional(podAnswers(event)?.privileged)),
  of('pod.runs_as_root', 'whether a container runs as root for certain', (event) => optional(podAnswers(event)?.runsAsRoot)),
  of('pod.writable_root_fs', 'whether a root file system is writable', (event) => optional(podAnswers(event)?.writableRootFs)),
  of('pod.host_namespaces', 'whether a namespace of the host is shared', (event) => optional(podAnswers(event)?.hostNamespaces)),
  of('pod.sensitive_host_path', 'whether a sensitive path of the host is mounted', (event) =>
    optional(podAnswers(event)?.sensitiveHostPath),
  ),
  fieldSpec({
    name: 'drift.pod.images',
    isList: true,
    description: 'images of all containers',
    from: PODS,
    origin: 'driftwire',
    read: ({ context }): FieldValue => {
      const images = podAnswers(context.event)?.images ?? [];
      return images.length === 0 ? undefined : images;
    },
  }),
];
