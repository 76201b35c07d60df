import type { ReasonCode } from '../classify/reasons.ts';
import type { EventSource } from '../model/raw-record.ts';
import { quotedText } from '../rules/print.ts';
import type { NoiseGroupId } from './day-noise.ts';
import { yamlText } from './yaml-text.ts';

/** What may be written into `driftwire.yaml`: an item of the list of that name. */
export interface ConfigEntries {
  /** Declares the principal, whatever it does; undefined for people and for whom no key of the configuration names alone. */
  readonly pipelines: string | undefined;
  /** Expects this one action of it; undefined where its name holds what the configuration refuses (control characters). */
  readonly ignore: string | undefined;
}

/** Reasons for which somebody was taken for a person who showed themselves: nobody like that is a pipeline. */
const PEOPLE: readonly ReasonCode[] = [
  'root',
  'identity_center',
  'console_session',
  'session_of_person',
  'federated_user',
  'support_engineer',
];
/** As the schema of the configuration has it; what else a name may hold would be read as a pattern or refused. */
const IAM_NAME = /^[\w+=,.@-]+$/;
/** `principalId` of an IAM role or user, its account before it when it is known. */
const IAM = /^([^:]*):(role|user)\/(.*)$/s;
/** `principalId` of a Kubernetes user whom IAM has not mapped. */
const KUBERNETES = 'kubernetes:';
const SERVICE_ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;
const SERVICE_ACCOUNT = /^[a-z0-9.-]+\/[a-z0-9.-]+$/;
const ACCOUNT_ID = /^\d{12}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Reasons that no entry of the configuration outweighs. */
const ALWAYS_REPORTED: readonly ReasonCode[] = ['break_glass', 'spoofed_machine'];

/**
 * The entries for one action of one principal; undefined where none would change anything: a break-glass or a borrowed name is always
 * reported. All there is to know stands in `drift.principal` (`principalId`), so that what a store has kept is enough.
 */
export function configEntries({
  source,
  principal,
  action,
  reason,
}: Pick<NoiseGroupId, 'source' | 'principal' | 'action'> & { readonly reason: string }): ConfigEntries | undefined {
  if (ALWAYS_REPORTED.some((code) => code === reason)) return undefined;
  const key = PEOPLE.some((code) => code === reason) ? undefined : principalKeys(source, principal);
  const condition = `drift.principal = ${quotedText(principal)} and drift.action = ${quotedText(action)}`;
  return {
    pipelines: key === undefined ? undefined : `- { name: ${nameOf(principal)}, ${key} }`,
    ignore: CONTROL.test(condition) ? undefined : ignoreEntry(`${principal} ${action}`, condition),
  };
}

function ignoreEntry(words: string, condition: string): string {
  return [`- name: ${nameOf(words)}`, '  reason: "why this is expected"', `  condition: ${yamlText(condition)}`].join('\n');
}

/** The keys that name this principal and no other. */
function principalKeys(source: EventSource, principal: string): string | undefined {
  // asked first: a Kubernetes user may be called `role/admin`, and is no role
  if (source === 'k8s_audit' && principal.startsWith(KUBERNETES)) return kubernetesKey(principal.slice(KUBERNETES.length));
  const [, account, kind, name] = IAM.exec(principal) ?? [];
  if (name === undefined || !IAM_NAME.test(name)) return undefined;
  return `${kind}: ${yamlText(name)}${ACCOUNT_ID.test(account as string) ? `, accounts: [${yamlText(account as string)}]` : ''}`;
}

function kubernetesKey(user: string): string | undefined {
  const account = SERVICE_ACCOUNT_USER.exec(user);
  if (account !== null) {
    const name = `${account[1]}/${account[2]}`;
    return SERVICE_ACCOUNT.test(name) ? `service_account: ${yamlText(name)}` : undefined;
  }
  // a star or a question mark in the name would stand for others too, and blanks round it are refused
  return user === 'system:anonymous' || /[*?\p{C}]|^\s|\s$/u.test(user) ? undefined : `kubernetes_user: ${yamlText(user)}`;
}

/** A name for an entry: of the words of the principal, in the characters of names. */
function nameOf(text: string): string {
  const name = text
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 300);
  return yamlText(name === '' ? 'entry' : name);
}
