import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ALARM_TEXTS } from '../../lib/constructs/alarm-texts.ts';
import { CONFIGS, EVERYTHING, type Resource, resourcesOf, templatesOf } from '../support/infrastructure/synth.ts';

const page = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8').split(/^## On AWS$/m)[1] ?? '';
const sections = page.split(/^### /m).slice(1);
const headings = sections.map((section) => section.split('\n', 1)[0] ?? '');

/** Alarms of a stack, by name. */
function alarmsOf(yaml: string, stack = 'Driftwire'): Readonly<Record<string, Resource['Properties']>> {
  const template = templatesOf(yaml)[stack];
  if (template === undefined) throw new Error(`no stack ${stack}`);
  const alarms = Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm'));
  return Object.fromEntries(alarms.map(({ Properties }) => [String(Properties['AlarmName']), Properties]));
}

describe('alarms and runbook', () => {
  test('each alarm has a heading, each heading an alarm', () => {
    const made = new Set(
      Object.values(CONFIGS).flatMap((yaml) =>
        Object.values(templatesOf(yaml)).flatMap((template) =>
          Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => String(Properties['AlarmName'])),
        ),
      ),
    );
    expect(headings.toSorted()).toEqual([...made].toSorted());
    expect(headings.toSorted()).toEqual(Object.keys(ALARM_TEXTS).toSorted());
    expect(headings.length).toBeGreaterThan(10);
  }, 120_000);

  test('each alarm says in its description what is wrong and names its heading', () => {
    for (const [name, alarm] of Object.entries(alarmsOf(EVERYTHING))) {
      expect(alarm['AlarmDescription']).toMatch(new RegExp(`^[A-Z].+[.?] What to do: docs/runbook\\.md#${name.toLowerCase()}$`));
    }
  });

  test.each(headings.map((heading, index) => [heading, sections[index] ?? '']))(
    '%s says what it means, where to look, what to do and how it turns green',
    (_, section) => {
      const parts = [...section.matchAll(/^\*\*(Meaning\.|Where to look\.|What to do\.|Turns green)\*\*/gm)].map(([, part]) => part);
      expect(parts).toEqual(['Meaning.', 'Where to look.', 'What to do.', 'Turns green']);
    },
  );
});

