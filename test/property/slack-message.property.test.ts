import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventView } from '../../lib/core/deliver/slack/event-view.ts';
import { MAX_BLOCKS, MAX_BLOCKS_JSON, MAX_MESSAGE_TEXT, sizeOf } from '../../lib/core/deliver/slack/limits.ts';
import { type RenderSettings, renderDetails, renderDigest, renderParent } from '../../lib/core/deliver/slack/render.ts';
import { plainMessage, type SlackMessage } from '../../lib/core/deliver/slack/slack-message.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import { PRIORITIES } from '../../lib/core/model/finding.ts';
import { CHANNELS, EVENT_CLASSES, HANDS } from '../../lib/core/model/verdict.ts';
import { marksOfContent, readContent } from '../support/fake-slack/content.ts';
import { deliveryOfAlert, deliveryOfFindings, digestOf, incidentOf, SETTINGS } from '../support/slack-views.ts';

/** Texts that try to be more than text, each of which may stand alone, within, or many times. */
const ATTACKS = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<@U012AB3CD>',
  '<#C012AB3CD|general>',
  '<!subteam^S012AB3CD>',
  '<!date^1^{date}^https://evil.example|x>',
  '<https://evil.example|Sign in>',
  '<mailto:a@evil.example>',
  'https://evil.example/login',
  'www.evil.example',
  'a@evil.example',
  '@channel',
  '`',
  '```',
  '`<!channel>`',
  '*',
  '_x_',
  '~x~',
  '> quote',
  ':rotating_light:',
  '|',
  '&lt;!channel&gt;',
  '&',
  '\n',
  '\r\n• ',
  '\u2028',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ud800',
  '\udc00',
  '\u0000',
  '\u001b[2J',
  'e\u0301\u0301\u0301\u0301\u0301\u0301',
  '"',
  '\\',
  '\\"',
  '\\u003c!here\\u003e',
  '{"a":"<!channel>"}',
  '[{"name":"<@U0>"}]',
  '"} | json | {x="',
  '%0a%3C!channel%3E',
  '__proto__',
  '🎉👩‍👩‍👧‍👦',
  'ﷺ'.repeat(20),
  'A'.repeat(10_000),
  '<'.repeat(3_000),
  '&'.repeat(3_000),
  '"\\'.repeat(2_000),
] as const;

const hostile: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 100 }) },
  { weight: 3, arbitrary: fc.constantFrom(...ATTACKS) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...ATTACKS), fc.string({ maxLength: 20 })), { minLength: 1, maxLength: 8 })
      .map((parts) => parts.join('')),
  },
);
const maybe = fc.option(hostile, { nil: null });
const texts = fc.dictionary(hostile, hostile, { maxKeys: 5 });

const finding = fc.record({
  id: hostile,
  rule: hostile,
  priority: fc.constantFrom(...PRIORITIES),
  source: fc.constantFrom('aws_cloudtrail' as const, 'k8s_audit' as const, 'falco' as const),
  tags: fc.subarray(['drift', 'aws']),
  hostname: hostile,
  message: hostile,
  output_fields: texts,
  account: maybe,
  account_name: maybe,
  region: fc.oneof(maybe, fc.constantFrom('eu-west-1', 'cn-north-1', 'us-gov-west-1')),
  cluster: maybe,
  actor: fc.record({
    hand: fc.constantFrom(...HANDS),
    user: hostile,
    principal: maybe,
    session: maybe,
    source_identity: maybe,
    channel: fc.constantFrom(...CHANNELS),
    source_ip: maybe,
    user_agent: maybe,
    mfa: fc.option(fc.boolean(), { nil: null }),
    impersonates: maybe,
  }),
  action: fc.record({ class: fc.constantFrom(...EVENT_CLASSES), service: hostile, name: hostile, verb: hostile, error: maybe }),
  target: fc.record({ kind: maybe, name: maybe, namespace: maybe, subresource: maybe, arn: maybe }),
  reason: hostile,
  truncated: fc.boolean(),
});

