import type * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { letRuleSend } from './queue-target.ts';

/** A function as the target of a schedule; what EventBridge cannot hand over is not lost without a word. */
export class FunctionTarget implements events.IRuleTarget {
  readonly #function: lambda.Function;
  readonly #undelivered: sqs.Queue;

  constructor(target: lambda.Function, undelivered: sqs.Queue) {
    this.#function = target;
    this.#undelivered = undelivered;
  }

  bind(rule: events.IRule): events.RuleTargetConfig {
    new lambda.CfnPermission(this.#function, 'Schedule', {
      action: 'lambda:InvokeFunction',
      functionName: this.#function.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.ruleArn,
    });
    letRuleSend(this.#undelivered, rule);
    return { arn: this.#function.functionArn, deadLetterConfig: { arn: this.#undelivered.queueArn } };
  }
}
