/** What can be called on AWS in the made-up day, with the parameters and answers that the service records. */
import { ACCOUNTS, INSTANCE } from './cast.ts';
import type { Call } from './cloudtrail-record.ts';
import type { Random } from './random.ts';

/** A call without who, where and when. */
export type Action = Pick<Call, 'service' | 'name' | 'readOnly'> & {
  readonly request?: (random: Random, account: string, region: string) => string;
  readonly response?: (random: Random, account: string, region: string) => string;
  readonly resources?: (random: Random, account: string, region: string) => string;
  readonly global?: boolean;
};

const instance = (random: Random) => `i-0${random.hex(16)}`;

/** What people and tools look at. */
export const READS: readonly Action[] = [
  {
    service: 'ec2',
    name: 'DescribeInstances',
    readOnly: true,
    request: (r) =>
      `{"maxResults":1000,"instancesSet":{},"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"}]}},{"name":"tag:Name","valueSet":{"items":[{"value":"app-${r.hex(4)}"}]}}]}}`,
  },
  {
    service: 'ec2',
    name: 'DescribeInstanceStatus',
    readOnly: true,
    request: (r) =>
      `{"instancesSet":{"items":[{"instanceId":"${instance(r)}"},{"instanceId":"${instance(r)}"}]},"filterSet":{},"includeAllInstances":true}`,
  },
  {
    service: 'ec2',
    name: 'DescribeSecurityGroups',
    readOnly: true,
    request: (r) => `{"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"sg-0${r.hex(16)}"}]},"filterSet":{}}`,
  },
  {
    service: 'ec2',
    name: 'DescribeVolumes',
    readOnly: true,
    request: (r) =>
      `{"maxResults":500,"volumeSet":{},"filterSet":{"items":[{"name":"attachment.instance-id","valueSet":{"items":[{"value":"${instance(r)}"},{"value":"${instance(r)}"},{"value":"${instance(r)}"}]}}]}}`,
  },
  {
    service: 'monitoring',
    name: 'DescribeAlarms',
    readOnly: true,
    request: (r) =>
      `{"maxRecords":100,"alarmTypes":["MetricAlarm","CompositeAlarm"],"alarmNamePrefix":"TargetTracking-table/orders-AlarmHigh-${r.uuid()}"}`,
  },
  {
    service: 'monitoring',
    name: 'GetMetricData',
    readOnly: true,
    request: (r) =>
      `{"startTime":"2026-11-20T00:00:00Z","endTime":"2026-11-20T23:59:00Z","metricDataQueries":[{"id":"m${r.below(100)}","metricStat":{"metric":{"namespace":"AWS/EC2","metricName":"CPUUtilization"},"period":300,"stat":"Average"},"returnData":true}]}`,
  },
  {
    service: 'lambda',
    name: 'ListFunctions20150331',
    readOnly: true,
    request: (r) => `{"maxItems":50,"functionVersion":"ALL","marker":"${r.base32(48)}"}`,
  },
  { service: 'lambda', name: 'GetFunction20150331v2', readOnly: true, request: () => '{"functionName":"order-archiver"}' },
  { service: 's3', name: 'ListBuckets', readOnly: true, request: () => '{"Host":"s3.amazonaws.com"}' },
  {
    service: 's3',
    name: 'GetBucketPolicyStatus',
    readOnly: true,
    request: (r) => `{"bucketName":"acme-artifacts-${r.below(20)}","Host":"acme-artifacts.s3.eu-west-1.amazonaws.com","policyStatus":""}`,
    resources: (_r, account) => `[{"accountId":"${account}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::acme-artifacts"}]`,
  },
  { service: 'iam', name: 'ListRoles', readOnly: true, request: (r) => `{"maxItems":100,"marker":"${r.base32(64)}"}`, global: true },
  { service: 'iam', name: 'GetRole', readOnly: true, request: (r) => `{"roleName":"service-role-${r.below(40)}"}`, global: true },
  { service: 'rds', name: 'DescribeDBInstances', readOnly: true, request: () => '{"maxRecords":100}' },
  { service: 'logs', name: 'DescribeLogGroups', readOnly: true, request: () => '{"limit":50,"logGroupNamePrefix":"/aws/lambda/"}' },
  {
    service: 'logs',
    name: 'StartQuery',
    readOnly: false,
    request: (r) =>
      `{"logGroupName":"/aws/lambda/order-archiver","startTime":1763596800,"endTime":1763600400,"limit":1000,"queryString":"fields @timestamp, @message | filter level = ${r.below(60)}"}`,
    response: (r) => `{"queryId":"${r.uuid()}"}`,
  },
  {
    service: 'cloudformation',
    name: 'DescribeStackEvents',
    readOnly: true,
    request: (r, account, region) => `{"stackName":"arn:aws:cloudformation:${region}:${account}:stack/shop/${r.uuid()}"}`,
  },
  {
    service: 'kms',
    name: 'DescribeKey',
    readOnly: true,
    request: () => '{"keyId":"alias/aws/s3"}',
    resources: (r, account, region) =>
      `[{"accountId":"${account}","type":"AWS::KMS::Key","ARN":"arn:aws:kms:${region}:${account}:key/${r.uuid()}"}]`,
  },
  {
    service: 'health',
    name: 'DescribeEventAggregates',
    readOnly: true,
    request: () => '{"aggregateField":"eventTypeCategory","filter":{"eventStatusCodes":["open","upcoming"]}}',
    global: true,
  },
];

