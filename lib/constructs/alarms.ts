import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { addAlarm, type Condition } from './add-alarm.ts';
import type { AlarmName } from './alarm-texts.ts';
import { FILTER_NAME } from './audit-log.ts';

const MINUTES_5 = Duration.minutes(5);
const MINUTES_15 = Duration.minutes(15);

/** Seconds after which something that should take seconds is late. */
const LATE_SECONDS = 900;

/** What there is to watch in a stack. */
export interface Watched {
  readonly deadLetters: sqs.IQueue;
  readonly undelivered: sqs.IQueue;
  /** Queues that functions work off, without that of the findings. */
  readonly queues: readonly sqs.IQueue[];
  readonly findings: sqs.IQueue;
  readonly functions: readonly lambda.IFunction[];
  /** Those that nothing waits for when they are throttled, and the busiest one. */
  readonly throttled: readonly lambda.IFunction[];
  readonly rule: events.IRule;
  readonly stream: kinesis.IStream | undefined;
  /** Whether log groups are subscribed to. */
  readonly subscribed: boolean;
  readonly metrics: lambda.IFunction | undefined;
  /** Log with the findings, where no other place for them is configured. */
  readonly findingsLog: string | undefined;
  /** Log of the function that asks again; undefined where nothing is asked again. */
  readonly reconcileLog: string | undefined;
}

export interface AlarmsProps {
  readonly watched: Watched;
  readonly topicArn: string | undefined;
}

/**
 * Alarms about Driftwire itself. CloudWatch bills each metric that an alarm reads, not each alarm, so every one here is a metric that
 * nothing else shows; `docs/deploy/cost.md` has the sum.
 */
export class Alarms extends Construct {
  readonly #topicArn: string | undefined;

  constructor(scope: Construct, id: string, { watched, topicArn }: AlarmsProps) {
    super(scope, id);
    this.#topicArn = topicArn;
    this.#queues(watched);
    this.#functions(watched);
    this.#intake(watched);
    this.#audit(watched);
  }

  #queues({ deadLetters, undelivered, queues, findings }: Watched): void {
    this.#add('DriftwireDeadLetters', visible(deadLetters), { above: 0 });
    this.#add('DriftwireUndelivered', visible(undelivered), { above: 0 });
    const ages = [findings, ...queues].map((queue) =>
      queue.metricApproximateAgeOfOldestMessage({ period: MINUTES_5, statistic: 'Maximum' }),
    );
    this.#add('DriftwireQueueOld', together('MAX', ages, 'oldest message'), { above: LATE_SECONDS, periods: 2 });
    const sent = findings.metricNumberOfMessagesSent({ period: MINUTES_15, statistic: 'Sum' });
    const deleted = findings.metricNumberOfMessagesDeleted({ period: MINUTES_15, statistic: 'Sum' });
    const stuck = new cloudwatch.MathExpression({
      expression: 'IF(FILL(sent, 0) > 0 AND FILL(deleted, 0) == 0, 1, 0)',
      usingMetrics: { sent, deleted },
      label: 'findings and none delivered',
      period: MINUTES_15,
    });
    this.#add('DriftwireNothingDelivered', stuck, { above: 0 });
  }

  #functions({ functions, throttled, metrics }: Watched): void {
    const failures = functions.map((one) => one.metricErrors({ period: MINUTES_5, statistic: 'Sum' }));
    this.#add('DriftwireFunctionErrors', together('SUM', failures, 'errors'), { above: 0 });
    const refused = throttled.map((one) => one.metricThrottles({ period: MINUTES_5, statistic: 'Sum' }));
    this.#add('DriftwireFunctionThrottled', together('SUM', refused, 'throttles'), { above: 0, periods: 2 });
    if (metrics === undefined) return;
    const flushed = new cloudwatch.MathExpression({
      expression: 'FILL(invocations, 0) - FILL(failures, 0)',
      usingMetrics: {
        invocations: metrics.metricInvocations({ period: MINUTES_5, statistic: 'Sum' }),
        failures: metrics.metricErrors({ period: MINUTES_5, statistic: 'Sum' }),
      },
      label: 'flushes',
      period: MINUTES_5,
    });
    // Lambda has no metric for a function that is not invoked: here nothing means that it is broken.
    this.#add('DriftwireFlushStopped', flushed, { below: 1, periods: 2, missing: cloudwatch.TreatMissingData.BREACHING });
  }

  #intake({ rule }: Watched): void {
    const ofRule = (metricName: string, period: Duration) =>
      new cloudwatch.Metric({ namespace: 'AWS/Events', metricName, dimensionsMap: { RuleName: rule.ruleName }, period, statistic: 'Sum' });
    this.#add('DriftwireRuleFailing', ofRule('FailedInvocations', MINUTES_5), { above: 0 });
    // Three days, because the pattern leaves out what AWS and functions do: a weekend without people is quiet.
    this.#add('DriftwireNothingArrives', ofRule('TriggeredRules', Duration.days(1)), {
      below: 1,
      periods: 3,
      missing: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  #audit({ stream, subscribed }: Watched): void {
    if (stream !== undefined) {
      const age = stream.metricGetRecordsIteratorAgeMilliseconds({ period: MINUTES_5, statistic: 'Maximum' });
      this.#add('DriftwireStreamLagging', age, { above: LATE_SECONDS * 1_000 });
    }
    if (!subscribed) return;
    this.#add('DriftwireSubscriptionFailing', ofSubscriptions('DeliveryErrors'), { above: 0 });
    this.#add('DriftwireSubscriptionThrottled', ofSubscriptions('DeliveryThrottling'), { above: 0 });
  }

  #add(name: AlarmName, metric: cloudwatch.IMetric, when: Condition): void {
    addAlarm(this, name, metric, when, this.#topicArn);
  }
}

function visible(queue: sqs.IQueue): cloudwatch.IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: MINUTES_5, statistic: 'Maximum' });
}

/** Over all log groups at once; a query needs no list of them, and none of the values that CloudWatch gives the other dimensions. */
function ofSubscriptions(metricName: string): cloudwatch.IMetric {
  const expression = `SELECT SUM(${metricName}) FROM SCHEMA("AWS/Logs", DestinationType, FilterName, LogGroupName) WHERE FilterName = '${FILTER_NAME}'`;
  return new cloudwatch.MathExpression({ expression, usingMetrics: {}, label: metricName, period: MINUTES_5 });
}

/** One metric as it is, several as their sum or maximum. */
function together(how: 'SUM' | 'MAX', metrics: readonly cloudwatch.IMetric[], label: string): cloudwatch.IMetric {
  const [only] = metrics;
  if (only !== undefined && metrics.length === 1) return only;
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new cloudwatch.MathExpression({ expression: `${how}(METRICS())`, usingMetrics, label, period: MINUTES_5 });
}
