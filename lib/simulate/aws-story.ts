/** What people did by hand on AWS that day, and what else a reader of the log should be told. */
import { ACCOUNTS, type AwsIdentity, BROWSER, INSTANCE, PEOPLE, PIPELINES } from './cast.ts';
import { type Call, cloudTrailEvent } from './cloudtrail-record.ts';
import type { Expectation, SimulatedEvent } from './model.ts';
import type { Random } from './random.ts';

/** One event of the story. */
interface Scene {
  /** Minutes after midnight. */
  readonly minute: number;
  readonly who: AwsIdentity;
  readonly region: string;
  /** `service:EventName`. */
  readonly action: string;
  readonly request: string;
  readonly expect: Expectation;
  readonly more?: Partial<Call>;
}

const CHANGE = 'Manual AWS change';
const SESSION = 'Interactive session on a host';
const BREAK_GLASS = 'Break-glass principal used';
const ROOT = 'Root user activity';
const NO_MFA = 'Console sign-in without MFA';
const TRAIL = 'Audit trail weakened';
const DENIED = 'Denied change attempt';

const { prod, dev } = ACCOUNTS;

function manual(why: string, ...more: readonly string[]): Expectation {
  return { hand: 'human', class: 'change', why, rules: [CHANGE, ...more].sort() };
}

function session(why: string): Expectation {
  return { hand: 'human', class: 'interactive', why, rules: [SESSION] };
}

function notDrift(eventClass: Expectation['class'], why: string, ...rules: readonly string[]): Expectation {
  return { hand: 'human', class: eventClass, why, rules: [...rules].sort() };
}

const INGRESS = (port: number) =>
  `{"groupId":"sg-0a1b2c3d4e5f60718","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":${port},"toPort":${port},"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0","description":"temporary"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}`;

const SIGN_IN = { eventType: 'AwsConsoleSignIn', readOnly: undefined, response: '{"ConsoleLogin":"Success"}' } as const;

const CAROL_SIGN_IN = `{"type":"IAMUser","principalId":"${PEOPLE.carol.principalId}","arn":"arn:aws:iam::${prod}:user/carol","accountId":"${prod}","accessKeyId":"","userName":"carol"}`;

const NOT_AUTHORISED = {
  code: 'AccessDenied',
  message: `User: arn:aws:sts::${prod}:assumed-role/AWSReservedSSO_Developer_fedcba9876543210/bob@example.com is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${prod}:user/bob-admin because no identity-based policy allows the iam:CreateUser action`,
};

