/** Shows Slack messages as a page that looks like Slack, so that people can judge what a reader of the channel sees. */
import type { Block, RichElement, SlackMessage } from '../../lib/core/deliver/slack/slack-message.ts';

/** A message and the messages in its thread. */
export interface ShownThread {
  /** Why it is on the page. */
  readonly caption: string;
  readonly parent: SlackMessage;
  readonly thread?: readonly SlackMessage[];
}

/** Whose eyes see it. */
export interface Reader {
  readonly timeZone: string;
  readonly isDark?: boolean;
}

const STYLE = `
  :root { --text:#1d1c1d; --soft:#616061; --line:#dddddd; --back:#fff; --code:#c01343; --codeback:#f6f6f6; --link:#1264a3; --button:#fff; }
  .dark { --text:#d1d2d3; --soft:#ababad; --line:#4a4b4f; --back:#1a1d21; --code:#e8912d; --codeback:#2b2d31; --link:#1d9bd1; --button:#222529; }
  body { margin:0; padding:20px; background:var(--back); color:var(--text); font:15px/1.46668 Lato,"Noto Sans","DejaVu Sans",Arial,"Noto Color Emoji",sans-serif; max-width:760px; box-sizing:border-box; }
  .caption { color:var(--soft); font-size:12px; margin:18px 0 4px; text-transform:uppercase; letter-spacing:.06em; }
  .message { display:flex; gap:8px; padding:6px 0; }
  .avatar { width:36px; height:36px; border-radius:6px; background:#3b5b7e; color:#fff; display:grid; place-items:center; font-weight:900; flex:none; }
  .body { min-width:0; flex:1; overflow-wrap:anywhere; }
  .sender { font-weight:900; } .app { font-size:10px; background:var(--line); border-radius:2px; padding:1px 3px; color:var(--soft); } .at { color:var(--soft); font-size:12px; }
  h3 { font-size:18px; line-height:1.33; margin:6px 0; font-weight:900; }
  .section,.rich { margin:6px 0; white-space:pre-wrap; }
  .context { margin:4px 0; font-size:13px; color:var(--soft); display:flex; flex-wrap:wrap; gap:4px 12px; }
  .actions { display:flex; flex-wrap:wrap; gap:8px; margin:8px 0; }
  button { font:bold 13px Lato,"Noto Sans",sans-serif; padding:5px 12px; border:1px solid var(--line); border-radius:8px; background:var(--button); color:var(--text); }
  button.primary { background:#007a5a; color:#fff; border-color:#007a5a; }
  hr { border:0; border-top:1px solid var(--line); margin:10px 0; }
  .attachment { display:flex; gap:8px; margin:6px 0; } .bar { width:4px; border-radius:4px; flex:none; } .attachment > div:last-child { min-width:0; }
  a { color:var(--link); text-decoration:none; } code { color:var(--code); background:var(--codeback); border:1px solid var(--line); border-radius:3px; padding:1px 3px; font-size:12px; }
  .date { border-bottom:1px dotted var(--soft); }
  .dot { display:inline-block; width:.85em; height:.85em; border-radius:50%; vertical-align:-.05em; }
  .thread { margin-left:44px; border-left:2px solid var(--line); padding-left:12px; }
  .plain { white-space:pre-wrap; border:1px dashed var(--line); padding:6px; font-size:13px; }`;

/** The page. */
export function slackPage(threads: readonly ShownThread[], reader: Reader): string {
  const shown = threads.map(({ caption, parent, thread = [] }) => {
    const replies = thread.map((message) => messageHtml(message, reader)).join('');
    return `<div class="caption">${html(caption)}</div>${messageHtml(parent, reader)}${replies === '' ? '' : `<div class="thread">${replies}</div>`}`;
  });
  return `<!doctype html><meta charset="utf-8"><title>messages</title><style>${STYLE}</style><body class="${reader.isDark === true ? 'dark' : ''}">${shown.join('')}</body>`;
}