const record: fc.Arbitrary<string> = fc.oneof(
  hostile,
  fc.jsonValue({ stringUnit: 'binary' }).map((asked) => JSON.stringify({ requestParameters: asked })),
  texts.map((asked) => JSON.stringify({ requestParameters: asked })),
  fc
    .array(hostile, { maxLength: 4 })
    .map((words) =>
      JSON.stringify({ requestURI: `/exec?${words.map((word) => `command=${encodeURIComponent(word.toWellFormed())}`).join('&')}` }),
    ),
);

const delivery: fc.Arbitrary<Delivery> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(record, finding, fc.array(finding, { maxLength: 2 }))
      .map(([text, first, more]) => deliveryOfFindings(text, first, ...more)),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        status: fc.constantFrom('firing' as const, 'resolved' as const),
        endsAtMs: fc.option(fc.integer({ min: 0, max: 2 ** 41 }), { nil: null }),
        labels: texts,
        annotations: fc.tuple(texts, hostile).map(([other, url]) => ({ ...other, runbook_url: url })),
        generatorUrl: maybe,
      })
      .chain((alert) => finding.map((found) => deliveryOfAlert(alert, { ...found, source: 'alertmanager' }))),
  },
);

const counted = fc.array(fc.record({ name: hostile, count: fc.integer({ min: 1, max: 10_000 }) }), { maxLength: 10 });
const settings: fc.Arbitrary<RenderSettings> = fc.record({
  links: fc.constantFrom({}, SETTINGS.links, { ...SETTINGS.links, isMetadataInLine: true }),
  hasButtons: fc.boolean(),
  hasThreads: fc.boolean(),
});

const OURS =
  /^https:\/\/(?:[a-z0-9-]+\.console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)|grafana\.example\.com|wiki\.example\.com)\/[!-~]*$/;