const SCENES: readonly Scene[] = [
  {
    minute: 7.2,
    who: INSTANCE,
    region: 'eu-central-1',
    action: 'ec2:CreateTags',
    request: '{"resourcesSet":{"items":[{"resourceId":"i-0a1b2c3d4e5f60718"}]},"tagSet":{"items":[{"key":"owner","value":"nobody"}]}}',
    expect: { hand: 'unknown', class: 'change', why: 'an instance role: a person on the machine looks the same', rules: [CHANGE] },
  },
  {
    minute: 131,
    who: PEOPLE.contractor,
    region: 'eu-central-1',
    action: 'iam:CreateAccessKey',
    request: '{"userName":"deploy-backup"}',
    expect: {
      hand: 'unknown',
      class: 'change',
      why: 'a session that calls itself GitHubActions, from a role that is no pipeline',
      rules: [CHANGE],
    },
    more: {
      region: 'us-east-1',
      response:
        '{"accessKey":{"userName":"deploy-backup","accessKeyId":"AKIAIOSFODNN7EXAMPLE","status":"Active","createDate":"Nov 20, 2026, 2:11:00 AM"}}',
    },
  },
  {
    minute: 452.4,
    who: { ...PEOPLE.carol, userAgent: BROWSER },
    region: 'eu-north-1',
    action: 'signin:ConsoleLogin',
    request: 'null',
    expect: notDrift('sign_in', 'a sign-in of an IAM user without a second factor', NO_MFA),
    more: {
      ...SIGN_IN,
      identityText: CAROL_SIGN_IN,
      additional: '{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"No"}',
    },
  },
  {
    minute: 512.3,
    who: PEOPLE.aliceConsole,
    region: 'eu-west-1',
    action: 'ec2:AuthorizeSecurityGroupIngress',
    request: INGRESS(22),
    expect: manual('opens SSH to the world in the console'),
    more: { response: '{"requestId":"59dbff89-35bd-4eac-99ed-be587EXAMPLE","_return":true}' },
  },
  {
    minute: 514.9,
    who: PEOPLE.aliceConsole,
    region: 'eu-west-1',
    action: 'ec2:AuthorizeSecurityGroupIngress',
    request: INGRESS(5432),
    expect: manual('opens the database port in the console'),
  },
  {
    minute: 520.5,
    who: PEOPLE.aliceConsole,
    region: 'eu-west-1',
    action: 'ec2:ModifyInstanceAttribute',
    request: '{"instanceId":"i-0fedcba9876543210","instanceType":{"value":"m7g.2xlarge"}}',
    expect: manual('makes an instance bigger in the console'),
  },
  {
    minute: 548.1,
    who: PEOPLE.daveConsole,
    region: 'eu-central-1',
    action: 's3:PutBucketPolicy',
    request:
      '{"bucketName":"acme-dev-uploads","Host":"acme-dev-uploads.s3.eu-central-1.amazonaws.com","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-dev-uploads/*"}]},"policy":""}',
    expect: manual('makes a bucket public in the console'),
    more: { secondTrail: true, resources: `[{"accountId":"${dev}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::acme-dev-uploads"}]` },
  },
  {
    minute: 549,
    who: PEOPLE.daveConsole,
    region: 'eu-central-1',
    action: 's3:DeleteBucketPublicAccessBlock',
    request: '{"bucketName":"acme-dev-uploads","Host":"acme-dev-uploads.s3.eu-central-1.amazonaws.com","publicAccessBlock":""}',
    expect: manual('removes the guard of a bucket in the console'),
    more: { secondTrail: true },
  },
  {
    minute: 571.7,
    who: PEOPLE.bobCli,
    region: 'eu-central-1',
    action: 'lambda:UpdateFunctionConfiguration20150331v2',
    request: '{"functionName":"invoice-mailer","environment":{},"timeout":300}',
    expect: manual('changes a function on the command line'),
  },
  {
    minute: 573.2,
    who: PEOPLE.bobCli,
    region: 'eu-central-1',
    action: 'ssm:PutParameter',
    request: '{"name":"/invoice/smtp","type":"SecureString","value":"HIDDEN_DUE_TO_SECURITY_REASONS","overwrite":true}',
    expect: manual('overwrites a parameter on the command line'),
  },
  {
    minute: 584.6,
    who: PEOPLE.bobAsTerraform,
    region: 'eu-central-1',
    action: 'dynamodb:DeleteTable',
    request: '{"tableName":"invoice-drafts"}',
    expect: manual('a person whose user agent says Terraform'),
  },
  {
    minute: 601.3,
    who: PEOPLE.bobProd,
    region: 'us-east-1',
    action: 'iam:CreateUser',
    request: 'null',
    expect: notDrift('attempt', 'is denied a new user', DENIED),
    more: { error: NOT_AUTHORISED },
  },
  {
    minute: 630.8,
    who: PEOPLE.bobCli,
    region: 'eu-central-1',
    action: 'ssm:StartSession',
    request: '{"target":"i-0a1b2c3d4e5f60718"}',
    expect: session('opens a shell on a machine'),
    more: {
      response:
        '{"sessionId":"bob@example.com-0a1b2c3d4e5f","tokenValue":"Value hidden due to security reasons.","streamUrl":"wss://ssmmessages.eu-central-1.amazonaws.com/v1/data-channel/bob@example.com-0a1b2c3d4e5f?role=publish_subscribe"}',
    },
  },
  {
    minute: 655.1,
    who: PEOPLE.aliceCli,
    region: 'eu-west-1',
    action: 'ecs:ExecuteCommand',
    request: '{"cluster":"apps","container":"web","command":"/bin/sh","interactive":true,"task":"9781c248-0edd-4cdb-9a93-f63cb662a5d3"}',
    expect: session('opens a shell in a task'),
  },
  {
    minute: 662,
    who: PEOPLE.graceConsole,
    region: 'eu-west-1',
    action: 'cloudshell:CreateSession',
    request: '{"EnvironmentId":"11111111-2222-4333-8444-555555555555","SessionType":"TMUX","TabId":"a1b2c3d4"}',
    expect: session('opens a shell in the browser'),
  },
  {
    minute: 688.4,
    who: PEOPLE.frankTerraform,
    region: 'eu-west-1',
    action: 'ec2:DeleteRoute',
    request: '{"routeTableId":"rtb-0a1b2c3d4e5f60718","destinationCidrBlock":"10.9.0.0/16"}',
    expect: { hand: 'unknown', class: 'change', why: "the pipeline's role from a laptop, under another session name", rules: [CHANGE] },
  },
  {
    minute: 688.6,
    who: PEOPLE.frankTerraform,
    region: 'eu-west-1',
    action: 'ec2:CreateRoute',
    request: '{"routeTableId":"rtb-0a1b2c3d4e5f60718","destinationCidrBlock":"10.8.0.0/16","gatewayId":"vgw-0a1b2c3d"}',
    expect: { hand: 'unknown', class: 'change', why: "the pipeline's role from a laptop, under another session name", rules: [CHANGE] },
  },
  {
    minute: 701.5,
    who: PEOPLE.carol,
    region: 'us-east-1',
    action: 'iam:PutUserPolicy',
    request:
      '{"userName":"carol","policyName":"more","policyDocument":"{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Action\\":\\"*\\",\\"Resource\\":\\"*\\"}]}"}',
    expect: manual('gives herself every right on the command line'),
  },
  {
    minute: 730.2,
    who: PEOPLE.graceConsole,
    region: 'eu-west-1',
    action: 'cloudformation:UpdateStack',
    request: `{"stackName":"guardrails","parameters":[{"parameterKey":"Strict","parameterValue":"HIDDEN"}],"capabilities":["CAPABILITY_IAM"]}`,
    expect: manual('updates a stack in the console'),
  },
  {
    minute: 730.6,
    who: PEOPLE.graceConsole,
    region: 'eu-west-1',
    action: 'lambda:UpdateFunctionConfiguration20150331v2',
    request: '{"functionName":"guardrails-check","memorySize":256}',
    expect: { hand: 'service', class: 'change', why: 'CloudFormation works off the stack: the call that started it is reported' },
    more: { invokedBy: 'cloudformation.amazonaws.com' },
  },
  {
    minute: 731,
    who: PEOPLE.graceConsole,
    region: 'us-east-1',
    action: 'iam:PutRolePolicy',
    request: '{"roleName":"guardrails-check","policyName":"inline","policyDocument":"{}"}',
    expect: { hand: 'service', class: 'change', why: 'CloudFormation works off the stack: the call that started it is reported' },
    more: { invokedBy: 'cloudformation.amazonaws.com' },
  },
  {
    minute: 795.3,
    who: PIPELINES.terraformProd,
    region: 'eu-west-1',
    action: 'cloudtrail:StopLogging',
    request: `{"name":"arn:aws:cloudtrail:eu-west-1:${prod}:trail/legacy"}`,
    expect: { hand: 'pipeline', class: 'change', why: 'a pipeline retires a trail: expected, and told all the same', rules: [TRAIL] },
  },
  {
    minute: 842.9,
    who: PEOPLE.erinBreakGlass,
    region: 'us-east-1',
    action: 'iam:AttachRolePolicy',
    request: '{"roleName":"shop-web","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}',
    expect: manual('an emergency', BREAK_GLASS),
  },
  {
    minute: 844.1,
    who: PEOPLE.erinBreakGlass,
    region: 'eu-west-1',
    action: 'rds:RebootDBInstance',
    request: '{"dBInstanceIdentifier":"orders","forceFailover":true}',
    expect: manual('an emergency', BREAK_GLASS),
  },
  {
    minute: 845.8,
    who: PEOPLE.erinBreakGlass,
    region: 'eu-west-1',
    action: 'rds:DescribeDBInstances',
    request: '{"dBInstanceIdentifier":"orders"}',
    expect: notDrift('read', 'only looks'),
    more: { readOnly: true },
  },
  {
    minute: 905.2,
    who: PEOPLE.oscarConsole,
    region: 'eu-west-1',
    action: 'cloudtrail:StopLogging',
    request: `{"name":"arn:aws:cloudtrail:eu-west-1:${prod}:trail/org-trail"}`,
    expect: manual('switches the trail off in the console', TRAIL),
  },
  {
    minute: 906.7,
    who: PEOPLE.oscarConsole,
    region: 'eu-west-1',
    action: 'ec2:RunInstances',
    request: '{"instancesSet":{"items":[{"imageId":"ami-0a1b2c3d4e5f60718","minCount":20,"maxCount":20}]},"instanceType":"p5.48xlarge"}',
    expect: manual('starts twenty large machines in the console'),
  },
  {
    minute: 931.4,
    who: PEOPLE.oscarConsole,
    region: 'eu-west-1',
    action: 'cloudtrail:StopLogging',
    request: `{"name":"arn:aws:cloudtrail:eu-west-1:${ACCOUNTS.security}:trail/security"}`,
    expect: notDrift('attempt', "is denied to switch another account's trail off", DENIED),
    more: { error: { code: 'AccessDenied', message: 'User is not authorized to perform: cloudtrail:StopLogging' } },
  },
  {
    minute: 1002.6,
    who: PEOPLE.root,
    region: 'us-east-1',
    action: 'signin:ConsoleLogin',
    request: 'null',
    expect: { hand: 'human', class: 'sign_in', why: 'the root user signs in', rules: [ROOT] },
    more: {
      ...SIGN_IN,
      identityText: `{"type":"Root","principalId":"${dev}","arn":"arn:aws:iam::${dev}:root","accountId":"${dev}","accessKeyId":""}`,
      additional: '{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"Yes"}',
    },
  },
  {
    minute: 1004.8,
    who: PEOPLE.root,
    region: 'us-east-1',
    action: 'account:PutAlternateContact',
    request:
      '{"alternateContactType":"SECURITY","emailAddress":"HIDDEN_DUE_TO_SECURITY_REASONS","name":"HIDDEN_DUE_TO_SECURITY_REASONS","title":"HIDDEN_DUE_TO_SECURITY_REASONS"}',
    expect: manual('the root user changes a contact', ROOT),
  },
  {
    minute: 1040.4,
    who: PEOPLE.bobCli,
    region: 'eu-central-1',
    action: 'ec2:TerminateInstances',
    request: '{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0"}]}}',
    expect: notDrift('dry_run', 'asks what would happen'),
    more: { error: { code: 'Client.DryRunOperation', message: 'Request would have succeeded, but DryRun flag is set.' } },
  },
];

/** The story on AWS, in the order of time. */
export function awsStory(random: Random, midnightMs: number): readonly SimulatedEvent[] {
  return SCENES.map((scene) => {
    const [service = '', name = ''] = scene.action.split(':');
    const call: Call = { who: scene.who, region: scene.region, service, name, readOnly: false, request: scene.request, ...scene.more };
    return cloudTrailEvent(random, midnightMs + Math.round(scene.minute * 60_000), call, scene.expect);
  });
}
