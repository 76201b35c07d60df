import { Aws, Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Watched } from './alarms.ts';

const PERIOD = Duration.minutes(5);

/** The way of an event through the stack, from left to right and from top to bottom: in, worked off, left behind. */
export class Dashboard extends Construct {
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    // Dashboards belong to the account and not to a region.
    this.dashboardName = `Driftwire-${Aws.REGION}`;
    new cloudwatch.Dashboard(this, 'board', {
      dashboardName: this.dashboardName,
      defaultInterval: Duration.hours(12),
      widgets: [...findings(watched), intake(watched), queues(watched), functions(watched), ...missed(watched)],
    });
  }
}

/** What was found, where findings go nowhere else. */
function findings({ findingsLog }: Watched): cloudwatch.IWidget[][] {
  if (findingsLog === undefined) return [];
  const queryLines = [
    'fields @timestamp, user, action, verb, kind, namespace, name, account, region, rule',
    'filter level = "finding"',
    'sort @timestamp desc',
    'limit 100',
  ];
  return [[new cloudwatch.LogQueryWidget({ title: 'Findings', logGroupNames: [findingsLog], queryLines, width: 24, height: 8 })]];
}

function intake({ rule, stream, deadLetters, undelivered }: Watched): cloudwatch.IWidget[] {
  const ofRule = (metricName: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/Events',
      metricName,
      dimensionsMap: { RuleName: rule.ruleName },
      period: PERIOD,
      statistic: 'Sum',
    });
  const lag =
    stream === undefined ? [] : [graph('Audit stream: age', [stream.metricGetRecordsIteratorAgeMilliseconds({ period: PERIOD })])];
  return [
    graph('CloudTrail events matched', [ofRule('TriggeredRules'), ofRule('FailedInvocations')]),
    ...lag,
    new cloudwatch.SingleValueWidget({
      title: 'Left behind (should be 0)',
      width: 8,
      height: 6,
      metrics: [deadLetters, undelivered].map((queue) =>
        queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
      ),
    }),
  ];
}

function queues({ incoming, outgoing }: Watched): cloudwatch.IWidget[] {
  const all = [...incoming, ...outgoing];
  return [
    graph(
      'Oldest message, seconds',
      all.map((queue) => queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic: 'Maximum' })),
    ),
    graph(
      'Messages put in',
      all.map((queue) => queue.metricNumberOfMessagesSent({ period: PERIOD, statistic: 'Sum' })),
    ),
    // Where the upper lines leave the lower ones, messages come back.
    graph(
      'Messages received, and worked off',
      all.flatMap((queue) => [
        queue.metricNumberOfMessagesReceived({ period: PERIOD, statistic: 'Sum' }),
        queue.metricNumberOfMessagesDeleted({ period: PERIOD, statistic: 'Sum' }),
      ]),
    ),
  ];
}

function functions({ functions: all }: Watched): cloudwatch.IWidget[] {
  return [
    graph(
      'Invokes',
      all.map((one) => one.metricInvocations({ period: PERIOD, statistic: 'Sum' })),
    ),
    graph(
      'Errors and throttles',
      all.flatMap((one) => [one.metricErrors({ period: PERIOD }), one.metricThrottles({ period: PERIOD })]),
    ),
    graph(
      'Duration, p95',
      all.map((one) => one.metricDuration({ period: PERIOD, statistic: 'p95' })),
    ),
  ];
}

/** What no stream has brought: the number is in Prometheus (`driftwire_missed_total`), here is what the hourly look has said. */
function missed({ reconcileLog }: Watched): cloudwatch.IWidget[][] {
  if (reconcileLog === undefined) return [];
  const queryLines = [
    'fields @timestamp, level, name, events, behindMinutes, message',
    'filter ispresent(level)',
    'sort @timestamp desc',
    'limit 50',
  ];
  const title = 'Missed by the streams, found by asking again (should be empty)';
  return [[new cloudwatch.LogQueryWidget({ title, logGroupNames: [reconcileLog], queryLines, width: 24, height: 6 })]];
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 } });
}
