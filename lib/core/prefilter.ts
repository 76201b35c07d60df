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
import type { CallerClass, CallerClassifier, CallerQuestion, CloudTrailFacts, KubernetesFacts, Prefilter } from './model/facts.ts';
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

/** What the facts without the caller give: a reason to skip, or what is known when the caller is asked; undefined: parse. */
interface FirstLook {
  readonly skip: DropReason | undefined;
  /** What becomes of the call, by class of caller. */
  readonly skipFor: (callerClass: CallerClass) => DropReason | undefined;
}

/** A class of callers is twice the place of their hand in this list, and one more for root. */
const HANDS = ['service', 'pipeline', 'workload', 'human', 'unknown'] as const satisfies readonly HandAnswer['hand'][];

/** The prefilter of a policy and a set of rules. */
export function makePrefilter(policy: CompiledPolicy, engine: RuleEngine): Prefilter {
  return new RulePrefilter(policy, engine);
}

class RulePrefilter implements Prefilter {
  readonly #policy: CompiledPolicy;
  readonly #engine: RuleEngine;
  readonly #firstLooks = new Map<string, FirstLook>();
  /** Classes of callers, by classifier and identity. */
  readonly #classes = new Map<string, CallerClass | undefined>();
  readonly #classifiers = new Map<string, CallerClassifier>();
  /** Which facts beyond the identity some declared entry asks for. */
  readonly #asks: { readonly userAgent: boolean; readonly clusters: boolean; readonly namespaces: boolean; readonly accounts: boolean };