/** Everything that must hold of a message, whatever was in the log. */
function check(message: SlackMessage, given: readonly (string | null | undefined)[] = []): void {
  // what Slack would refuse, by the rules of the strict fake; an edit is the stricter call
  const content = readContent({ text: message.text, blocks: message.blocks, attachments: message.attachments }, true);
  const { mentions, links, strays } = marksOfContent(content);
  expect({ mentions, strays }).toEqual({ mentions: [], strays: [] });
  for (const link of links) {
    const url = link.replaceAll('&amp;', '&');
    expect(OURS.test(url) || given.includes(url) ? 'known' : url).toBe('known');
  }
  expect(message.text.length).toBeLessThanOrEqual(MAX_MESSAGE_TEXT);
  expect(message.text.length).toBeGreaterThan(0);
  const blocks = [...message.blocks, ...message.attachments.flatMap((each) => each.blocks)];
  expect(blocks.length).toBeLessThanOrEqual(MAX_BLOCKS);
  expect(sizeOf([...message.blocks, ...message.attachments])).toBeLessThanOrEqual(MAX_BLOCKS_JSON);
  const all = JSON.stringify(message);
  expect(all).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|<!(?!date\^)|<[@#]/u);
  expect(all.isWellFormed()).toBe(true);
  for (const block of blocks) {
    // markup is ours alone: a count, times, and links of which only the label is text
    if (block.type === 'section')
      expect(block.text.text).toMatch(
        /^\*\d+\* [a-z]+(?: in \*\d+\* incidents)? · [^<>`]*<!date\^\d+\^[^<>|]+\|[^<>|]+>(?: to <!date\^\d+\^[^<>|]+\|[^<>|]+>)?$/,
      );
    if (block.type === 'context')
      for (const { text } of block.elements) expect(text).toMatch(/^<https?:[!-;=?-{}~]+\|[A-Za-z ]+(?: \([\w.:[\]-]+\))?>$/);
  }
}

const RUNS = { numRuns: 150 };

describe('whatever a log holds', () => {
  test('the message of an incident is one that Slack takes, pings nobody and leads nowhere else', () => {
    fc.assert(
      fc.property(
        fc.array(delivery, { minLength: 1, maxLength: 3 }),
        fc.record({ actions: counted, resources: counted, rules: counted, by: hostile, total: fc.integer({ min: 1, max: 1e6 }) }),
        fc.boolean(),
        settings,
        (list, { by, total, ...tallies }, isSeen, how) => {
          const [first, ...more] = list;
          if (first === undefined) return;
          const seen = isSeen ? { acknowledged: { by, atMs: 1_773_480_413_000 }, muted: { by, untilMs: 1_773_480_413_000 } } : {};
          const view = incidentOf([first, ...more], { ...(more.length === 0 ? {} : { ...tallies, total }), ...seen });
          const message = renderParent(view, how);
          const given = list.flatMap(({ alert }) => [alert?.generatorUrl, alert?.annotations['runbook_url']]);
          check(message, given);
          check(plainMessage(message), given);
          const [header] = message.blocks;
          expect(header?.type === 'header' ? header.text.text.length : 0).toBeGreaterThan(5);
          expect(message.blocks[1]).toMatchObject({ text: { text: expect.stringContaining(`*${view.total}* `) } });
          expect(renderParent(view, how)).toEqual(message);
        },
      ),
      RUNS,
    );
  }, 120_000);

  test('its thread tells every event once, in messages that Slack takes', () => {
    fc.assert(
      fc.property(fc.array(delivery, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 6 }), settings, (list, times, how) => {
        const views = Array.from({ length: times }, () => list.map(eventView)).flat();
        const told = renderDetails(views, how);
        expect(told.reduce((sum, { events }) => sum + events, 0)).toBe(views.length);
        const given = list.flatMap(({ alert }) => [alert?.generatorUrl, alert?.annotations['runbook_url']]);
        for (const { message, events } of told) {
          expect(events).toBeGreaterThan(0);
          check(message, given);
          check(plainMessage(message), given);
        }
      }),
      RUNS,
    );
  }, 120_000);

  test('a digest names everybody, in messages that Slack takes', () => {
    const person = fc.record({
      user: hostile.map((text) => text.slice(0, 100)),
      place: hostile.map((text) => text.slice(0, 100)),
      count: fc.integer({ min: 1, max: 1e6 }),
      worst: fc.constantFrom(...PRIORITIES),
      marker: fc.uuid(),
    });
    fc.assert(
      fc.property(fc.array(person, { minLength: 1, maxLength: 120 }), settings, (people, how) => {
        const shown = people.map((each) => ({ ...each, ...safe(each) }));
        const { parent, thread } = renderDigest(
          digestOf(0, { people: shown, total: people.reduce((sum, { count }) => sum + count, 0) }),
          how,
        );
        for (const message of [parent, ...thread]) {
          check(message);
          check(plainMessage(message));
        }
        const lines = thread.flatMap(({ blocks }) =>
          blocks.flatMap((block) => (block.type === 'rich_text' ? block.elements[0].elements : [])),
        );
        const counts = lines.flatMap((element) => (element.type === 'text' && element.style !== undefined ? [Number(element.text)] : []));
        expect(counts).toEqual(how.hasThreads ? people.map(({ count }) => count) : []);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

/** As the incidents hand names in: made by `eventView`. */
function safe({ user, place }: { readonly user: string; readonly place: string }): { readonly user: string; readonly place: string } {
  const view = eventView(deliveryOfFindings('{}', { actor: { user }, account: null, account_name: place, region: null, cluster: null }));
  return { user: view.user, place: view.place };
}

describe('whatever stands around it', () => {
  const CANARY = 'Zq7canary4Xw';
  const leaks = fc.constantFrom(
    `password=${CANARY}`,
    `"secretString": "${CANARY}"`,
    `--token ${CANARY}`,
    `mysql -p${CANARY}`,
    `postgres://app:${CANARY}@db/x`,
    `Authorization: Bearer ${CANARY}`,
    `DB_PASSWORD: ${CANARY}`,
  );
  // what is between a secret's name and a cut must not hide the name; quotes of the surroundings may
  const around = fc.string({ unit: fc.constantFrom(...'abc XYZ 019 .,/-_()'), maxLength: 400 });

  test('a secret in a text is not shown', () => {
    fc.assert(
      fc.property(around, leaks, around, settings, (before, leak, after, how) => {
        const text = `${before} ${leak} ${after}`;
        const event = deliveryOfFindings(
          JSON.stringify({ requestParameters: { note: text, list: [text], [`x${before}`]: { masterUserPassword: CANARY } } }),
          {
            message: text,
            actor: { user: text, user_agent: text },
            target: { name: text },
          },
        );
        const shown = JSON.stringify([renderParent(incidentOf([event]), how), renderDetails([eventView(event)], how)]);
        expect(shown).not.toContain(CANARY);
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
