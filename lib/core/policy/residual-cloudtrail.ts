import type { RuleEngine } from '../rules/engine.ts';
import type { PrincipalEntry } from './policy.ts';
import { type RawTest, residualTests } from './residual.ts';

/** Fields of rules whose value is a member's own text, with the path of that member; the ones that select best first. */
export const RAW_CLOUDTRAIL: ReadonlyMap<string, readonly string[]> = new Map([
  ['ct.name', ['eventName']],
  ['ct.error', ['errorCode']],
  ['ct.src', ['eventSource']],
  ['ct.user.identitytype', ['userIdentity', 'type']],
  ['ct.eventtype', ['eventType']],
  ['ct.region', ['awsRegion']],
]);

/** What rules may still match of calls that a pattern would leave out; undefined: anything, so none may be left out. */
export interface ActionTests {
  /** Of calls that only read. */
  readonly read: readonly RawTest[] | undefined;
  /** Of what AWS does itself. */
  readonly service: readonly RawTest[] | undefined;
  /** Of what declared pipelines and workloads do. */
  readonly pipeline: readonly RawTest[] | undefined;
  /** Of what a function does with its own role. */
  readonly workload: readonly RawTest[] | undefined;
}

const SILENT = { 'drift.manual': 'false', 'drift.break_glass': 'false', 'drift.spoofed': 'false', 'drift.decides': 'true' } as const;

/** Asks the loaded rules what they may match of CloudTrail records that would be left out; a declared pipeline is one before it is anything else. */
export function actionTests(engine: RuleEngine, pipelines: readonly PrincipalEntry[]): ActionTests {
  const readable = new Set(RAW_CLOUDTRAIL.keys());
  const ask = (...regions: Parameters<typeof residualTests>[2]): readonly RawTest[] | undefined =>
    residualTests(engine, 'aws_cloudtrail', regions, readable);
  const noRoot = { ...SILENT, 'drift.root': 'false' };
  const pipeline = { ...noRoot, 'drift.hand': 'pipeline' };
  const workload = { ...noRoot, 'drift.hand': 'workload' };
  const claimed = pipelines.some(({ role, user }) => role !== undefined || user !== undefined) ? [pipeline] : [];
  const read = { 'ct.readonly': 'true', 'drift.manual': 'false', 'drift.decides': 'true' };
  return {
    read: ask({ ...read, 'drift.class': 'read' }, { ...read, 'drift.class': 'noise' }),
    service: ask({ ...SILENT, 'drift.hand': 'service' }, ...claimed),
    pipeline: ask(pipeline, workload),
    workload: ask(workload, ...claimed),
  };
}