/** What AWS itself looks at. */
export const SERVICE_READS: readonly Action[] = [
  { service: 'config', name: 'DescribeConfigurationRecorders', readOnly: true },
  {
    service: 's3',
    name: 'GetBucketTagging',
    readOnly: true,
    request: (r) => `{"tagging":"","bucketName":"acme-data-${r.below(30)}","Host":"acme-data.s3.eu-west-1.amazonaws.com"}`,
  },
  {
    service: 's3',
    name: 'GetBucketAcl',
    readOnly: true,
    request: () => '{"bucketName":"acme-org-trail","Host":"acme-org-trail.s3.eu-west-1.amazonaws.com","acl":""}',
  },
  { service: 'dynamodb', name: 'DescribeTable', readOnly: true, request: () => '{"tableName":"orders"}' },
  {
    service: 'ec2',
    name: 'DescribeNetworkInterfaces',
    readOnly: true,
    request: (r) =>
      `{"networkInterfaceIdSet":{"items":[{"networkInterfaceId":"eni-0${r.hex(16)}"},{"networkInterfaceId":"eni-0${r.hex(16)}"}]},"filterSet":{}}`,
  },
];

/** What a deployment does. */
export const DEPLOYS: readonly Action[] = [
  {
    service: 'lambda',
    name: 'UpdateFunctionCode20150331v2',
    readOnly: false,
    request: (r) =>
      `{"functionName":"order-archiver","s3Bucket":"acme-artifacts","s3Key":"order-archiver/${r.hex(40)}.zip","publish":true,"dryRun":false}`,
    response: (r, account, region) =>
      `{"functionName":"order-archiver","functionArn":"arn:aws:lambda:${region}:${account}:function:order-archiver:${r.below(200)}","runtime":"nodejs24.x","handler":"index.handler","codeSize":${r.below(9000000)},"timeout":30,"memorySize":512,"version":"${r.below(200)}","state":"Active","lastUpdateStatus":"InProgress"}`,
  },
  {
    service: 'ecs',
    name: 'RegisterTaskDefinition',
    readOnly: false,
    request: (r, account, region) =>
      `{"family":"shop-web","networkMode":"awsvpc","containerDefinitions":[{"name":"web","image":"${account}.dkr.ecr.${region}.amazonaws.com/web:${r.hex(12)}","essential":true,"portMappings":[{"containerPort":8080,"protocol":"tcp"}]}],"requiresCompatibilities":["FARGATE"],"cpu":"512","memory":"1024"}`,
    response: (r, account, region) =>
      `{"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:${region}:${account}:task-definition/shop-web:${r.below(400)}","family":"shop-web","revision":${r.below(400)},"status":"ACTIVE"}}`,
  },
  {
    service: 'ecs',
    name: 'UpdateService',
    readOnly: false,
    request: (r) => `{"cluster":"apps","service":"shop-web","taskDefinition":"shop-web:${r.below(400)}","forceNewDeployment":false}`,
    response: (_r, account, region) =>
      `{"service":{"serviceArn":"arn:aws:ecs:${region}:${account}:service/apps/shop-web","status":"ACTIVE","desiredCount":3,"runningCount":3}}`,
  },
  {
    service: 'ecr',
    name: 'PutImage',
    readOnly: false,
    request: (r, account) => `{"registryId":"${account}","repositoryName":"web","imageTag":"${r.hex(12)}"}`,
    resources: (_r, account, region) => `[{"accountId":"${account}","ARN":"arn:aws:ecr:${region}:${account}:repository/web"}]`,
  },
  {
    service: 'cloudformation',
    name: 'ExecuteChangeSet',
    readOnly: false,
    request: (r, account, region) =>
      `{"changeSetName":"arn:aws:cloudformation:${region}:${account}:changeSet/cdk-deploy-change-set/${r.uuid()}","stackName":"shop","clientRequestToken":"cdk${r.hex(12)}"}`,
  },
];

