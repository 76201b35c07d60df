/** What AWS accounts do all day without anybody's hand: reads, services, pipelines, software, sign-ins, noise. */

import {
  type Action,
  AGENT_REPORT,
  DECRYPT,
  DEPLOYS,
  INTERFACE,
  LOG_STREAM,
  PUT_ALARM,
  PUT_ITEM,
  READS,
  RUN,
  SERVICE_READS,
  TARGETS,
  TERMINATE,
  TERRAFORM_CHANGES,
} from './aws-actions.ts';
import { ACCOUNTS, type AwsIdentity, BROWSER, INSTANCE, MONITOR, PEOPLE, PIPELINES, REGIONS, SERVICES, WORKLOADS } from './cast.ts';
import { type Call, cloudTrailEvent } from './cloudtrail-record.ts';
import type { Expectation, SimulatedEvent } from './model.ts';
import type { Random } from './random.ts';

type Maker = (random: Random, timeMs: number) => SimulatedEvent;

/** One kind of routine event and how often it comes, by day and by night. */
interface Kind {
  readonly day: number;
  readonly night: number;
  readonly make: Maker;
}

interface Extra extends Partial<Pick<Call, 'error' | 'invokedBy' | 'sourceIp' | 'userAgent' | 'category'>> {
  readonly secondTrailShare?: number;
}

/** Makes one call of `who` from an action. */
function act(random: Random, timeMs: number, who: AwsIdentity, action: Action, expected: Expectation, extra: Extra = {}): SimulatedEvent {
  const region = action.global === true ? 'us-east-1' : homeRegion(random, who);
  const part = (make: ((r: Random, account: string, region: string) => string) | undefined) => make?.(random, who.account, region);
  const { secondTrailShare, ...given } = extra;
  const request = part(action.request);
  const response = part(action.response);
  const resources = part(action.resources);
  const call: Call = {
    who,
    region,
    service: action.service,
    name: action.name,
    readOnly: action.readOnly,
    ...(request === undefined ? {} : { request }),
    ...(response === undefined ? {} : { response }),
    ...(resources === undefined ? {} : { resources }),
    ...given,
    // the development account has an old trail of its own beside the organisation's
    secondTrail: who.account === ACCOUNTS.dev && random.chance(secondTrailShare ?? 0.05),
  };
  return cloudTrailEvent(random, timeMs, call, expected);
}

function homeRegion(random: Random, who: AwsIdentity): string {
  const home = who.account === ACCOUNTS.dev ? 'eu-central-1' : 'eu-west-1';
  return random.chance(0.9) ? home : random.pick(REGIONS);
}

const says = (hand: Expectation['hand'], eventClass: Expectation['class'], why: string): Expectation => ({ hand, class: eventClass, why });

const DENIED = {
  error: { code: 'AccessDenied', message: 'User is not authorized to perform this operation because no identity-based policy allows it' },
};
const GONE = { error: { code: 'ResourceNotFoundException', message: 'The resource you requested does not exist' } };
const DRY = { error: { code: 'Client.DryRunOperation', message: 'Request would have succeeded, but DryRun flag is set.' } };

const LOOKERS = [PEOPLE.aliceConsole, PEOPLE.daveConsole, PEOPLE.graceConsole, PEOPLE.oscarConsole];
const DEPLOYERS = [PIPELINES.deployProd, PIPELINES.deployDev];
const TERRAFORMS = [PIPELINES.terraformProd, PIPELINES.terraformSecurity];
const IN_CLUSTER = [WORKLOADS.loadBalancer, WORKLOADS.autoscaler, WORKLOADS.externalDns];

