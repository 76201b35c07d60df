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

/** Part of the messages that may come back without anybody being told: two ends of a period never meet quite the same messages. */
const COMES_BACK = 0.05;

/** What there is to watch in a stack. */
export interface Watched {
  readonly deadLetters: sqs.IQueue;
  readonly undelivered: sqs.IQueue;
  /** Queues with what comes in, before anything is decided. */
  readonly incoming: readonly sqs.IQueue[];
  /** Queues whose messages wait for a sink. */
  readonly outgoing: readonly sqs.IQueue[];
  readonly functions: readonly lambda.IFunction[];
  /** Those whose failures are not told by something else: not those that Lambda calls asynchronously, whose events then lie in `undelivered`. */
  readonly failing: readonly lambda.IFunction[];
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

  #queues({ deadLetters, undelivered, incoming, outgoing }: Watched): void {
    this.#add('DriftwireDeadLetters', visible(deadLetters), { above: 0 });
    this.#add('DriftwireUndelivered', visible(undelivered), { above: 0 });
    const ages = [...outgoing, ...incoming].map((queue) =>
      queue.metricApproximateAgeOfOldestMessage({ period: MINUTES_5, statistic: 'Maximum' }),
    );
    this.#add('DriftwireQueueOld', together('MAX', ages, 'oldest message'), { above: LATE_SECONDS });
    // Two of three: a message that nobody takes is tried every 15 minutes, which may step over a period.
    this.#add('DriftwireNothingDelivered', comingBack(outgoing), { above: 0, periods: 3, bad: 2 });
  }

  #functions({ failing, throttled, metrics }: Watched): void {
    const failures = failing.map((one) => one.metricErrors({ period: MINUTES_5, statistic: 'Sum' }));
    this.#add('DriftwireFunctionErrors', together('SUM', failures, 'errors'), { above: 0 });
    const refused = throttled.map((one) => one.metricThrottles({ period: MINUTES_5, statistic: 'Sum' }));
    this.#add('DriftwireFunctionThrottled', together('SUM', refused, 'throttles'), { above: 0, periods: 2 });
    if (metrics === undefined) return;
    // Each invoke adds 0 or 1, so that the smallest is 1 when all have failed. Lambda has no metric for a function that is not invoked:
    // here nothing means that it is broken.
    const failed = metrics.metricErrors({ period: MINUTES_5, statistic: 'Minimum' });
    this.#add('DriftwireFlushStopped', failed, { above: 0, periods: 2, missing: cloudwatch.TreatMissingData.BREACHING });
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

/**
 * 1 when messages are received and not deleted, so that they come again. The age of the oldest message does not show this: SQS leaves out of it what
 * was received three times, and a message that waits for a sink is after a minute.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html (read 2026-11)
 */
function comingBack(queues: readonly sqs.IQueue[]): cloudwatch.IMetric {
  const options = { period: MINUTES_15, statistic: 'Sum' };
  const sum = (name: string): string => queues.map((_, index) => `FILL(${name}${index}, 0)`).join(' + ');
  const [received, deleted] = [sum('received'), sum('deleted')];
  return new cloudwatch.MathExpression({
    expression: `IF((${received}) - (${deleted}) > ${COMES_BACK} * (${received}), 1, 0)`,
    usingMetrics: Object.fromEntries(
      queues.flatMap((queue, index) => [
        [`received${index}`, queue.metricNumberOfMessagesReceived(options)],
        [`deleted${index}`, queue.metricNumberOfMessagesDeleted(options)],
      ]),
    ),
    label: 'messages come back',
    period: MINUTES_15,
  });
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
