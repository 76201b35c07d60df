import { describe, expect, test } from 'vitest';
import { FUNCTION_NAMES } from '../../lib/constructs/function-names.ts';
import { CONFIGS, EVERYTHING, pathOf, type Resource, resourcesOf, templatesOf } from '../support/infrastructure/synth.ts';

const TEMPLATES = Object.entries(CONFIGS).flatMap(([config, yaml]) =>
  Object.entries(templatesOf(yaml)).map(([stack, template]) => ({ name: `${config}: ${stack}`, template, all: template.toJSON() })),
);

/** All resources of a type over all configurations, so that a check also says how many things it has looked at. */
function every(type: string): readonly { readonly at: string; readonly id: string; readonly resource: Resource }[] {
  return TEMPLATES.flatMap(({ name, template }) =>
    Object.entries(resourcesOf(template, type)).map(([id, resource]) => ({ at: `${name} ${id}`, id, resource })),
  );
}

/** The logical id that an attribute or a reference leads to. */
function idOf(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return /"Fn::GetAtt":\["([^"]+)"/.exec(text)?.[1] ?? /"Ref":"([^"]+)"/.exec(text)?.[1] ?? '';
}

describe('every queue', () => {
  const queues = every('AWS::SQS::Queue');

  test('is encrypted by SQS', () => {
    expect(queues.length).toBeGreaterThan(30);
    for (const { at, resource } of queues) expect(resource.Properties, at).toMatchObject({ SqsManagedSseEnabled: true });
  });

  test('refuses what does not come over TLS', () => {
    for (const { name, template } of TEMPLATES) {
      const closed = Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy')).flatMap(({ Properties }) => {
        const text = JSON.stringify(Properties['PolicyDocument']);
        return text.includes('"aws:SecureTransport":"false"') && text.includes('"Effect":"Deny"') ? [idOf(Properties['Queues'])] : [];
      });
      expect(closed.toSorted(), name).toEqual(Object.keys(resourcesOf(template, 'AWS::SQS::Queue')).toSorted());
    }
  });

  test('has a dead-letter queue after some hours of trying, towards sinks after three days, or is where failures end', () => {
    const [ends, receives]: [string[], Set<string>] = [[], new Set()];
    for (const { at, resource } of queues) {
      const redrive = resource.Properties['RedrivePolicy'];
      if (redrive === undefined) ends.push(pathOf(resource).at(-2) ?? '');
      else {
        expect(redrive, at).toMatchObject({ deadLetterTargetArn: expect.anything() });
        receives.add(`${pathOf(resource).at(-2)} ${(redrive as { readonly maxReceiveCount: number }).maxReceiveCount}`);
      }
    }
    expect([...receives].toSorted()).toEqual(['alerts 300', 'events 20', 'findings 300', 'objects 20']);
    expect([...new Set(ends)].toSorted()).toEqual(['dead-letters', 'missed-minutes', 'undelivered']);
  });

  test('where failures end keeps them for the 14 days that SQS has, minutes that the next one carries for a day', () => {
    const ends = queues.filter(({ resource }) => resource.Properties['RedrivePolicy'] === undefined);
    for (const { at, resource } of ends) {
      const days = pathOf(resource).at(-2) === 'missed-minutes' ? 1 : 14;
      expect(resource.Properties['MessageRetentionPeriod'], at).toBe(days * 86_400);
    }
  });

  test('that a function reads is invisible for six times the timeout, and its window', () => {
    let seen = 0;
    for (const { name, template } of TEMPLATES) {
      const queuesHere = resourcesOf(template, 'AWS::SQS::Queue');
      const functions = resourcesOf(template, 'AWS::Lambda::Function');
      for (const mapping of Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'))) {
        const queue = queuesHere[idOf(mapping.Properties['EventSourceArn'])];
        if (queue === undefined) continue;
        seen++;
        const timeout = Number(functions[idOf(mapping.Properties['FunctionName'])]?.Properties['Timeout']);
        const window = Number(mapping.Properties['MaximumBatchingWindowInSeconds'] ?? 0);
        expect(Number(queue.Properties['VisibilityTimeout']), name).toBeGreaterThanOrEqual(6 * timeout + window);
      }
    }
    expect(seen).toBeGreaterThan(10);
  });
});

