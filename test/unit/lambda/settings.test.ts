import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { atStart } from '../../../lib/lambda/at-start.ts';
import { compileSettings, withoutDetector } from '../../../lib/lambda/compile-settings.ts';
import { deadlineOf } from '../../../lib/lambda/deadline.ts';
import { openDetector } from '../../../lib/lambda/detector.ts';
import { readSettings } from '../../../lib/lambda/settings.ts';
import { openScan } from '../../../lib/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function settingsOf(config: string) {
  const opened = await openScan({ config: parseConfig(config, 'driftwire.yaml'), ruleFiles: [], builtinRules: true });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  return compileSettings(opened, '1.2.3');
}

function written(text: string): URL {
  const file = join(folder, 'settings.json');
  writeFileSync(file, text);
  return pathToFileURL(file);
}

describe('settings of a function', () => {
  test('are read back as they were written, with the hash that was deployed', async () => {
    const settings = await settingsOf('labels: {env: test}\nloki: {url: "https://loki.example.com"}\n');
    const file = written(JSON.stringify(settings));
    const read = readSettings(settings.configHash, file);
    expect(read.config.loki?.url).toBe('https://loki.example.com');
    expect(read.configHash).toBe(settings.configHash);
    expect(readSettings(undefined, file).version).toBe('1.2.3');
  });

  test('of another deployment are refused', async () => {
    const settings = await settingsOf('');
    const file = written(JSON.stringify(settings));
    expect(() => readSettings('0123456789abcdef', file)).toThrow(
      /settings\.json has the configuration [0-9a-f]{16}, and 0123456789abcdef was deployed: deploy again/,
    );
  });

  test('that were changed after they were made are refused', async () => {
    const settings = await settingsOf('');
    const file = written(JSON.stringify({ ...settings, config: { ...settings.config, report_workloads: true } }));
    expect(() => readSettings(undefined, file)).toThrow('deploy again');
  });

  test.each(['', '{', 'null'])('that are no settings (%j) are refused', (text) => {
    expect(() => readSettings(undefined, written(text))).toThrow();
  });

  test('that are not there are refused', () => {
    expect(() => readSettings(undefined, pathToFileURL(join(folder, 'nothing.json')))).toThrow(
      'settings.json beside the handler cannot be read',
    );
  });

  test('without rules open no detector', async () => {
    const settings = withoutDetector(await settingsOf(''));
    expect(() => openDetector(settings, () => undefined)).toThrow('have no rules');
  });
});

describe('what is loaded at the start', () => {
  test('is loaded once, without being asked, and given to everybody', async () => {
    let loads = 0;
    const work = atStart(async () => ++loads);
    await new Promise((resolve) => setImmediate(resolve));
    expect(loads).toBe(1);
    expect([await work(), await work(), loads]).toEqual([1, 1, 1]);
  });

  test('that fails is thrown to each event and is not the death of the process', async () => {
    const work = atStart(() => Promise.reject(new Error('no settings')));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(work()).rejects.toThrow('no settings');
    await expect(work()).rejects.toThrow('no settings');
  });

  test('leaves time to answer', () => {
    const left = deadlineOf({ getRemainingTimeInMillis: () => 10_000 }) - Date.now();
    expect(left).toBeGreaterThan(5_000);
    expect(left).toBeLessThanOrEqual(6_500);
  });
});