/** Every kind with its weight; 100 of them make about one percent each. */
const KINDS: readonly Kind[] = [
  {
    day: 300,
    night: 15,
    make: (r, t) => act(r, t, r.pick(LOOKERS), r.pick(READS), says('human', 'read', 'a person looks at the console')),
  },
  {
    day: 60,
    night: 5,
    make: (r, t) => act(r, t, PEOPLE.bobCli, r.pick(READS), says('human', 'read', 'a person lists things on the command line')),
  },
  {
    day: 140,
    night: 140,
    make: (r, t) => act(r, t, r.pick(SERVICES.config), r.pick(SERVICE_READS), says('service', 'read', 'AWS Config takes stock')),
  },
  {
    day: 120,
    night: 120,
    make: (r, t) => act(r, t, MONITOR, READS[r.pick([0, 1, 4, 5])] as Action, says('unknown', 'read', 'outside monitoring reads metrics')),
  },
  {
    day: 120,
    night: 80,
    make: (r, t) =>
      act(r, t, r.pick(IN_CLUSTER), READS[r.pick([0, 2])] as Action, says('workload', 'read', 'a controller in the cluster reads')),
  },
  { day: 70, night: 20, make: (r, t) => act(r, t, r.pick(TERRAFORMS), r.pick(READS), says('pipeline', 'read', 'terraform plan reads')) },
  {
    day: 60,
    night: 60,
    make: (r, t) =>
      act(r, t, r.pick(SERVICES.cloudtrail), SERVICE_READS[2] as Action, says('service', 'read', 'CloudTrail checks its bucket'), {
        sourceIp: 'cloudtrail.amazonaws.com',
        userAgent: 'cloudtrail.amazonaws.com',
      }),
  },
  {
    day: 60,
    night: 40,
    make: (r, t) => act(r, t, WORKLOADS.lambda, DECRYPT, says('workload', 'read', 'a function decrypts its settings')),
  },
  { day: 60, night: 40, make: assumeRole },
  {
    day: 20,
    night: 10,
    make: (r, t) => act(r, t, r.pick(SERVICES.autoscaling), r.chance(0.5) ? RUN : TERMINATE, says('service', 'change', 'auto scaling')),
  },
  { day: 15, night: 10, make: (r, t) => act(r, t, r.pick(SERVICES.ecs), TARGETS, says('service', 'change', 'ECS moves tasks')) },
  {
    day: 10,
    night: 10,
    make: (r, t) => act(r, t, r.pick(SERVICES.eks), INTERFACE, says('service', 'change', 'EKS makes a network interface')),
  },
  {
    day: 30,
    night: 30,
    make: (r, t) => act(r, t, WORKLOADS.lambda, LOG_STREAM, says('workload', 'noise', 'the Lambda runtime opens a log stream')),
  },
  { day: 30, night: 30, make: (r, t) => act(r, t, INSTANCE, AGENT_REPORT, says('unknown', 'noise', 'the SSM agent reports')) },
  { day: 6, night: 6, make: serviceEvent },
  {
    day: 30,
    night: 3,
    make: (r, t) => act(r, t, r.pick(DEPLOYERS), r.pick(DEPLOYS), says('pipeline', 'change', 'a deployment from GitHub Actions')),
  },
  {
    day: 20,
    night: 2,
    make: (r, t) => act(r, t, r.pick(TERRAFORMS), r.pick(TERRAFORM_CHANGES), says('pipeline', 'change', 'terraform apply in the pipeline')),
  },
  {
    day: 15,
    night: 2,
    make: (r, t) =>
      act(
        r,
        t,
        r.pick(DEPLOYERS),
        r.pick([RUN, PUT_ALARM, TARGETS]),
        says('pipeline', 'change', 'CloudFormation works off a stack of the pipeline'),
        {
          invokedBy: 'cloudformation.amazonaws.com',
        },
      ),
  },
  {
    day: 20,
    night: 12,
    make: (r, t) => act(r, t, WORKLOADS.loadBalancer, TARGETS, says('workload', 'change', 'the load balancer controller registers pods')),
  },
  {
    day: 10,
    night: 8,
    make: (r, t) => act(r, t, WORKLOADS.autoscaler, r.chance(0.5) ? RUN : TERMINATE, says('workload', 'change', 'Karpenter scales')),
  },
  { day: 8, night: 6, make: (r, t) => act(r, t, WORKLOADS.lambda, PUT_ALARM, says('workload', 'change', 'a function keeps its alarm')) },
  { day: 6, night: 4, make: (r, t) => act(r, t, WORKLOADS.ecs, PUT_ALARM, says('workload', 'change', 'a task keeps its alarm')) },
  {
    day: 30,
    night: 20,
    make: (r, t) => act(r, t, WORKLOADS.lambda, PUT_ITEM, says('workload', 'data', 'a function archives an order'), { category: 'Data' }),
  },
  {
    day: 8,
    night: 6,
    make: (r, t) =>
      act(r, t, r.pick(SERVICES.config), SERVICE_READS[1] as Action, says('service', 'read', 'AWS Config asks for what is not there'), {
        error: { code: 'NoSuchTagSet', message: 'The TagSet does not exist' },
      }),
  },
  { day: 4, night: 4, make: (r, t) => act(r, t, r.pick(SERVICES.ecs), TARGETS, says('service', 'attempt', 'a service is denied'), DENIED) },
  {
    day: 4,
    night: 1,
    make: (r, t) => act(r, t, r.pick(DEPLOYERS), DEPLOYS[2] as Action, says('pipeline', 'attempt', 'a deployment fails'), GONE),
  },
  { day: 3, night: 0, make: (r, t) => act(r, t, PEOPLE.aliceCli, RUN, says('human', 'dry_run', 'a person asks what would happen'), DRY) },
  { day: 6, night: 0, make: signIn },
  { day: 6, night: 0, make: portalSignIn },
];

