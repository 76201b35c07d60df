import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { ALARM_TEXTS, type AlarmName } from './alarm-texts.ts';

/** Where the runbook is; alarms name its headings. */
export const RUNBOOK = 'docs/runbook.md';

/** When an alarm fires. */
export type Condition = {
  /** Periods that are looked at, 1 unless given. */
  readonly periods?: number;
  /** How many of these must be bad; all unless given. */
  readonly bad?: number;
  /** What it means that there is no data; nothing bad unless given. */
  readonly missing?: cloudwatch.TreatMissingData;
} & ({ readonly above: number } | { readonly below: number });

/** Adds an alarm under its heading in the runbook; with a topic it is sent there, also when it is over. */
export function addAlarm(
  scope: Construct,
  name: AlarmName,
  metric: cloudwatch.IMetric,
  when: Condition,
  topicArn: string | undefined,
): void {
  const rises = 'above' in when;
  const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
  const alarm = new cloudwatch.Alarm(scope, name, {
    alarmName: name,
    alarmDescription: `${ALARM_TEXTS[name]} What to do: ${RUNBOOK}#${name.toLowerCase()}`,
    metric,
    threshold: rises ? when.above : when.below,
    comparisonOperator: rises ? GREATER_THAN_THRESHOLD : LESS_THAN_THRESHOLD,
    evaluationPeriods: when.periods ?? 1,
    ...(when.bad === undefined ? {} : { datapointsToAlarm: when.bad }),
    treatMissingData: when.missing ?? cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  if (topicArn === undefined) return;
  const action = { bind: () => ({ alarmActionArn: topicArn }) };
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
}