  constructor(policy: CompiledPolicy, engine: RuleEngine) {
    this.#policy = policy;
    this.#engine = engine;
    const entries = [...policy.breakGlass, ...policy.pipelines, ...policy.workloads].map(({ entry }) => entry);
    this.#asks = {
      userAgent: entries.some(({ user_agent }) => user_agent !== undefined),
      clusters: entries.some(({ clusters }) => clusters !== undefined),
      namespaces: entries.some(({ namespaces }) => namespaces !== undefined),
      accounts: entries.some(({ accounts }) => accounts !== undefined),
    };
  }

  cloudtrail(facts: CloudTrailFacts): DropReason | CallerQuestion | undefined {
    if (parseRfc3339(facts.eventTime) === undefined) return undefined;
    const { eventSource, eventName, eventType, readOnly, errorCode } = facts;
    // Managed Grafana hides its real action elsewhere in the record.
    if (eventSource === 'grafana.amazonaws.com') return undefined;
    const key = `${eventSource}\n${eventName}\n${eventType}\n${readOnly}\n${errorCode}`;
    const first = remember(this.#firstLooks, MEMORY, key, () => this.#lookAtAction(facts));
    if (first.skip !== undefined) return first.skip;
    return this.#question(first, `aws_cloudtrail\n${eventType}`, (value) => ({
      source: 'aws_cloudtrail',
      principal: cloudtrailPrincipal({ userIdentity: value }),
      target: {},
      eventType,
      consoleSession: false,
    }));
  }

  kubernetes(
    facts: KubernetesFacts,
    cluster: string | undefined,
    envelopeAccount: string | undefined,
  ): DropReason | CallerQuestion | undefined {
    if (parseRfc3339(facts.stageTimestamp) === undefined) return undefined;
    const { verb, stage, resource, subresource, namespace, code } = facts;
    const key = `${verb}\n${stage}\n${resource}\n${subresource}\n${code}`;
    const first = remember(this.#firstLooks, MEMORY, key, () => this.#lookAtRequest(facts));
    if (first.skip !== undefined) return first.skip;
    // Without an envelope the cluster may still be named by an annotation, which only the full parser sees.
    if (cluster === undefined && this.#asks.clusters) return undefined;
    const account = envelopeAccount ?? ownEntry(this.#policy.policy.clusters, cluster)?.account;
    // Only what some declared entry asks for may tell classifiers apart: each learns all callers anew.
    const place = `${this.#asks.clusters ? cluster : ''}\n${account}\n${this.#asks.namespaces ? namespace : ''}`;
    return this.#question(first, `k8s_audit\n${place}`, (value) => ({
      source: 'k8s_audit',
      principal: kubernetesPrincipal({ user: value }),
      target: this.#asks.namespaces && namespace !== undefined ? { namespace } : {},
      ...(cluster === undefined ? {} : { cluster }),
      ...(account === undefined ? {} : { account }),
    }));
  }

  #lookAtAction(facts: CloudTrailFacts): FirstLook {
    const known = new Map<string, string | undefined>([
      ['ct.name', facts.eventName],
      ['ct.src', facts.eventSource],
      ['ct.eventtype', facts.eventType],
      ['ct.error', facts.errorCode],
      ['ct.readonly', facts.readOnly === undefined ? undefined : String(facts.readOnly)],
      ['drift.decides', 'true'],
    ]);
    if (classOfFacts(facts) === 'read') return this.#decided('aws_cloudtrail', known, true, 'read');
    return this.#callerDecides('aws_cloudtrail', known, true);
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
    return decides ? this.#callerDecides('k8s_audit', known, decides) : this.#decided('k8s_audit', known, decides, 'stage');
  }

  /** An event that is no drift whoever called: skipped unless a rule asks for more than is known. */
  #decided(source: Caller['source'], known: Map<string, string | undefined>, decides: boolean, reason: 'read' | 'stage'): FirstLook {
    known.set('drift.manual', 'false');
    if (reason === 'read') known.set('drift.class', 'read');
    return this.#mayMatch(source, known)
      ? this.#callerDecides(source, known, decides)
      : { ...this.#callerDecides(source, known, decides), skip: reason };
  }

  #mayMatch(source: Caller['source'], known: ReadonlyMap<string, string | undefined>): boolean {
    return this.#engine.mayMatch(
      source,
      (field): Knowledge => (known.has(field) ? { known: true, value: known.get(field) } : { known: false }),
    );
  }

  /** Software and declared pipelines make no drift. */
  #callerDecides(source: Caller['source'], known: ReadonlyMap<string, string | undefined>, decides: boolean): FirstLook {
    const answers = new Map<CallerClass, DropReason | undefined>();
    const skipFor = (callerClass: CallerClass): DropReason | undefined =>
      remember(answers, MEMORY, callerClass, () => {
        const hand = HANDS[callerClass >> 1] as HandAnswer['hand'];
        const all = new Map(known)
          .set('drift.manual', 'false')
          .set('drift.hand', hand)
          .set('drift.root', String((callerClass & 1) === 1))
          .set('drift.break_glass', 'false')
          .set('drift.spoofed', 'false');
        if (this.#mayMatch(source, all)) return undefined;
        return known.get('drift.class') === 'read' ? 'read' : decides ? HAND_REASON[hand] : 'stage';
      });
    return { skip: undefined, skipFor };
  }

  #question({ skipFor }: FirstLook, place: string, callerOf: (value: Json) => Caller): CallerQuestion | undefined {
    if (this.#asks.userAgent) return undefined;
    const callers = remember(this.#classifiers, MEMORY, place, () => ({
      classOf: (identity) => remember(this.#classes, CALLER_MEMORY, `${place}\n${identity}`, () => this.#classOf(identity, callerOf)),
    }));
    return { callers, skipFor };
  }

  /** The class of a caller whose hand is known from the identity alone, and is not reported. */
  #classOf(identity: string, callerOf: (value: Json) => Caller): CallerClass | undefined {
    const value = parseJson(identity);
    if (value === undefined) return undefined;
    const caller = callerOf(value);
    if (this.#asks.accounts && caller.principal.accountId === undefined) return undefined;
    const { hand } = handOf(caller, this.#policy);
    if (isReported(hand, this.#policy.policy.report_workloads)) return undefined;
    return HANDS.indexOf(hand) * 2 + (caller.principal.isRoot ? 1 : 0);
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
function remember<K, V>(memory: Map<K, V>, limit: number, key: K, make: () => V): V {
  const found = memory.get(key);
  if (found !== undefined || memory.has(key)) return found as V;
  const made = make();
  if (memory.size >= limit) memory.clear();
  memory.set(key, made);
  return made;
}