function assumeRole(random: Random, timeMs: number): SimulatedEvent {
  const account = random.pick(Object.values(ACCOUNTS));
  const who = SERVICES.lambda.find((service) => service.account === account) ?? SERVICES.lambda[0];
  const session = `session-${random.hex(8)}`;
  const roleArn = `arn:aws:iam::${account}:role/order-archiver`;
  const request = `{"roleArn":"${roleArn}","roleSessionName":"${session}","durationSeconds":3600}`;
  const response = `{"credentials":{"accessKeyId":"ASIA${random.base32(16)}","sessionToken":"HIDDEN_DUE_TO_SECURITY_REASONS","expiration":"Nov 20, 2026, 11:59:59 PM"},"assumedRoleUser":{"assumedRoleId":"AROA${random.base32(17)}:${session}","arn":"arn:aws:sts::${account}:assumed-role/order-archiver/${session}"}}`;
  const resources = `[{"accountId":"${account}","type":"AWS::IAM::Role","ARN":"${roleArn}"}]`;
  const call: Call = {
    who: who as AwsIdentity,
    region: 'eu-west-1',
    service: 'sts',
    name: 'AssumeRole',
    readOnly: true,
    request,
    response,
    resources,
    sourceIp: 'lambda.amazonaws.com',
    userAgent: 'lambda.amazonaws.com',
  };
  return cloudTrailEvent(random, timeMs, call, {
    user: 'lambda.amazonaws.com',
    hand: 'service',
    class: 'read',
    why: 'a service takes its role',
  });
}

function serviceEvent(random: Random, timeMs: number): SimulatedEvent {
  const [service, name] = random.pick([
    ['kms', 'RotateKey'],
    ['backup', 'BackupJobCompleted'],
    ['secretsmanager', 'SecretVersionDeletion'],
  ] as const);
  const who = random.pick(SERVICES.cloudtrail);
  const host = `${service}.amazonaws.com`;
  const call: Call = {
    who,
    region: 'eu-west-1',
    service,
    name,
    readOnly: false,
    eventType: 'AwsServiceEvent',
    identityText: `{"accountId":"${who.account}","invokedBy":"${host}"}`,
    sourceIp: host,
    userAgent: host,
    serviceEventDetails: `{"resourceId":"${random.uuid()}","state":"COMPLETED"}`,
  };
  return cloudTrailEvent(random, timeMs, call, { user: host, hand: 'service', class: 'change', why: 'a service reports its own work' });
}

function signIn(random: Random, timeMs: number): SimulatedEvent {
  const who = { ...PEOPLE.carol, userAgent: BROWSER };
  const call: Call = {
    who,
    region: 'eu-north-1',
    service: 'signin',
    name: 'ConsoleLogin',
    readOnly: undefined,
    eventType: 'AwsConsoleSignIn',
    identityText: `{"type":"IAMUser","principalId":"${who.principalId}","arn":"arn:aws:iam::${who.account}:user/${who.name}","accountId":"${who.account}","userName":"${who.name}"}`,
    response: '{"ConsoleLogin":"Success"}',
    additional: '{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"Yes"}',
  };
  return cloudTrailEvent(random, timeMs, call, { hand: 'human', class: 'sign_in', why: 'a sign-in with a second factor' });
}

function portalSignIn(random: Random, timeMs: number): SimulatedEvent {
  const who = random.pick(LOOKERS);
  const call: Call = {
    who,
    region: 'eu-west-1',
    service: 'signin',
    name: 'ConsoleLogin',
    readOnly: undefined,
    eventType: 'AwsConsoleSignIn',
    response: '{"ConsoleLogin":"Success"}',
    additional: '{"MobileVersion":"No","MFAUsed":"No"}',
  };
  return cloudTrailEvent(random, timeMs, call, {
    hand: 'human',
    class: 'sign_in',
    why: 'Identity Center sign-ins always say that no second factor was used',
  });
}

const DAY_TABLE = KINDS.flatMap((kind) => Array.from({ length: kind.day }, () => kind.make));
const NIGHT_TABLE = KINDS.flatMap((kind) => Array.from({ length: kind.night }, () => kind.make));

/** One routine event of an AWS account. */
export function awsRoutine(random: Random, timeMs: number, working: boolean): SimulatedEvent {
  return random.pick(working ? DAY_TABLE : NIGHT_TABLE)(random, timeMs);
}

/** What people change by hand on any working day; used beside the story when a load test needs more of it. */
export function awsEveryday(random: Random, timeMs: number): SimulatedEvent {
  const who = random.pick([PEOPLE.aliceConsole, PEOPLE.bobCli, PEOPLE.daveConsole, PEOPLE.frankTerraform, PEOPLE.carol]);
  const action = random.pick([...TERRAFORM_CHANGES, PUT_ALARM, TARGETS, TERMINATE, DEPLOYS[2] as Action]);

  return act(random, timeMs, who, action, {
    ...says(who === PEOPLE.frankTerraform ? 'unknown' : 'human', 'change', 'a change by hand'),
    rules: ['Manual AWS change'],
  });
}
