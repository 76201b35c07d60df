import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { configSchema } from '../../../lib/config/schema.ts';
import { compileSettings, withoutDetector } from '../../../lib/lambda/compile-settings.ts';
import { historiesOf, placeOf } from '../../../lib/lambda/reconcile.ts';
import type { FunctionSettings } from '../../../lib/lambda/settings.ts';
import { hasButtons, tellsPeople } from '../../../lib/lambda/webhook.ts';
import { openScan } from '../../../lib/wire.ts';

const PLACE = { account: '111122223333', region: 'eu-west-1' };

async function settingsOf(text: string): Promise<FunctionSettings> {
  const opened = await openScan({ config: parseConfig(text, 'driftwire.yaml'), ruleFiles: [], builtinRules: true });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  return compileSettings(opened, '0.0.0-test');
}

describe('the place of a function', () => {
  test.each([
    ['arn:aws:lambda:eu-west-1:111122223333:function:Driftwire-reconcile', 'eu-west-1'],
    ['arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:f:live', 'us-gov-west-1'],
    ['arn:aws-cn:lambda:cn-north-1:111122223333:function:f', 'cn-north-1'],
  ])('is in its ARN: %s', (arn, region) => {
    expect(placeOf(arn)).toEqual({ account: '111122223333', region });
  });

  test.each(['', 'arn:aws:s3:::bucket', 'arn:aws:lambda:eu-west-1:1:function:f'])('is in nothing else: %s', (arn) => {
    expect(() => placeOf(arn)).toThrow('not the ARN of a function');
  });
});

describe('what is asked again', () => {
  test('is CloudTrail of the own region, when nothing else is configured', async () => {
    expect(historiesOf(await settingsOf(''), PLACE).map(({ name, source }) => [name, source])).toEqual([
      ['reconcile aws_cloudtrail eu-west-1', 'aws_cloudtrail'],
    ]);
  });

  test('is every region that forwards, once, and every log group, cut lines apart', async () => {
    const settings = await settingsOf(
      'aws: {region: eu-west-1, forward_regions: [us-east-1], eks: {log_groups: [/aws/eks/demo/cluster, /aws/eks/prod/cluster], truncated_lines: true}}',
    );
    const names = historiesOf(settings, PLACE).map(({ name }) => name);
    expect(names).toEqual([
      'reconcile aws_cloudtrail eu-west-1',
      'reconcile aws_cloudtrail us-east-1',
      'reconcile k8s_audit /aws/eks/demo/cluster',
      'reconcile k8s_audit /aws/eks/demo/cluster cut lines',
      'reconcile k8s_audit /aws/eks/prod/cluster',
      'reconcile k8s_audit /aws/eks/prod/cluster cut lines',
    ]);
    for (const history of historiesOf(settings, PLACE)) history.close();
  });

  test('needs rules to decide by', async () => {
    const settings = withoutDetector(await settingsOf(''));
    expect(() => historiesOf(settings, PLACE)).toThrow('have no rules');
  });
});

describe('what the public address opens', () => {
  const config = (value: unknown) => configSchema.parse(value);

  test('alerts only where somebody is told', () => {
    expect(tellsPeople(config({}))).toBe(false);
    expect(tellsPeople(config({ receivers: [{ type: 'alertmanager', url: 'http://127.0.0.1:9093' }] }))).toBe(false);
    expect(tellsPeople(config({ receivers: [{ type: 'webhook', url: 'http://127.0.0.1:1' }] }))).toBe(true);
    expect(tellsPeople(config({ slack: { token: { ssm: '/a' }, channel: '#drift' } }))).toBe(true);
  });

  test('buttons only where a bot tells and Slack signs', () => {
    expect(hasButtons(config({}))).toBe(false);
    expect(hasButtons(config({ slack: { token: { ssm: '/a' }, channel: '#drift' } }))).toBe(false);
    expect(hasButtons(config({ slack: { token: { ssm: '/a' }, signing_secret: { ssm: '/b' }, channel: '#drift' } }))).toBe(true);
  });
});