describe('the alarms of a stack', () => {
  test('without a configuration are those of what is there', () => {
    expect(Object.keys(alarmsOf('')).toSorted()).toEqual([
      'DriftwireDeadLetters',
      'DriftwireFunctionErrors',
      'DriftwireFunctionThrottled',
      'DriftwireNothingArrives',
      'DriftwireNothingDelivered',
      'DriftwireQueueOld',
      'DriftwireRuleFailing',
      'DriftwireUndelivered',
    ]);
  });

  test('with everything watch subscriptions and the flush too; over a stream, its lag', () => {
    const everything = Object.keys(alarmsOf(EVERYTHING));
    expect(everything).toEqual(
      expect.arrayContaining(['DriftwireSubscriptionFailing', 'DriftwireSubscriptionThrottled', 'DriftwireFlushStopped']),
    );
    expect(everything).not.toContain('DriftwireStreamLagging');
    expect(Object.keys(alarmsOf('aws: { eks: { log_groups: [/aws/eks/demo/cluster], through: kinesis } }'))).toContain(
      'DriftwireStreamLagging',
    );
  });

  test('say on purpose what it means that there is no data', () => {
    const breaching = Object.entries(alarmsOf(EVERYTHING))
      .filter(([, { TreatMissingData }]) => TreatMissingData === 'breaching')
      .map(([name]) => name);
    expect(breaching.toSorted()).toEqual(['DriftwireFlushStopped', 'DriftwireNothingArrives']);
    for (const { TreatMissingData } of Object.values(alarmsOf(EVERYTHING))) expect(TreatMissingData).toMatch(/^(?:notB|b)reaching$/);
  });

  test('reach a topic when they fire and when it is over', () => {
    const topic = ['arn:aws:sns:eu-west-1:111122223333:on-call'];
    for (const alarm of Object.values(alarmsOf(EVERYTHING))) expect(alarm).toMatchObject({ AlarmActions: topic, OKActions: topic });
    for (const alarm of Object.values(alarmsOf(''))) expect(alarm['AlarmActions']).toBeUndefined();
  });

  const metricsOf = (alarm: Resource['Properties'] | undefined): readonly string[] => {
    const list = (alarm?.['Metrics'] ?? []) as readonly { readonly MetricStat?: { readonly Metric: { readonly Dimensions: unknown } } }[];
    return list.flatMap(({ MetricStat }) => {
      const id = /"(?:Ref|Fn::GetAtt)":\[?"(\w+?)[0-9A-F]{8}"/.exec(JSON.stringify(MetricStat?.Metric.Dimensions) ?? '')?.[1];
      return id === undefined ? [] : [id];
    });
  };

  test('watch every queue for old messages', () => {
    expect(metricsOf(alarmsOf(EVERYTHING)['DriftwireQueueOld']).toSorted()).toEqual([
      'deliveryalerts',
      'deliveryfindings',
      'detectorintakeevents',
      'detectorintakeobjects',
    ]);
  });

  test('watch what waits for a sink for messages that come back: their age is no longer told once they were received three times', () => {
    const told = alarmsOf(EVERYTHING)['DriftwireNothingDelivered'];
    expect(metricsOf(told)).toEqual(['deliveryfindings', 'deliveryfindings', 'deliveryalerts', 'deliveryalerts']);
    expect(JSON.stringify(told)).toContain(
      'IF((FILL(received0, 0) + FILL(received1, 0)) - (FILL(deleted0, 0) + FILL(deleted1, 0)) > 0.05 * (FILL(received0, 0) + FILL(received1, 0)), 1, 0)',
    );
    expect(told).toMatchObject({ EvaluationPeriods: 3, DatapointsToAlarm: 2, Threshold: 0 });
    expect(metricsOf(alarmsOf('')['DriftwireNothingDelivered'])).toEqual(['deliveryfindings', 'deliveryfindings']);
  });

  test('watch every function for errors, but for those whose failed events lie in a queue that is watched', () => {
    const failing = (yaml: string) => metricsOf(alarmsOf(yaml)['DriftwireFunctionErrors']).toSorted();
    expect(failing(EVERYTHING)).toEqual(['deliveryalert', 'deliverydeliver', 'detectorcloudtrail', 'inboundwebhook']);
    expect(failing('aws: { eks: { log_groups: [/aws/eks/demo/cluster], through: kinesis } }')).toEqual([
      'deliverydeliver',
      'detectorcloudtrail',
      'detectoreksaudit',
    ]);
    expect(alarmsOf(EVERYTHING)['DriftwireFlushStopped']).toMatchObject({
      MetricName: 'Errors',
      Statistic: 'Minimum',
      EvaluationPeriods: 2,
    });
  });

  test('can be switched off, and a collector has one', () => {
    expect(alarmsOf('aws: { alarms: { enabled: false } }')).toEqual({});
    expect(Object.keys(alarmsOf(CONFIGS['collector'] ?? '', 'DriftwireCollector'))).toEqual(['DriftwireUndelivered']);
    expect(Object.keys(alarmsOf(EVERYTHING, 'Driftwire-us-east-1'))).toEqual(['DriftwireUndelivered']);
  });
});

describe('the dashboard', () => {
  test('is named after the region and shows the queues and functions that there are', () => {
    const { Driftwire } = templatesOf(EVERYTHING);
    if (Driftwire === undefined) throw new Error('no stack');
    const [board] = Object.values(resourcesOf(Driftwire, 'AWS::CloudWatch::Dashboard'));
    expect(board?.Properties['DashboardName']).toEqual({ 'Fn::Join': ['', ['Driftwire-', { Ref: 'AWS::Region' }]] });
    const body = JSON.stringify(board?.Properties['DashboardBody']);
    for (const metric of [
      'TriggeredRules',
      'ApproximateAgeOfOldestMessage',
      'NumberOfMessagesDeleted',
      'Invocations',
      'Errors',
      'Duration',
    ]) {
      expect(body).toContain(metric);
    }
  });

  test('shows the findings where no other place for them is configured', () => {
    const bodyOf = (yaml: string) => {
      const { Driftwire } = templatesOf(yaml);
      if (Driftwire === undefined) throw new Error('no stack');
      const [board] = Object.values(resourcesOf(Driftwire, 'AWS::CloudWatch::Dashboard'));
      return { body: JSON.stringify(board?.Properties['DashboardBody']), outputs: Object.keys(Driftwire.findOutputs('*')) };
    };
    expect(bodyOf('').body).toContain('deliverydeliverlog');
    expect(bodyOf('').outputs).toContain('FindingsLogGroup');
    const told = bodyOf('loki: { url: "https://loki.example" }');
    expect(told.body).not.toContain('deliverydeliverlog');
    expect(told.outputs).not.toContain('FindingsLogGroup');
  });

  test('shows what the streams have missed, unless nothing is asked again', () => {
    const bodyOf = (yaml: string): string => {
      const { Driftwire } = templatesOf(yaml);
      if (Driftwire === undefined) throw new Error('no stack');
      return JSON.stringify(Object.values(resourcesOf(Driftwire, 'AWS::CloudWatch::Dashboard'))[0]?.Properties['DashboardBody']);
    };
    for (const yaml of ['', EVERYTHING]) {
      expect(bodyOf(yaml)).toContain('Missed by the streams');
      expect(bodyOf(yaml)).toMatch(/reconcilerreconcilelog/);
    }
    expect(bodyOf('aws: { reconcile: false }')).not.toContain('Missed by the streams');
  });

  test('can be left out', () => {
    const { Driftwire } = templatesOf('aws: { dashboard: false }');
    if (Driftwire === undefined) throw new Error('no stack');
    expect(resourcesOf(Driftwire, 'AWS::CloudWatch::Dashboard')).toEqual({});
  });
});
