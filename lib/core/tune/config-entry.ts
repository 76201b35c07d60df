import type { ReasonCode } from '../classify/reasons.ts';
import type { Principal } from '../model/audit-event.ts';
import { principalId } from '../normalise/principal-id.ts';
import { quotedText } from '../rules/print.ts';
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
const SERVICE_ACCOUNT = /^[a-z0-9.-]+\/[a-z0-9.-]+$/;
const ACCOUNT_ID = /^\d{12}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Reasons that no entry of the configuration outweighs. */
const ALWAYS_REPORTED: readonly ReasonCode[] = ['break_glass', 'spoofed_machine'];

/** The entries for one action of one principal; undefined where none would change anything: a break-glass or a borrowed name is always reported. */
export function configEntries(principal: Principal, reason: string, action: string): ConfigEntries | undefined {
  if (ALWAYS_REPORTED.some((code) => code === reason)) return undefined;
  const id = principalId(principal);
  const key = PEOPLE.some((code) => code === reason) ? undefined : principalKey(principal);
  const account = principal.role?.accountId ?? principal.accountId ?? '';
  const accounts = ACCOUNT_ID.test(account) ? `, accounts: [${yamlText(account)}]` : '';
  const isIam = key?.startsWith('role') === true || key?.startsWith('user') === true;
  const condition = `drift.principal = ${quotedText(id)} and drift.action = ${quotedText(action)}`;
  return {
    pipelines: key === undefined ? undefined : `- { name: ${nameOf(id)}, ${key}${isIam ? accounts : ''} }`,
    ignore: CONTROL.test(condition) ? undefined : ignoreEntry(`${id} ${action}`, condition),
  };
}

function ignoreEntry(words: string, condition: string): string {
  return [`- name: ${nameOf(words)}`, '  reason: "why this is expected"', `  condition: ${yamlText(condition)}`].join('\n');
}

/** The key that names this principal and no other. */
function principalKey({ role, iamUser, serviceAccount, kubernetesUser, iamMapped }: Principal): string | undefined {
  if (role !== undefined) return IAM_NAME.test(role.name) ? `role: ${yamlText(role.name)}` : undefined;
  if (iamUser !== undefined) return IAM_NAME.test(iamUser) ? `user: ${yamlText(iamUser)}` : undefined;
  if (iamMapped) return undefined;
  if (serviceAccount !== undefined)
    return SERVICE_ACCOUNT.test(serviceAccount) ? `service_account: ${yamlText(serviceAccount)}` : undefined;
  // a star or a question mark in the name would stand for others too, and blanks round it are refused
  const isExact = kubernetesUser !== undefined && !/[*?\p{C}]|^\s|\s$/u.test(kubernetesUser) && kubernetesUser !== 'system:anonymous';
  return isExact ? `kubernetes_user: ${yamlText(kubernetesUser)}` : undefined;
}

/** A name for an entry: of the words of the principal, in the characters of names. */
function nameOf(text: string): string {
  const name = text
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 300);
  return yamlText(name === '' ? 'entry' : name);
}