describe('every function', () => {
  const functions = every('AWS::Lambda::Function');

  test('is one of ours: the library has added none', () => {
    const names = functions.map(({ resource }) => pathOf(resource).at(-2));
    expect([...new Set(names)].toSorted()).toEqual([...FUNCTION_NAMES].toSorted());
  });

  test('runs Node.js 24 on ARM', () => {
    for (const { at, resource } of functions) {
      expect(resource.Properties, at).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'handler.handler' });
    }
  });

  test('has a role of its own, without a managed policy', () => {
    for (const { name, template } of TEMPLATES) {
      const roles = Object.values(resourcesOf(template, 'AWS::Lambda::Function')).map(({ Properties }) => idOf(Properties['Role']));
      expect(new Set(roles).size, name).toBe(roles.length);
      for (const { Properties } of Object.values(resourcesOf(template, 'AWS::IAM::Role'))) {
        expect(Properties['ManagedPolicyArns'], name).toBeUndefined();
      }
    }
    expect(every('AWS::IAM::Policy')).toEqual([]);
    expect(every('AWS::IAM::ManagedPolicy')).toEqual([]);
  });

  test('writes into a log group of the stack that is cleared after 30 days', () => {
    const groups = every('AWS::Logs::LogGroup');
    expect(groups).toHaveLength(functions.length);
    for (const { at, resource } of groups) {
      expect(resource.Properties['RetentionInDays'], at).toBe(30);
      expect(resource.Properties['LogGroupName'], `${at}: a name of ours could be there already`).toBeUndefined();
    }
    for (const { at, resource } of functions) expect(idOf(resource.Properties['LoggingConfig']), at).toMatch(/log/);
  });

  test('has in its environment addresses, names and the hash of the configuration, and nothing else', () => {
    const allowed = /^DRIFTWIRE_(?:CONFIG_HASH|TABLE|FINDINGS_QUEUE_URL|ALERTS_QUEUE_URL|ASIDE_QUEUE_URL)$/;
    for (const { at, resource } of functions) {
      const { Variables } = resource.Properties['Environment'] as { Variables: Record<string, unknown> };
      for (const [key, value] of Object.entries(Variables)) {
        expect(key, at).toMatch(allowed);
        if (typeof value === 'string') expect(value, `${at} ${key}`).toMatch(/^[0-9a-f]{16}$/);
      }
    }
  });

  test('that is the single writer runs once at a time', () => {
    const reserved = (stack: Record<string, Resource>) =>
      Object.fromEntries(Object.values(stack).map((one) => [pathOf(one).at(-2), one.Properties['ReservedConcurrentExecutions']]));
    const { Driftwire } = templatesOf(EVERYTHING);
    if (Driftwire === undefined) throw new Error('no stack');
    expect(reserved(resourcesOf(Driftwire, 'AWS::Lambda::Function'))).toMatchObject({ metrics: 1, webhook: 10 });
    // a new account has nothing to reserve, and must take a first deployment all the same
    const { Driftwire: first } = templatesOf('');
    if (first === undefined) throw new Error('no stack');
    expect(new Set(Object.values(reserved(resourcesOf(first, 'AWS::Lambda::Function'))))).toEqual(new Set([undefined]));
    const { Driftwire: small } = templatesOf(EVERYTHING.replace('aws:\n', 'aws:\n  reserve_concurrency: false\n'));
    if (small === undefined) throw new Error('no stack');
    expect(new Set(Object.values(reserved(resourcesOf(small, 'AWS::Lambda::Function'))))).toEqual(new Set([undefined]));
  });

  test('is traced only where that is asked for', () => {
    for (const { at, resource } of functions) {
      expect(resource.Properties['TracingConfig'], at).toEqual(at.includes('traced') ? { Mode: 'Active' } : undefined);
    }
  });
});

describe('the public address', () => {
  const addressOf = (yaml: string) => {
    const { Driftwire } = templatesOf(yaml);
    if (Driftwire === undefined) throw new Error('no stack');
    const permissions = Object.values(resourcesOf(Driftwire, 'AWS::Lambda::Permission')).filter(
      ({ Properties }) => Properties['Principal'] === '*',
    );
    return {
      urls: Object.keys(resourcesOf(Driftwire, 'AWS::Lambda::Url')).length,
      actions: permissions.map(({ Properties }) => Properties['Action']),
      permissions,
    };
  };

  test('is there only for buttons of Slack, or where it is asked for', () => {
    const bot = 'token: { ssm: a }, channel: "#drift"';
    expect(addressOf('').urls).toBe(0);
    expect(addressOf(`slack: { ${bot} }`).urls).toBe(0);
    expect(addressOf('serve: { ingest_token: { ssm: a } }').urls).toBe(0);
    expect(addressOf(`slack: { ${bot}, signing_secret: { ssm: b } }`).urls).toBe(1);
    expect(addressOf('{ serve: { ingest_token: { ssm: a } }, aws: { webhook: true } }').urls).toBe(1);
  });

  test('has both permissions that such an address needs since 2025-10', () => {
    const { actions, permissions } = addressOf(EVERYTHING);
    expect(actions.toSorted()).toEqual(['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl']);
    // without these anybody could call the function itself, past the address
    for (const { Properties } of permissions) {
      const bound = Properties['Action'] === 'lambda:InvokeFunction' ? { InvokedViaFunctionUrl: true } : { FunctionUrlAuthType: 'NONE' };
      expect(Properties).toMatchObject(bound);
    }
  });
});

