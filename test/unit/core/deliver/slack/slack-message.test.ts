import { describe, expect, test } from 'vitest';
import { eventView } from '../../../../../lib/core/deliver/slack/event-view.ts';
import { renderDetails, renderParent } from '../../../../../lib/core/deliver/slack/render.ts';
import { plainMessage } from '../../../../../lib/core/deliver/slack/slack-message.ts';
import { BURST, CHANGE } from '../../../../support/slack-scenes.ts';
import { incidentOf, SETTINGS } from '../../../../support/slack-views.ts';

describe('a message as text alone', () => {
  test('says the same', () => {
    const message = plainMessage(renderParent(incidentOf([CHANGE]), { ...SETTINGS, links: {} }));
    expect(message).toEqual({ text: expect.any(String), blocks: [], attachments: [] });
    expect(message.text.split('\n')).toEqual([
      '🟡 Warning: `alice@example.com patched Deployment shop/checkout`',
      '*1* event · <!date^1773480413^{date_short_pretty} at {time_secs}|2026-03-14 09:26:53 UTC>',
      '*Who*  `alice@example.com`',
      '*What*  `patch deployments (apps)`',
      '*On*  `Deployment shop/checkout`',
      '*Where*  `prod (111122223333) · cluster demo · eu-west-1`',
      '*By*  `kubectl · kubectl/v1.33.0 (linux/amd64)`',
      '*From*  `198.51.100.7 · MFA not recorded`',
      '*Why*  `counts as manual: a Kubernetes user that is not declared`',
      '*Rules*  `Manual Kubernetes change`',
      '<https://eu-west-1.console.aws.amazon.com/eks/home?region=eu-west-1#/clusters/demo|Cluster in EKS>',
      '*Request*  `{"spec":{"replicas":0,"template":{"spec":{"containers":[{"name":"app","env":[{"name":"DB_PASSWORD","value":"[redacted]"}]}]}}}}`',
      '*Rule says*  `alice@example.com changed Deployment shop/checkout by hand`',
    ]);
  });

  test('of several events names each and links to it', () => {
    const [told] = renderDetails(BURST.slice(0, 2).map(eventView), { ...SETTINGS, links: {} });
    expect(told?.message.text.split('\n').map((line) => line.slice(0, 40))).toEqual([
      '🟡 Warning, <!date^1773480006^{date_shor',
      '<https://eu-west-1.console.aws.amazon.co',
      '🟡 Warning, <!date^1773480020^{date_shor',
      '<https://eu-west-1.console.aws.amazon.co',
    ]);
  });
});
