/** Opens the function `reconcile`: which sources are asked again, and through which patterns. */
import { SYSTEM_TIMING } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import { DriftwireError } from '../core/errors.ts';
import { compilePolicy } from '../core/policy/declared.ts';
import { CWL_TRUNCATED_PATTERN, cloudWatchLogsPattern } from '../core/policy/to-cwl.ts';
import { eventBridgePattern } from '../core/policy/to-eventbridge.ts';
import { logHistory } from '../sources/history/filter-log-events.ts';
import type { History } from '../sources/history/history.ts';
import { lookupHistory } from '../sources/history/lookup-events.ts';
import { openDetector } from './detector.ts';
import { findingsQueue, functionLog } from './function-parts.ts';
import { portableEngine } from './portable-rules.ts';
import { Reconciliation } from './reconciliation.ts';
import { type FunctionSettings, readSettings } from './settings.ts';
import { openStore } from './store.ts';

/** Where a function runs, from its ARN. */
export interface FunctionPlace {
  readonly account: string;
  readonly region: string;
}

/** `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:ALIAS]` */
const FUNCTION_ARN = /^arn:[a-z-]+:lambda:([a-z0-9-]+):(\d{12}):function:/;

/** Reads account and region from the ARN that Lambda tells a function. @throws {DriftwireError} `DW_USAGE` for anything else. */
export function placeOf(functionArn: string): FunctionPlace {
  const [, region, account] = FUNCTION_ARN.exec(functionArn) ?? [];
  if (region === undefined || account === undefined) throw new DriftwireError('DW_USAGE', `not the ARN of a function: ${functionArn}`);
  return { account, region };
}

/**
 * The sources that a deployment reads: CloudTrail of its own and of the forwarding regions, and the log groups of clusters. What the subscriptions'
 * patterns leave out is left out here too.
 */
export function historiesOf({ config, detector }: FunctionSettings, { account, region }: FunctionPlace): readonly History[] {
  if (detector === undefined) throw new DriftwireError('DW_CONFIG_INVALID', 'the settings of this function have no rules: deploy again');
  const policy = compilePolicy(detector.policy);
  const engine = portableEngine(detector.rules);
  const changesOnly = eventBridgePattern(policy, engine).dropsReads;
  const regions = new Set([region, ...(config.aws?.forward_regions ?? [])]);
  const trails = [...regions].map((from) =>
    lookupHistory({
      region: from,
      changesOnly,
      open: async () => (await import('../clients/aws-cloudtrail.ts')).cloudTrail({ region: from }),
    }),
  );
  const eks = config.aws?.eks;
  if (eks === undefined) return trails;
  const open = async () => (await import('../clients/aws-logs.ts')).cloudWatchLogs();
  const filterPattern = cloudWatchLogsPattern(policy, engine).text;
  const groups = eks.log_groups.flatMap((logGroup) => [
    logHistory({ logGroup, owner: account, filterPattern, open }),
    ...(eks.truncated_lines
      ? [logHistory({ logGroup, owner: account, filterPattern: CWL_TRUNCATED_PATTERN, part: 'cut lines', open })]
      : []),
  ]);
  return [...trails, ...groups];
}

/** Opens the function for the place it runs in. */
export async function openReconcile(place: FunctionPlace): Promise<Reconciliation> {
  const log = functionLog();
  const settings = readSettings(functionEnvironment().configHash);
  return new Reconciliation({
    histories: historiesOf(settings, place),
    store: await openStore(),
    detector: openDetector(settings, log),
    findings: findingsQueue(),
    timing: SYSTEM_TIMING,
    log,
  });
}