describe('every failure has somewhere to go', () => {
  test('messages: a batch gives back only the failed ones', () => {
    const mappings = every('AWS::Lambda::EventSourceMapping');
    expect(mappings.length).toBeGreaterThan(15);
    for (const { at, resource } of mappings) expect(resource.Properties['FunctionResponseTypes'], at).toEqual(['ReportBatchItemFailures']);
  });

  test('stream records: tried a bounded number of times, for a bounded time, in halves, then told', () => {
    const streams = every('AWS::Lambda::EventSourceMapping').filter(
      ({ resource }) => resource.Properties['StartingPosition'] !== undefined,
    );
    expect(streams).toHaveLength(1);
    expect(streams[0]?.resource.Properties).toMatchObject({
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 43_200,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: expect.anything() } },
    });
  });

  test('asynchronous invokes: each function that a schedule or CloudWatch Logs calls has a destination', () => {
    let seen = 0;
    for (const { name, template } of TEMPLATES) {
      const called = Object.values(resourcesOf(template, 'AWS::Lambda::Permission'))
        .filter(({ Properties }) => /events|logs/.test(String(Properties['Principal'])))
        .map((permission) => pathOf(permission).find((part) => FUNCTION_NAMES.some((one) => one === part)));
      const configs = Object.values(resourcesOf(template, 'AWS::Lambda::EventInvokeConfig'));
      const told = configs.map((config) => pathOf(config).at(-3));
      for (const function_ of called) expect(told, name).toContain(function_);
      for (const { Properties } of configs) {
        expect(Properties['DestinationConfig'], name).toMatchObject({ OnFailure: { Destination: expect.anything() } });
      }
      seen += called.length;
    }
    expect(seen).toBeGreaterThan(8);
  });

  test('the writer of totals is not tried again: the next minute carries what this one did not', () => {
    const configs = every('AWS::Lambda::EventInvokeConfig').filter(({ resource }) => pathOf(resource).includes('metrics'));
    expect(configs.length).toBe(2);
    for (const { at, resource } of configs) {
      expect(resource.Properties, at).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
      // a receiver that is down must not fill the queue of what was given up
      expect(idOf(resource.Properties['DestinationConfig']), at).toMatch(/^totalsmissedminutes/);
    }
  });

  test('events: every target of every rule has a dead-letter queue that takes from this rule alone', () => {
    const rules = every('AWS::Events::Rule');
    expect(rules.length).toBeGreaterThan(15);
    for (const { name, template } of TEMPLATES) {
      const policies = JSON.stringify(Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy')));
      for (const [id, { Properties }] of Object.entries(resourcesOf(template, 'AWS::Events::Rule'))) {
        const targets = Properties['Targets'] as readonly Record<string, unknown>[];
        expect(targets, name).toHaveLength(1);
        expect(targets[0]?.['DeadLetterConfig'], name).toMatchObject({ Arn: expect.anything() });
        expect(policies, name).toContain(`"aws:SourceArn":{"Fn::GetAtt":["${id}","Arn"]}`);
      }
    }
  });
});

describe('what is there already', () => {
  test('is used: no trail, no bucket, no custom resource is made', () => {
    const types = new Set(TEMPLATES.flatMap(({ all }) => Object.values(all.Resources as Record<string, Resource>).map(({ Type }) => Type)));
    expect([...types].filter((type) => /CloudTrail|S3|Custom|EventDataStore|SNS::Topic$/.test(type))).toEqual([]);
  });

  test('is used: log groups of clusters are subscribed to under one stable name', () => {
    const filters = every('AWS::Logs::SubscriptionFilter').map(({ resource: { Properties } }) => [
      Properties['LogGroupName'],
      Properties['FilterName'],
    ]);
    expect(filters).toEqual([
      ['/aws/eks/demo/cluster', 'driftwire'],
      ['/aws/eks/shop/cluster', 'driftwire'],
      ['/aws/eks/demo/cluster', 'driftwire'],
      ['/aws/eks/demo/cluster', 'driftwire-truncated'],
    ]);
  });

  test('is not lost with an update: the permission that CloudWatch Logs needs stays', () => {
    const permissions = every('AWS::Lambda::Permission').filter(
      ({ resource }) => resource.Properties['Principal'] === 'logs.amazonaws.com',
    );
    expect(permissions).toHaveLength(2);
    for (const { at, resource } of permissions) {
      expect(resource, at).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(resource.Properties['SourceAccount'], at).toEqual({ Ref: 'AWS::AccountId' });
      expect(idOf(resource.Properties['FunctionName']), at).toMatch(/eksaudit/);
    }
  });
});