/** What an apply does. */
export const TERRAFORM_CHANGES: readonly Action[] = [
  {
    service: 'ec2',
    name: 'CreateTags',
    readOnly: false,
    request: (r) =>
      `{"resourcesSet":{"items":[{"resourceId":"vpc-0${r.hex(16)}"}]},"tagSet":{"items":[{"key":"managed-by","value":"terraform"}]}}`,
    response: (r) => `{"requestId":"${r.uuid()}","_return":true}`,
  },
  {
    service: 'iam',
    name: 'PutRolePolicy',
    readOnly: false,
    request: (r) =>
      `{"roleName":"service-role-${r.below(40)}","policyName":"inline","policyDocument":"{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Action\\":\\"sqs:SendMessage\\",\\"Resource\\":\\"*\\"}]}"}`,
    global: true,
  },
  {
    service: 'sqs',
    name: 'SetQueueAttributes',
    readOnly: false,
    request: (_r, account, region) =>
      `{"queueUrl":"https://sqs.${region}.amazonaws.com/${account}/orders","attributes":{"VisibilityTimeout":"60"}}`,
  },
  {
    service: 'route53',
    name: 'ChangeResourceRecordSets',
    readOnly: false,
    request: (r) =>
      `{"hostedZoneId":"Z0${r.base32(18)}","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"shop.example.com","type":"CNAME","tTL":300,"resourceRecords":[{"value":"lb.example.com"}]}}]}}`,
    response: (r) => `{"changeInfo":{"id":"/change/C${r.base32(12)}","status":"PENDING"}}`,
    global: true,
  },
];

/** Pods or tasks join a load balancer. */
export const TARGETS: Action = {
  service: 'elasticloadbalancing',
  name: 'RegisterTargets',
  readOnly: false,
  request: (r, account, region) =>
    `{"targetGroupArn":"arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/k8s-shop-web/${r.hex(16)}","targets":[{"id":"10.0.${r.below(4)}.${r.below(250)}","port":8080}]}`,
};
/** Machines start. */
export const RUN: Action = {
  service: 'ec2',
  name: 'RunInstances',
  readOnly: false,
  request: (r) =>
    `{"instancesSet":{"items":[{"imageId":"ami-0${r.hex(16)}","minCount":1,"maxCount":1}]},"instanceType":"m7g.large","subnetId":"subnet-0${r.hex(16)}","monitoring":{"enabled":false}}`,
  response: (r) =>
    `{"requestId":"${r.uuid()}","reservationId":"r-0${r.hex(16)}","instancesSet":{"items":[{"instanceId":"${instance(r)}","instanceState":{"code":0,"name":"pending"}}]}}`,
};
/** Machines end. */
export const TERMINATE: Action = {
  service: 'ec2',
  name: 'TerminateInstances',
  readOnly: false,
  request: (r) => `{"instancesSet":{"items":[{"instanceId":"${instance(r)}"}]}}`,
};
/** A network interface is made. */
export const INTERFACE: Action = {
  service: 'ec2',
  name: 'CreateNetworkInterface',
  readOnly: false,
  request: (r) =>
    `{"subnetId":"subnet-0${r.hex(16)}","description":"Amazon EKS demo","groupSet":{"items":[{"groupId":"sg-0${r.hex(16)}"}]},"privateIpAddressesSet":{}}`,
};
/** A log stream opens. */
export const LOG_STREAM: Action = {
  service: 'logs',
  name: 'CreateLogStream',
  readOnly: false,
  request: (r) => `{"logGroupName":"/aws/lambda/order-archiver","logStreamName":"2026/11/20/[$LATEST]${r.hex(32)}"}`,
};
/** An SSM agent reports. */
export const AGENT_REPORT: Action = {
  service: 'ssm',
  name: 'UpdateInstanceInformation',
  readOnly: false,
  request: (r) =>
    `{"instanceId":"${INSTANCE.session}","agentVersion":"3.3.3050.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"10.0.1.${r.below(250)}","computerName":"app-server.example.com","agentName":"amazon-ssm-agent"}`,
};
/** An object is written (data plane). */
export const PUT_ITEM: Action = {
  service: 's3',
  name: 'PutObject',
  readOnly: false,
  request: (r) => `{"bucketName":"acme-orders","Host":"acme-orders.s3.eu-west-1.amazonaws.com","key":"archive/${r.hex(24)}.json"}`,
  resources: (_r, account) => `[{"accountId":"${account}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::acme-orders"}]`,
};
/** A key is used. */
export const DECRYPT: Action = {
  service: 'kms',
  name: 'Decrypt',
  readOnly: true,
  request: (r) =>
    `{"encryptionContext":{"aws:lambda:FunctionArn":"arn:aws:lambda:eu-west-1:${ACCOUNTS.prod}:function:order-archiver"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT","nonce":"${r.hex(8)}"}`,
  resources: (r, account, region) =>
    `[{"accountId":"${account}","type":"AWS::KMS::Key","ARN":"arn:aws:kms:${region}:${account}:key/${r.uuid()}"}]`,
};
/** An alarm is set. */
export const PUT_ALARM: Action = {
  service: 'monitoring',
  name: 'PutMetricAlarm',
  readOnly: false,
  request: (r) =>
    `{"alarmName":"TargetTracking-table/orders-AlarmHigh-${r.uuid()}","metricName":"ConsumedReadCapacityUnits","namespace":"AWS/DynamoDB","period":60,"evaluationPeriods":2,"threshold":${r.below(90)},"comparisonOperator":"GreaterThanThreshold","statistic":"Sum"}`,
};
