import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../lib/cli/report/page.ts';
import { ReportBook } from '../../lib/cli/report/report-book.ts';
import { foundWith } from '../support/findings.ts';
import { realPart } from '../support/require.ts';

const CHROMIUM = '/usr/bin/chromium';
const ALARM = 'globalThis.hacked = true';
const HOSTILE = [
  `</script><script>${ALARM}</script>`,
  `<img src=x onerror="${ALARM}">`,
  `" onmouseover="${ALARM}" x="`,
  `'><svg onload='${ALARM}'>`,
  `<!--<script>${ALARM}`,
  'safe\u202egnp.exe\u2066\u200b',
  'escape\x1b[31m\x07\x9b2J',
  'x'.repeat(10_000),
  `https://attacker.example/?a=b&c=d;${'&lt;script&gt;'}`,
];

/** A report over every hostile text in every place a log can put it, and so many plain events that there are pages. */
function hostileReport(): string {
  const book = new ReportBook();
  for (const [index, text] of HOSTILE.entries()) {
    const time = `2026-03-14T09:${String(index).padStart(2, '0')}:00.000000000Z`;
    const finding = foundWith(
      {
        time,
        id: text,
        rule: text,
        priority: 'Critical',
        message: text,
        account_name: text,
        region: text,
        cluster: text,
        labels: { [text]: text },
        actor: { user: text, session: text, user_agent: text, source_ip: text, principal: text, impersonates: text },
        action: { name: text, verb: text, service: text, error: text },
        target: { kind: text, name: text, namespace: text, subresource: text, arn: text },
      },
      JSON.stringify({ text, nested: { list: [text, 12345678901234567890n.toString()] } }),
    );
    book.add([finding]);
  }
  for (let index = 0; index < 120; index++) {
    const time = new Date(Date.UTC(2026, 2, 13, index % 24)).toISOString().replace('Z', '000000Z');
    book.add([foundWith({ time, actor: { user: `user-${index % 7}` }, target: { name: `thing-${index}` } })]);
  }
  const summary = { records: 129, findings: 129, eventsWithFindings: 129, dropped: {}, failed: {}, duplicates: 0 };
  const rules = HOSTILE.map((text) => ({ name: text, desc: text }));
  const pieces: string[] = [];
  writeReport({ book, summary, inputs: 1, rules, madeMs: Date.UTC(2026, 2, 15) }, (text) => pieces.push(text));
  return pieces.join('');
}