describe('the table', () => {
  test('is paid by request, forgets by ttl, can be restored to any second and stays when the stack goes', () => {
    const tables = every('AWS::DynamoDB::Table');
    expect(tables.length).toBe(7);
    for (const { at, resource } of tables) {
      expect(resource, at).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        },
      });
    }
  });
});

describe('the templates', () => {
  test('name no partition, so that they also work in China and GovCloud', () => {
    for (const { name, all } of TEMPLATES) {
      const ours = JSON.stringify(all).replaceAll(/"arn:aws:[a-z]+:eu-west-1:111122223333:[^"]*"/g, '"of the user"');
      expect(ours, name).not.toMatch(/arn:aws/);
      expect(ours, name).not.toMatch(/amazonaws\.com\.cn/);
    }
  });

  test('hold no secret, only its name in a permission to read it', () => {
    for (const { name, all } of TEMPLATES) {
      const text = JSON.stringify(all);
      expect(text, name).not.toContain('{{resolve:');
      expect(JSON.stringify(all.Parameters ?? {}), name).not.toContain('NoEcho');
    }
    const { Driftwire } = templatesOf(EVERYTHING);
    const named = JSON.stringify(Driftwire?.toJSON()).split('/slack-token').length - 1;
    // in the role of alert, nowhere else
    expect(named).toBe(1);
  });

  test('carry the tags', () => {
    const { Driftwire } = templatesOf(EVERYTHING);
    if (Driftwire === undefined) throw new Error('no stack');
    for (const type of ['AWS::SQS::Queue', 'AWS::Lambda::Function', 'AWS::DynamoDB::Table', 'AWS::IAM::Role', 'AWS::Events::Rule']) {
      for (const { Properties } of Object.values(resourcesOf(Driftwire, type))) {
        expect(Properties['Tags'], type).toEqual([
          { Key: 'app', Value: 'driftwire' },
          { Key: 'team', Value: 'platform' },
        ]);
      }
    }
  });

  test('of a collector can be given to a stack set: no parameter, no asset, no account', () => {
    const collector = TEMPLATES.find(({ name }) => name.startsWith('collector:'));
    expect(collector?.all.Parameters).toBeUndefined();
    expect(collector?.all.Rules).toBeUndefined();
    expect(JSON.stringify(collector?.all)).not.toMatch(/cdk-hnb659fds|S3Bucket/);
  });

  test('refer to nothing that emulators of CloudFormation leave out: they would make no resource at all, and say that they are done', () => {
    // facts of moto 5.2.1: types that it takes and does not make, and a bus, of which a reference is no name
    const absent =
      /^AWS::(?:Lambda::(?:Url|Alias|Version|EventInvokeConfig)|CloudWatch::.*|SQS::QueuePolicy|Logs::SubscriptionFilter|Events::EventBus)$/;
    let seen = 0;
    for (const { name, all } of TEMPLATES) {
      const resources = all.Resources as Record<string, Resource>;
      const text = JSON.stringify({ resources, outputs: all.Outputs as unknown });
      for (const [, one, other] of text.matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"/g)) {
        const type = resources[one ?? other ?? '']?.Type;
        if (type === undefined) continue;
        seen++;
        expect(type, name).not.toMatch(absent);
      }
    }
    expect(seen).toBeGreaterThan(500);
  });

  test('have no resource that is left to chance: the counts', () => {
    const counts = TEMPLATES.map(({ name, all }) => {
      const types = Object.values(all.Resources as Record<string, Resource>).map(({ Type }) => Type.replace('AWS::', ''));
      const counted = [...new Set(types)].toSorted().map((type) => `${types.filter((one) => one === type).length} ${type}`);
      return `${name}: ${counted.join(', ')}`;
    });
    expect(counts).toMatchSnapshot();
  });
});
