import { Refusal } from './answer.ts';
import { type Args, isObject } from './content.ts';

/** Reads the arguments of a call: a form (as `@slack/web-api` sends them) or JSON, for which Slack wants the token in a header. */
export function readArgs(contentType: string, query: URLSearchParams, body: string): Args {
  const [type = ''] = contentType.split(';', 1);
  if (type === 'application/json') {
    const value = parsed(body);
    if (!isObject(value)) throw new Refusal('json_not_object');
    return { ...Object.fromEntries(query), ...value };
  }
  if (type !== '' && type !== 'application/x-www-form-urlencoded') throw new Refusal('invalid_post_type');
  return { ...Object.fromEntries(query), ...Object.fromEntries(new URLSearchParams(body)) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal('invalid_json');
  }
}
