import type { CloudTrailEvent } from '../model/audit-event.ts';
import type { EventClass } from '../model/verdict.ts';
import { at, flag } from '../normalise/access.ts';
import { glob } from './glob.ts';
import { CLOUDTRAIL_PROFILE, type ProfileEntry, READ_PREFIXES } from './profile.ts';
import type { ReasonCode } from './reasons.ts';

/** A class with the code that decided it, and the table row if one did. */
export interface ClassAnswer {
  readonly class: EventClass;
  readonly reason: ReasonCode;
  readonly entry?: ProfileEntry;
}

/** What the class of an action depends on before it is known whether the call failed. */
export interface ActionFacts {
  /** Service without `.amazonaws.com`. */
  readonly service: string;
  /** Canonical event name. */
  readonly eventName: string;
  readonly eventType: string;
  readonly readOnly: boolean | undefined;
  readonly hasAwsPrincipal: boolean;
}

/** Was it a change? For a CloudTrail record: tables first, then `readOnly`, then the name; what nothing explains is a change. */
export function classOfCloudTrail(event: CloudTrailEvent): ClassAnswer {
  const action = classOfAction({
    service: event.service,
    eventName: event.eventName,
    eventType: event.eventType,
    readOnly: event.readOnly,
    hasAwsPrincipal: hasAwsPrincipal(event.principal.type, event.principal.arn),
  });
  if (action.class !== 'change' && action.class !== 'interactive') return action;
  if (event.isDataEvent && action.class === 'change') return { class: 'data', reason: 'data_event' };
  if (isDryRun(event)) return { class: 'dry_run', reason: 'dry_run' };
  if (event.error !== undefined) return { class: 'attempt', reason: 'failed' };
  return action;
}

/** An application's end user or a device has neither an ARN nor one of AWS's own identity types. */
export function hasAwsPrincipal(identityType: string, arn: string | undefined): boolean {
  return arn !== undefined || (identityType !== 'Unknown' && identityType !== 'WebIdentityUser');
}

function isDryRun(event: CloudTrailEvent): boolean {
  const code = event.error?.code;
  if (code === 'Client.DryRunOperation' || code === 'DryRunOperation') return true;
  const parameters = at(event.value, 'requestParameters');
  return flag(parameters, 'dryRun') === true || flag(parameters, 'DryRun') === true;
}

/** The class of an action as far as service, name and `readOnly` tell it. */
export function classOfAction(facts: ActionFacts): ClassAnswer {
  const entry = profileEntry(facts);
  if (facts.eventType === 'AwsConsoleSignIn' && entry?.verdict !== 'keep') return { class: 'sign_in', reason: 'sign_in' };
  if (facts.readOnly === true && entry?.verdict !== 'interactive' && entry?.verdict !== 'sign_in' && entry?.verdict !== 'noise') {
    return { class: 'read', reason: 'read_only' };
  }
  if (entry !== undefined) return { ...ANSWER_OF_VERDICT[entry.verdict], entry };
  if (hasReadPrefix(facts.eventName)) return { class: 'read', reason: 'read_name' };
  return { class: 'change', reason: facts.readOnly === false ? 'write' : 'write_name' };
}

const ANSWER_OF_VERDICT: Readonly<Record<ProfileEntry['verdict'], { readonly class: EventClass; readonly reason: ReasonCode }>> = {
  read: { class: 'read', reason: 'read_table' },
  noise: { class: 'noise', reason: 'noise_table' },
  keep: { class: 'change', reason: 'write_table' },
  interactive: { class: 'interactive', reason: 'interactive' },
  sign_in: { class: 'sign_in', reason: 'sign_in' },
};

const READ_PREFIX = new RegExp(`^(?:${READ_PREFIXES.join('|')})(?![a-z])`);

/** The name begins with a word that only reads; the word must end there (`Getaway` is none). */
export function hasReadPrefix(eventName: string): boolean {
  return READ_PREFIX.test(eventName);
}

interface CompiledEntry {
  readonly entry: ProfileEntry;
  readonly matches: (name: string) => boolean;
}

const BY_SERVICE: ReadonlyMap<string, readonly CompiledEntry[]> = compileProfile(CLOUDTRAIL_PROFILE);

function compileProfile(profile: readonly ProfileEntry[]): ReadonlyMap<string, readonly CompiledEntry[]> {
  const byService = new Map<string, CompiledEntry[]>();
  for (const entry of profile) {
    const compiled = entry.actions.map((action) => ({ entry, matches: glob(action) }));
    byService.set(entry.service, [...(byService.get(entry.service) ?? []), ...compiled]);
  }
  return byService;
}

/** The row of the tables for an action: the service's own rows first. */
export function profileEntry(facts: Pick<ActionFacts, 'service' | 'eventName' | 'hasAwsPrincipal'>): ProfileEntry | undefined {
  for (const service of [facts.service, '*']) {
    const found = BY_SERVICE.get(service)?.find(
      ({ entry, matches }) => matches(facts.eventName) && (entry.endUserOnly !== true || !facts.hasAwsPrincipal),
    );
    if (found !== undefined) return found.entry;
  }
  return undefined;
}
