import { expect, test } from 'vitest';
import { discordPauseMs } from '../../../../../lib/core/deliver/receivers/discord-answer.ts';

test.each([
  [429, {}, '{"message":"You are being rate limited.","retry_after":64.57,"global":false}', 64_570],
  [429, {}, '{"retry_after":0.3,"global":true}', 300],
  [429, { 'retry-after': '65' }, 'not json', 65_000],
  [429, { 'x-ratelimit-reset-after': '1.5' }, '{}', 1_500],
  [429, {}, '{}', undefined],
  [429, { 'retry-after': 'soon' }, '{"retry_after":-1}', undefined],
  [429, {}, '{"retry_after":1e12}', 86_400_000],
  [200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.25' }, '{}', 1_250],
  [200, { 'x-ratelimit-remaining': '0' }, '{}', undefined],
  [200, { 'x-ratelimit-remaining': '4', 'x-ratelimit-reset-after': '1.25' }, '{}', undefined],
  [204, {}, '', undefined],
])('a %d with %j and %s asks for a pause of %s ms', (status, headers, body, expected) => {
  expect(discordPauseMs(status, headers as Readonly<Record<string, string>>, body)).toBe(expected);
});
