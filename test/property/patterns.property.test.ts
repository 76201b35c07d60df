/**
 * Whatever the runtime keeps, the compiled patterns let through (architecture §5): over made-up policies, rules and records of every shape that CloudTrail
 * and the API server can write, and over what the generator makes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../lib/core/model/audit-event.ts';
import { Detector } from '../../lib/core/pipeline.ts';
import { compilePolicy } from '../../lib/core/policy/declared.ts';
import type { Policy } from '../../lib/core/policy/policy.ts';
import { cloudWatchLogsPattern } from '../../lib/core/policy/to-cwl.ts';
import { eventBridgePattern } from '../../lib/core/policy/to-eventbridge.ts';
import type { RuleEngine } from '../../lib/core/rules/engine.ts';
import { builtinEngine, item } from '../support/detector.ts';
import { maybe, mutilated, policy, ROLES, request, runs, some, USERS } from '../support/patterns/arbitrary.ts';
import { compileCwlPattern } from '../support/patterns/cwl-pattern.ts';
import { compileEventPattern } from '../support/patterns/eventbridge-pattern.ts';
import { cloudtrailRecord, IAM_USER, roleSession } from '../support/records.ts';

const rule = (name: string, source: string, condition: string): string =>
  `- rule: ${name}\n  desc: test\n  condition: ${condition}\n  output: x\n  priority: NOTICE\n  source: ${source}\n`;

/** Rules that see what the built-in ones do not: reads, noise, machines, stages. */
const ENGINES: readonly RuleEngine[] = [
  builtinEngine(),
  builtinEngine(rule('secrets read', 'aws_cloudtrail', 'ct.name in (GetSecretValue, DescribeSecret)')),
  builtinEngine(rule('ci deletes', 'aws_cloudtrail', 'drift.hand = pipeline and ct.src = s3.amazonaws.com and ct.name startswith Delete')),
  builtinEngine(rule('any agent', 'aws_cloudtrail', 'ct.useragent contains evil')),
  builtinEngine(rule('failed', 'aws_cloudtrail', 'ct.error = AccessDenied')),
  builtinEngine(rule('secrets listed', 'k8s_audit', 'ka.verb in (get, list) and ka.target.resource = secrets')),
  builtinEngine(rule('pod creates', 'k8s_audit', 'drift.hand = workload and ka.target.subresource = token')),
  builtinEngine(rule('received', 'k8s_audit', 'ka.stage = RequestReceived and ka.target.namespace = prod')),
  builtinEngine(rule('anything of x', 'k8s_audit', 'ka.uri contains x')),
  builtinEngine(rule('control plane', 'k8s_audit', 'drift.hand = service and ka.response.code in (403, 409)')),
];

