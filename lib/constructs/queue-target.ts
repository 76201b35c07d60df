import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';

/**
 * A queue as the target of an EventBridge rule. The library's own target also lets EventBridge read the queue's attributes; this one
 * lets this one rule send, and nothing else.
 */
export class QueueTarget implements events.IRuleTarget {
  readonly #queue: sqs.Queue;
  readonly #undelivered: sqs.Queue;

  constructor(queue: sqs.Queue, undelivered: sqs.Queue) {
    this.#queue = queue;
    this.#undelivered = undelivered;
  }

  bind(rule: events.IRule): events.RuleTargetConfig {
    letRuleSend(this.#queue, rule);
    letRuleSend(this.#undelivered, rule);
    return { arn: this.#queue.queueArn, deadLetterConfig: { arn: this.#undelivered.queueArn } };
  }
}

/** Lets one rule send to a queue. */
export function letRuleSend(queue: sqs.Queue, rule: events.IRule): void {
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      actions: ['sqs:SendMessage'],
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
    }),
  );
}