function messageHtml({ text, blocks, attachments }: SlackMessage, reader: Reader): string {
  const body =
    blocks.length === 0
      ? `<div class="section">${mrkdwnHtml(text, reader)}</div>`
      : blocks.map((block) => blockHtml(block, reader)).join('');
  const beside = attachments.map(
    ({ color, blocks: inside }) =>
      `<div class="attachment"><div class="bar" style="background:${html(color)}"></div><div>${inside.map((block) => blockHtml(block, reader)).join('')}</div></div>`,
  );
  return `<div class="message"><div class="avatar">D</div><div class="body"><span class="sender">Driftwire</span> <span class="app">APP</span> <span class="at">10:31</span>${body}${beside.join('')}</div></div>`;
}

function blockHtml(block: Block, reader: Reader): string {
  switch (block.type) {
    case 'header':
      return `<h3>${html(block.text.text)}</h3>`;
    case 'section':
      return `<div class="section">${mrkdwnHtml(block.text.text, reader)}</div>`;
    case 'context':
      return `<div class="context">${block.elements.map(({ text }) => `<span>${mrkdwnHtml(text, reader)}</span>`).join('')}</div>`;
    case 'divider':
      return '<hr>';
    case 'actions':
      return `<div class="actions">${block.elements.map(({ text, style }) => `<button class="${style ?? ''}">${html(text.text)}</button>`).join('')}</div>`;
    case 'rich_text':
      return `<div class="rich">${block.elements[0].elements.map((element) => richHtml(element, reader)).join('')}</div>`;
  }
}

function richHtml(element: RichElement, reader: Reader): string {
  if (element.type === 'date') return dateHtml(element.timestamp, element.format, reader);
  return element.style === undefined ? html(element.text) : `<b>${html(element.text)}</b>`;
}

/** Slack's markup as its clients read it: entities first, then spans of code, then bold, italics and strikes at the edges of words. */
function mrkdwnHtml(text: string, reader: Reader): string {
  return text
    .split(/(`[^`\n]+`|<[^<>\n]+>)/)
    .map((part) => {
      if (part.startsWith('`')) return `<code>${html(unescaped(part.slice(1, -1)))}</code>`;
      const [, seconds, format] = /^<!date\^(\d+)\^([^|]+)\|/.exec(part) ?? [];
      if (seconds !== undefined && format !== undefined) return dateHtml(Number(seconds), format, reader);
      const [, url, label] = /^<(https?:[^|>]+)\|([^>]*)>$/.exec(part) ?? [];
      if (url !== undefined) return `<a href="${html(unescaped(url))}">${html(unescaped(label ?? url))}</a>`;
      if (/^<[!@#]/.test(part)) return `<mark>PING ${html(part)}</mark>`;
      return html(unescaped(part))
        .replace(/(^|[\s(])\*([^*\n]+)\*(?=$|[\s).,·])/g, '$1<b>$2</b>')
        .replace(/(^|[\s(])_([^_\n]+)_(?=$|[\s).,])/g, '$1<i>$2</i>');
    })
    .join('');
}

function dateHtml(seconds: number, format: string, { timeZone }: Reader): string {
  const time = new Date(seconds * 1000);
  const day = new Intl.DateTimeFormat('en-US', { timeZone, month: 'short', day: 'numeric', year: 'numeric' }).format(time);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(time);
  return `<span class="date">${html(format.replace('{date_short_pretty}', day).replace('{time_secs}', clock))}</span>`;
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Fonts of a machine without a screen have no emoji. */
const DOTS: Readonly<Record<string, string>> = {
  '🔴': '#dd2e44',
  '🟠': '#f4900c',
  '🟡': '#fdcb58',
  '🔵': '#55acee',
  '⚪': '#ccd6dd',
  '✅': '#2eb67d',
  '🔕': '#9aa0a6',
};

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[🔴🟠🟡🔵⚪✅🔕]/gu, (mark) => `<span class="dot" style="background:${DOTS[mark]}"></span>`);
}