const identity: fc.Arbitrary<JsonObject | undefined> = fc.oneof(
  fc
    .record({
      role: some(...ROLES),
      path: some('/', '/aws-service-role/config.amazonaws.com/', '/evil:role/aws-service-role/x/', '/aws-reserved/sso.amazonaws.com/'),
      session: some('GitHubActions', 'alice@example.com', 'i-0abc', 'x'),
      account: some('111122223333', '999988887777'),
      context: some<JsonObject>({}, { assumedRoot: 'true' }, { sessionIssuer: {} }, { sourceIdentity: 'bob' }),
      identity: some<JsonObject>(
        {},
        { invokedBy: 'cloudformation.amazonaws.com' },
        { invokedBy: 'AWS Internal' },
        { inScopeOf: { issuerType: 'AWS::Lambda::Function' } },
      ),
    })
    .map(({ role, session, ...over }) => roleSession(role, session, over)),
  some(...USERS).map((userName) => ({ ...IAM_USER, userName })),
  some<JsonObject | undefined>(
    undefined,
    {},
    IAM_USER,
    { type: 'Root', arn: 'arn:aws:iam::111122223333:root' },
    { type: 'Root', invokedBy: 'ssm.amazonaws.com' },
    { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' },
    { type: 'FederatedUser', sessionContext: { sessionIssuer: { type: 'IAMUser', userName: 'ci-deploy' } } },
    { type: 'SAMLUser', userName: 'terraform-ci' },
    { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ops/carol' },
    { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/BreakGlassAdmin/me', invokedBy: 'ecs.amazonaws.com' },
    { type: null },
    { type: 7 as unknown as Json },
  ),
);
const record: fc.Arbitrary<JsonObject> = fc
  .record({
    userIdentity: identity,
    eventName: some(
      ...[
        'GetSecretValue',
        'DescribeInstances',
        'StartSession',
        'startSession',
        'ConsoleLogin',
        'GetSigninToken',
        'StopLogging',
        'DeleteBucket',
      ],
      ...[
        'CreateLogStream',
        'SendSerialConsoleSSHPublicKey',
        'ExecuteCommand',
        'AssumeRole',
        'CreateFunction20150331',
        'Login_auth_sso',
        'CreateSession',
      ],
    ),
    eventSource: some(
      ...[
        'signin',
        'ssm',
        's3',
        'ec2',
        'ec2-instance-connect',
        'ecs',
        'cloudtrail',
        'logs',
        'sts',
        'secretsmanager',
        'sso',
        'grafana',
        'cloudshell',
      ].flatMap((service) => [`${service}.amazonaws.com`, `${service}.amazonaws.com.cn`]),
      'ssm',
      'glue.amazonaws.com',
    ),
    readOnly: maybe(some<Json>(true, false, 'true', 'false', 'True', 'False', '')),
    eventType: some('AwsApiCall', 'AwsServiceEvent', 'AwsConsoleSignIn', 'AwsConsoleAction'),
    errorCode: maybe(some('AccessDenied', 'Client.DryRunOperation', 'ThrottlingException')),
    userAgent: some('aws-cli/2', 'evil'),
    additionalEventData: some<JsonObject>({}, { MFAUsed: 'No' }, { action: 'Login_auth_sso' }),
    eventCategory: some('Management', 'Data'),
    sessionCredentialFromConsole: maybe(some<Json>('true', true)),
  })
  .map((changes) => cloudtrailRecord(changes));

function isKept(source: 'aws_cloudtrail' | 'k8s_audit', value: JsonObject, given: Policy, engine: RuleEngine): boolean {
  return new Detector({ policy: given, engine, ignores: [] }).take(item(source, value)).kind === 'findings';
}

describe('whatever the runtime keeps, the pattern lets through', () => {
  test('EventBridge', { timeout: 600_000 }, () => {
    const seen = { kept: 0, refused: 0 };
    fc.assert(
      fc.property(
        policy,
        some(...ENGINES),
        fc.array(mutilated(record, [['userIdentity', 'type'], ['userIdentity', 'sessionContext'], ['eventName'], ['eventSource']]), {
          minLength: 20,
          maxLength: 20,
        }),
        (given, engine, records) => {
          const { pattern, text } = eventBridgePattern(compilePolicy(given), engine);
          expect(JSON.stringify(pattern)).toBe(text);
          expect(text.length).toBeLessThanOrEqual(2048);
          const compiled = compileEventPattern(pattern);
          for (const detail of records) {
            const lets = compiled.matches({ source: 'aws.ec2', 'detail-type': 'AWS API Call via CloudTrail', detail });
            const keeps = isKept('aws_cloudtrail', detail, given, engine);
            if (keeps) seen.kept++;
            if (!lets) seen.refused++;
            if (keeps && !lets) throw new Error(`kept but refused: ${JSON.stringify(detail)}\n${text}`);
          }
        },
      ),
      runs(200),
    );
    expect(seen.kept).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(100);
  });

  test('CloudWatch Logs', { timeout: 600_000 }, () => {
    const seen = { kept: 0, refused: 0 };
    fc.assert(
      fc.property(policy, some(...ENGINES), fc.array(request, { minLength: 20, maxLength: 20 }), (given, engine, records) => {
        const { text } = cloudWatchLogsPattern(compilePolicy(given), engine);
        const compiled = compileCwlPattern(text);
        for (const event of records) {
          const lets = compiled.matches(JSON.stringify(event));
          const keeps = isKept('k8s_audit', event, given, engine);
          if (keeps) seen.kept++;
          if (!lets) seen.refused++;
          if (keeps && !lets) throw new Error(`kept but refused: ${JSON.stringify(event)}\n${text}\n${JSON.stringify(given)}`);
        }
      }),
      runs(200),
    );
    expect(seen.kept).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(100);
  });
});