describe.skipIf(!realPart('chromium', CHROMIUM))('the report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-report-'));
  const file = join(folder, 'report.html');
  const url = pathToFileURL(file).href;
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(file, hostileReport());
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Opened {
    readonly page: Page;
    /** Console messages and errors; a violation of the policy is one. */
    readonly complaints: readonly string[];
    readonly requests: readonly string[];
  }

  async function open(options: { width?: number; script?: boolean; dark?: boolean } = {}): Promise<Opened> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: 900 },
      javaScriptEnabled: options.script ?? true,
      colorScheme: options.dark === true ? 'dark' : 'light',
    });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(url);
    return { page, complaints, requests };
  }

  it('runs nothing that comes from a log, breaks none of its own policy and asks nobody for anything', async () => {
    const { page, complaints, requests } = await open();
    const buttons = page.locator('button.open');
    for (let index = 0; index < HOSTILE.length; index++) {
      await buttons.nth(index).click();
      await page.keyboard.press('Escape');
    }
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(requests.filter((asked) => asked !== url && asked !== 'data:,')).toEqual([]);
    await page.close();
  });

  it('would have its policy stop a script that slipped in', async () => {
    const { page, complaints } = await open();
    await page.evaluate(`document.body.append(Object.assign(document.createElement('script'), { textContent: '${ALARM}' }))`);
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expect(complaints.join()).toContain('Content Security Policy');
    await page.close();
  });

  it('shows no control character and nothing that reorders text', async () => {
    const { page } = await open();
    await page.locator('[name=query]').fill('gnp.exe');
    await page.locator('button.open').first().click();
    const text = await page.locator('body').innerText();
    expect(text).toContain('safe\\u{202e}gnp.exe\\u{2066}\\u{200b}');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/);
    await page.close();
  });

  it('is searched, filtered and ordered, and turned page by page', async () => {
    const { page } = await open();
    const rows = page.locator('#rows tr');
    expect(await rows.count()).toBe(50);
    await page.locator('#next').click();
    expect(await page.locator('#page').innerText()).toBe('page 2 of 3');
    await page.locator('[name=query]').fill('thing-77');
    expect(await rows.count()).toBe(1);
    await page.locator('[name=query]').fill('');
    await page.locator('[name=person]').selectOption('user-3');
    expect(await page.locator('#shown').innerText()).toBe('17 of 129 events');
    await page.locator('[name=person]').selectOption('');
    await page.locator('[name=priority]').selectOption('Critical');
    expect(await rows.count()).toBe(HOSTILE.length);
    await page.close();
  });

  it('opens an event from the keyboard, explains it and gives the focus back', async () => {
    const { page } = await open();
    await page.locator('[name=query]').fill('thing-77');
    const button = page.locator('button.open').first();
    await button.focus();
    await page.keyboard.press('Enter');
    const detail = page.locator('dialog');
    expect(await detail.isVisible()).toBe(true);
    const text = await detail.innerText();
    expect(text).toContain('a Kubernetes user that is not declared (kubernetes_user)');
    expect(text).toContain('audit.log:7');
    expect(await detail.locator('pre').innerText()).toBe('{\n  "kind": "Event"\n}');
    await page.keyboard.press('Escape');
    expect(await detail.isVisible()).toBe(false);
    expect(await page.evaluate("document.activeElement === document.querySelector('button.open')")).toBe(true);
    await page.close();
  });

  it('leaves every column room for a word, however long the names in the others are', async () => {
    for (const width of [1280, 970]) {
      const { page } = await open({ width });
      const widths = await page.evaluate("[...document.querySelectorAll('.events th')].map((cell) => cell.getBoundingClientRect().width)");
      expect(widths).toHaveLength(8);
      expect(Math.min(...(widths as number[]))).toBeGreaterThan(60);
      await page.close();
    }
  });

  it.each([390, 320, 1280])('never scrolls sideways at %i pixels, with a detail open or not', async (width) => {
    const { page } = await open({ width });
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(overflow)).toBe(0);
    const dialogOverflow = "document.querySelector('dialog').scrollWidth - document.querySelector('dialog').clientWidth";
    const buttons = page.locator('button.open');
    for (let index = 0; index < HOSTILE.length; index++) {
      await buttons.nth(index).click();
      expect(await page.evaluate(overflow)).toBe(0);
      expect(await page.evaluate(dialogOverflow)).toBe(0);
      await page.keyboard.press('Escape');
    }
    await page.close();
  });

  it('shows counts, trend, people and the newest events without script', async () => {
    const { page } = await open({ script: false });
    expect(await page.locator('#rows tr').count()).toBe(129);
    expect(await page.locator('.trend rect').count()).toBeGreaterThan(20);
    expect(await page.locator('.top').first().locator('li').count()).toBe(5);
    expect(await page.locator('#filters').isVisible()).toBe(false);
    await page.close();
  });

  it('is dark where the reader wants it dark', async () => {
    const background = 'getComputedStyle(document.body).backgroundColor';
    const [light, dark] = [await open(), await open({ dark: true })];
    expect(await light.page.evaluate(background)).toBe('rgb(246, 247, 249)');
    expect(await dark.page.evaluate(background)).toBe('rgb(18, 21, 27)');
    await Promise.all([light.page.close(), dark.page.close()]);
  });
});
