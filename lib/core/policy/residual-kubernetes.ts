import type { Hand } from '../model/verdict.ts';
import type { RuleEngine } from '../rules/engine.ts';
import { RAW_KUBERNETES, termsOf } from './cwl-terms.ts';
import { globsOverlap } from './globs-overlap.ts';
import { userNameGlob } from './kubernetes-names.ts';
import type { PrincipalEntry } from './policy.ts';
import { type Known, residualTests } from './residual.ts';

/** Terms for what rules may still match of requests that a pattern would leave out; undefined: for anything, so none may be left out. */
export interface RequestTerms {
  /** Of what was only received, or has no stage. */
  readonly received: readonly string[] | undefined;
  /** Of requests that only read. */
  readonly read: readonly string[] | undefined;
  /** Of what nodes do. */
  readonly node: readonly string[] | undefined;
  /** Of what the control plane does. */
  readonly service: readonly string[] | undefined;
  /** Of what pods do. */
  readonly workload: readonly string[] | undefined;
  /** Of what declared pipelines and workloads do. */
  readonly declared: readonly string[] | undefined;
}

/** Verbs of the requests that only read and that are many; the rare others are let through. */
export const MANY_READS: readonly string[] = ['get', 'list', 'watch'];

/** Asks the loaded rules what they may match of audit events that would be left out; a declared pipeline is one before it is anything else. */
export function requestTerms(engine: RuleEngine, pipelines: readonly PrincipalEntry[]): RequestTerms {
  const readable = new Set(RAW_KUBERNETES.keys());
  const ask = (...regions: readonly Known[]): readonly string[] | undefined =>
    termsOf(residualTests(engine, 'k8s_audit', [...regions, ...regions.map(withoutFields)], readable));
  const silent = { 'drift.manual': 'false', 'drift.break_glass': 'false', 'drift.spoofed': 'false', 'drift.root': 'false' };
  const hand = (name: Hand): Known => ({ ...silent, 'drift.hand': name });
  const received = { 'drift.manual': 'false', 'drift.decides': 'false', 'drift.root': 'false' };
  // a spoofed machine's reads are let through by a test of their own
  const read = { 'drift.manual': 'false', 'drift.class': 'read', 'drift.spoofed': 'false', 'drift.root': 'false' };
  const [service, workload, pipeline] = [hand('service'), hand('workload'), hand('pipeline')];
  // which role is a node's cannot be told, so any declared one may be
  const claimed = (users: readonly string[], mayBeRole: boolean): readonly Known[] => {
    const isClaimed = pipelines.some((entry) => {
      const isIam = entry.role !== undefined || entry.user !== undefined;
      return isIam ? mayBeRole : users.some((user) => globsOverlap(user, userNameGlob(entry)));
    });
    return isClaimed ? [pipeline] : [];
  };
  return {
    received: ask({ ...received, 'ka.stage': 'RequestReceived' }, { ...received, 'ka.stage': undefined }),
    read: ask(...MANY_READS.map((verb) => ({ ...read, 'ka.verb': verb }))),
    node: ask(service, ...claimed(NODES, true)),
    service: ask(service, ...claimed(CONTROL_PLANE, false)),
    workload: ask(workload, ...claimed(['system:serviceaccount:*'], false)),
    declared: ask(pipeline, workload),
  };
}

const NODES = ['system:node:*'];
const CONTROL_PLANE = ['system:*', 'eks:*'];

/** The same events without `auditID`, of which every field of the plugin is absent. */
export function withoutFields(region: Known): Known {
  const none = Object.fromEntries([...RAW_KUBERNETES.keys()].map((field) => [field, undefined]));
  return { ...region, ...none };
}
