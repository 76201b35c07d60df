/**
 * Which records need not be parsed: those that no loaded rule can match, as the rules themselves say when they are asked
 * with the few facts a scanner reads (three-valued: what the facts do not tell stays unknown, and unknown means parse).
 * Answers depend on few distinct values, so they are remembered; the memory is bounded and is simply begun anew when full.
 */
import { type ActionFacts, type ClassAnswer, classOfAction } from './classify/change-cloudtrail.ts';
import { classOfVerb, decidesRequest } from './classify/change-kubernetes.ts';
import { isReported } from './classify/classify.ts';
import { type HandAnswer, handOf } from './classify/hand.ts';
import type { DropReason } from './errors.ts';
import type { Caller, Json } from './model/audit-event.ts';
import type { CloudTrailFacts, KubernetesFacts, Prefilter } from './model/facts.ts';
import { canonicalEventName } from './normalise/cloudtrail.ts';
import { cloudtrailPrincipal } from './normalise/cloudtrail-principal.ts';
import { kubernetesPrincipal } from './normalise/kubernetes-principal.ts';
import type { CompiledPolicy } from './policy/declared.ts';
import { ownEntry } from './policy/policy.ts';
import type { Knowledge, RuleEngine } from './rules/engine.ts';
import { parseRfc3339 } from './time.ts';

/** How many distinct answers, and how many distinct callers, are remembered at once. */
const MEMORY = 20_000;
const CALLER_MEMORY = 4_000;

/** What the facts without the caller give: a reason to skip, or what is known for the second look; undefined: parse. */
interface FirstLook {
  readonly skip: DropReason | undefined;
  readonly decides: boolean;
  readonly known: ReadonlyMap<string, string | undefined>;
}

/** A caller whose hand is known from the identity alone. */
interface KnownCaller {
  readonly number: number;
  readonly hand: HandAnswer['hand'];
  readonly isRoot: boolean;
}

/** The prefilter of a policy and a set of rules. */
export function makePrefilter(policy: CompiledPolicy, engine: RuleEngine): Prefilter {
  return new RulePrefilter(policy, engine);
}

class RulePrefilter implements Prefilter {
  readonly #policy: CompiledPolicy;
  readonly #engine: RuleEngine;
  readonly #firstLooks = new Map<string, FirstLook | undefined>();
  readonly #callers = new Map<string, KnownCaller | undefined>();
  readonly #secondLooks = new Map<string, DropReason | undefined>();
  /** Which facts beyond the identity some declared entry asks for. */
  readonly #asks: { readonly userAgent: boolean; readonly clusters: boolean; readonly accounts: boolean };
  #callerCount = 0;

