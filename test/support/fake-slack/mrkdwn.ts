/** Reads Slack's mrkdwn as its clients do, so that a test can ask what a message pings and where it leads. */

/** What the angle brackets of a text make. */
export interface Marks {
  /** `<!channel>`, `<@U..>`, `<!subteam^..>`, `<#C..>`, as written. */
  readonly mentions: readonly string[];
  /** Addresses, those that a client finds without brackets too. */
  readonly links: readonly { readonly url: string; readonly label: string | undefined }[];
  /** `<!date^..>`, as written. */
  readonly dates: readonly string[];
  /** Brackets that make nothing known; Slack shows or swallows them, so nobody should send them. */
  readonly strays: readonly string[];
}

const BARE_URL = /\bhttps?:\/\/[^\s<>|]+/g;

/** Reads one mrkdwn text. */
export function marksOf(text: string): Marks {
  const mentions: string[] = [];
  const links: { url: string; label: string | undefined }[] = [];
  const dates: string[] = [];
  const strays: string[] = [];
  const rest = text.replaceAll(/<([^<>]*)>/g, (whole, inner: string) => {
    if (/^!date\^-?\d+\^[^|]+\|.+$/s.test(inner)) {
      dates.push(whole);
      const [, url] = /^!date\^-?\d+\^[^|^]+\^([^|]+)\|/.exec(inner) ?? [];
      if (url !== undefined) links.push({ url, label: undefined });
    } else if (/^(?:![a-z]+|!subteam\^\w+|@\w+|#\w+)(?:\||$)/.test(inner)) mentions.push(whole);
    else if (/^(?:https?:|mailto:|[a-z][a-z0-9+.-]*:\/\/)/i.test(inner)) {
      const cut = inner.indexOf('|');
      links.push(cut < 0 ? { url: inner, label: undefined } : { url: inner.slice(0, cut), label: inner.slice(cut + 1) });
    } else strays.push(whole);
    return ' ';
  });
  strays.push(...(rest.match(/[<>]/g) ?? []));
  for (const [url] of rest.matchAll(BARE_URL)) links.push({ url, label: undefined });
  return { mentions, links, dates, strays };
}

/** What a person reads: marks as clients show them, entities as characters. */
export function readableText(text: string): string {
  return text
    .replaceAll(/<!date\^(-?\d+)\^[^|>]*\|[^>]*>/g, (_, seconds: string) => new Date(Number(seconds) * 1_000).toISOString())
    .replaceAll(/<[^<>|]*\|([^<>]*)>/g, '$1')
    .replaceAll(/<([^<>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
