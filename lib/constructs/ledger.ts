import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * The one table: markers of what was counted, totals, labels, incidents (layout: `lib/stores/dynamodb/items.ts`). It stays when the
 * stack goes: totals that begin again at 0 would be wrong for ever.
 */
export class Ledger extends dynamodb.Table {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** What a function may do with the table. */
  may(...actions: readonly LedgerAction[]): iam.PolicyStatement {
    return new iam.PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [this.tableArn] });
  }
}

/** The calls of DynamoDB that the store makes; a transaction needs the actions of its parts. Each function has those that it makes: a test runs it with no other. */
export type LedgerAction = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';