  constructor(policy: CompiledPolicy, engine: RuleEngine) {
    this.#policy = policy;
    this.#engine = engine;
    const entries = [...policy.breakGlass, ...policy.pipelines, ...policy.workloads].map(({ entry }) => entry);
    this.#asks = {
      userAgent: entries.some(({ user_agent }) => user_agent !== undefined),
      clusters: entries.some(({ clusters }) => clusters !== undefined),
      accounts: entries.some(({ accounts }) => accounts !== undefined),
    };
  }

  cloudtrail(facts: CloudTrailFacts): DropReason | undefined {
    if (parseRfc3339(facts.eventTime) === undefined) return undefined;
    const key = `${facts.eventSource}\n${facts.eventName}\n${facts.eventType}\n${facts.readOnly}\n${facts.errorCode}`;
    const first = remember(this.#firstLooks, MEMORY, key, () => this.#lookAtAction(facts));
    if (first === undefined || first.skip !== undefined) return first?.skip;
    return this.#secondLook('aws_cloudtrail', key, first, facts.identityText, facts.eventType, (value) => ({
      source: 'aws_cloudtrail',
      principal: cloudtrailPrincipal({ userIdentity: value }),
      target: {},
      eventType: facts.eventType,
      consoleSession: false,
    }));
  }

  kubernetes(facts: KubernetesFacts, cluster: string | undefined, envelopeAccount: string | undefined): DropReason | undefined {
    if (parseRfc3339(facts.stageTimestamp) === undefined) return undefined;
    const key = `${facts.verb}\n${facts.stage}\n${facts.resource}\n${facts.subresource}\n${facts.code}`;
    const first = remember(this.#firstLooks, MEMORY, key, () => this.#lookAtRequest(facts));
    if (first?.skip !== undefined) return first.skip;
    // Without an envelope the cluster may still be named by an annotation, which only the full parser sees.
    if (first === undefined || (cluster === undefined && this.#asks.clusters)) return undefined;
    const account = envelopeAccount ?? ownEntry(this.#policy.policy.clusters, cluster)?.account;
    return this.#secondLook('k8s_audit', key, first, facts.userText, `${cluster}\n${account}\n${facts.namespace}`, (value) => ({
      source: 'k8s_audit',
      principal: kubernetesPrincipal({ user: value }),
      target: facts.namespace === undefined ? {} : { namespace: facts.namespace },
      ...(cluster === undefined ? {} : { cluster }),
      ...(account === undefined ? {} : { account }),
    }));
  }

  #lookAtAction(facts: CloudTrailFacts): FirstLook | undefined {
    // Managed Grafana hides its real action elsewhere in the record.
    if (facts.eventSource === 'grafana.amazonaws.com') return undefined;
    const known = new Map<string, string | undefined>([
      ['ct.name', facts.eventName],
      ['ct.src', facts.eventSource],
      ['ct.eventtype', facts.eventType],
      ['ct.error', facts.errorCode],
      ['ct.readonly', facts.readOnly === undefined ? undefined : String(facts.readOnly)],
      ['drift.decides', 'true'],
    ]);
    if (classOfFacts(facts) === 'read') return this.#decided('aws_cloudtrail', known, true, 'read');
    return { skip: undefined, decides: true, known };
  }

  #lookAtRequest(facts: KubernetesFacts): FirstLook {
    const { verb, stage, resource, subresource, code } = facts;
    const decides = decidesRequest({ stage, resource, subresource, code });
    const known = new Map<string, string | undefined>([
      ['ka.verb', verb],
      ['ka.stage', stage],
      ['ka.target.resource', resource],
      ['ka.target.subresource', subresource],
      ['ka.response.code', code === undefined ? undefined : String(code)],
      ['drift.decides', String(decides)],
    ]);
    if (classOfVerb(verb, resource, subresource) !== undefined) return this.#decided('k8s_audit', known, decides, 'read');
    return decides ? { skip: undefined, decides, known } : this.#decided('k8s_audit', known, decides, 'stage');
  }

  /** An event that is no drift whoever called: skipped unless a rule asks for more than is known. */
  #decided(source: Caller['source'], known: Map<string, string | undefined>, decides: boolean, reason: 'read' | 'stage'): FirstLook {
    known.set('drift.manual', 'false');
    if (reason === 'read') known.set('drift.class', 'read');
    return { skip: this.#mayMatch(source, known) ? undefined : reason, decides, known };
  }

  #mayMatch(source: Caller['source'], known: ReadonlyMap<string, string | undefined>): boolean {
    return this.#engine.mayMatch(
      source,
      (field): Knowledge => (known.has(field) ? { known: true, value: known.get(field) } : { known: false }),
    );
  }

  /** The second look takes the caller in: software and declared pipelines make no drift. */
  #secondLook(
    source: Caller['source'],
    key: string,
    first: FirstLook,
    identity: string | undefined,
    place: string,
    callerOf: (value: Json) => Caller,
  ): DropReason | undefined {
    if (identity === undefined || this.#asks.userAgent) return undefined;
    const caller = remember(this.#callers, CALLER_MEMORY, `${source}\n${place}\n${identity}`, () => this.#callerOf(identity, callerOf));
    if (caller === undefined || isReported(caller.hand, this.#policy.policy.report_workloads)) return undefined;
    return remember(this.#secondLooks, MEMORY, `${caller.number}\n${key}`, () => {
      const known = new Map(first.known)
        .set('drift.manual', 'false')
        .set('drift.hand', caller.hand)
        .set('drift.root', String(caller.isRoot))
        .set('drift.break_glass', 'false')
        .set('drift.spoofed', 'false');
      if (this.#mayMatch(source, known)) return undefined;
      return first.known.get('drift.class') === 'read' ? 'read' : first.decides ? HAND_REASON[caller.hand] : 'stage';
    });
  }

  #callerOf(identity: string, callerOf: (value: Json) => Caller): KnownCaller | undefined {
    const value = parseJson(identity);
    if (value === undefined) return undefined;
    const caller = callerOf(value);
    if (this.#asks.accounts && caller.principal.accountId === undefined) return undefined;
    return { number: ++this.#callerCount, hand: handOf(caller, this.#policy).hand, isRoot: caller.principal.isRoot };
  }
}

const HAND_REASON: Readonly<Record<HandAnswer['hand'], DropReason | undefined>> = {
  service: 'service',
  pipeline: 'pipeline',
  workload: 'workload',
  human: undefined,
  unknown: undefined,
};

/** The class as far as the facts tell; undefined when it depends on whether the caller is an AWS principal. */
function classOfFacts(facts: CloudTrailFacts): ClassAnswer['class'] | undefined {
  const action: Omit<ActionFacts, 'hasAwsPrincipal'> = {
    service: facts.eventSource.replace(/\.amazonaws\.com(?:\.cn)?$/, ''),
    eventName: canonicalEventName(facts.eventName),
    eventType: facts.eventType,
    readOnly: facts.readOnly,
  };
  const answer = classOfAction({ ...action, hasAwsPrincipal: true }).class;
  return answer === classOfAction({ ...action, hasAwsPrincipal: false }).class ? answer : undefined;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // the full parser will say what is wrong with the record
  }
}

/** The remembered answer, or a new one; a full memory is begun anew. */
function remember<V>(memory: Map<string, V>, limit: number, key: string, make: () => V): V {
  const found = memory.get(key);
  if (found !== undefined || memory.has(key)) return found as V;
  const made = make();
  if (memory.size >= limit) memory.clear();
  memory.set(key, made);
  return made;
}
