import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realPart } from '../support/require.ts';
import { slackPage } from '../support/slack-page.ts';
import { scenes } from '../support/slack-scenes.ts';

const CHROMIUM = '/usr/bin/chromium';
const OURS =
  /^https:\/\/(?:[a-z0-9-]+\.console\.aws\.amazon\.com|grafana\.example\.com|wiki\.example\.com)\/|^http:\/\/prometheus\.example\.com:9090\//;

describe.skipIf(!realPart('chromium', CHROMIUM))('a channel full of messages, hostile ones among them', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  });

  afterAll(async () => {
    await browser?.close();
  });

  async function open(width: number): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.setContent(slackPage(scenes(), { timeZone: 'Europe/Vienna' }));
    return page;
  }

  it('leads nowhere but to our own pages, and pings nobody', async () => {
    const page = await open(800);
    const links = await page.locator('a').evaluateAll((all) => all.map((link) => String(link.getAttribute('href'))));
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((link) => !OURS.test(link))).toEqual([]);
    expect(await page.locator('mark, i, img, script').count()).toBe(0);
    const text = await page.locator('body').innerText();
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
    expect(text).not.toContain('hunter2');
    await page.close();
  }, 60_000);

  it('shows each reader the time where the reader is', async () => {
    const page = await open(800);
    expect(await page.locator('.date').first().innerText()).toBe('Mar 14, 2026 at 10:26:53');
    await page.close();
  }, 60_000);

  it.each([800, 380])(
    'is no wider than a window of %d pixels, whatever a name is',
    async (width) => {
      const page = await open(width);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await page.close();
    },
    60_000,
  );
});
