import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FunctionBundle } from '../../lib/lambda/build.ts';
import { bundleAll, codeIn, emptyHandler, FUNCTIONS, folderBytes, readyPart, type StartTimes, startInTurns } from '../support/bundles.ts';
import { fixture } from '../support/reading.ts';

/** Those that read every event there is: they load no more than they must. */
const HOT = ['cloudtrail', 'eks-audit'];
const HOT_BYTES = 200_000;
const ANY_BYTES = 1_000_000;
const IMPORT_RATIO = 1.3;

const folder = mkdtempSync(join(tmpdir(), 'driftwire-bundles-'));
let bundles: readonly FunctionBundle[] = [];

beforeAll(async () => {
  bundles = await bundleAll(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const bundleOf = (name: string): FunctionBundle => {
  const found = bundles.find((bundle) => bundle.name === name);
  if (found === undefined) throw new Error(`no bundle of ${name}`);
  return found;
};

describe('bundles of the functions', () => {
  test('there are some', () => {
    expect(FUNCTIONS).toEqual(expect.arrayContaining(['alert', 'cloudtrail', 'deliver', 'eks-audit', 'metrics']));
  });

  test.each(FUNCTIONS)('%s is below 1 MB with everything that it may ever load', (name) => {
    expect(folderBytes(bundleOf(name).folder)).toBeLessThan(ANY_BYTES);
  });

  test.each(FUNCTIONS)('%s holds no CDK, no schema library and no loader of rules', (name) => {
    const inputs = Object.entries(bundleOf(name).metafile.outputs).flatMap(([, output]) => Object.keys(output.inputs));
    expect(inputs.length).toBeGreaterThan(20);
    const strangers = inputs.filter((path) =>
      /node_modules\/(?:aws-cdk-lib|constructs|cdk-nag|esbuild|zod|commander)\/|lib\/(?:cli|stacks|constructs)\//.test(path),
    );
    expect(strangers).toEqual([]);
  });

  test.each(FUNCTIONS)('%s has the place of nobody in it', (name) => {
    expect(codeIn(bundleOf(name).folder)).not.toContain(process.cwd());
    expect(readFileSync(join(bundleOf(name).folder, 'settings.json'), 'utf8')).not.toContain(process.cwd());
  });

  test('the same input gives the same bytes', { timeout: 120_000 }, async () => {
    const again = mkdtempSync(join(tmpdir(), 'driftwire-bundles-'));
    await bundleAll(again);
    for (const name of FUNCTIONS) {
      const [one, other] = [join(folder, name), join(again, name)];
      expect(readdirSync(one)).toEqual(readdirSync(other));
      for (const file of readdirSync(one)) expect(readFileSync(join(one, file)).equals(readFileSync(join(other, file))), file).toBe(true);
    }
    rmSync(again, { recursive: true });
  });

  test.each(FUNCTIONS)('%s loads in Node 24', async (name) => {
    expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24);
    const { handler } = (await import(pathToFileURL(join(folder, name, 'handler.mjs')).href)) as { handler: unknown };
    expect(handler).toBeInstanceOf(Function);
  });
});

describe.each(HOT)('the hot path: %s', (name) => {
  test('has at most 200 kB to load before it is ready', () => {
    const { files, bytes } = readyPart(bundleOf(name));
    expect(files).toEqual(expect.arrayContaining(['handler.mjs', 'work.mjs']));
    expect(bytes).toBeLessThanOrEqual(HOT_BYTES);
  });

  test('loads no SDK, no parser of YAML and no regular expressions before it is ready', () => {
    const { inputs } = readyPart(bundleOf(name));
    expect(inputs).toContain('lib/core/pipeline.ts');
    expect(inputs.filter((path) => /node_modules\/(?!@middy\/core\/)/.test(path))).toEqual([]);
  });

  test('works off events that are no finding without anything else', { timeout: 30_000 }, async () => {
    const lonely = mkdtempSync(join(tmpdir(), 'driftwire-lonely-'));
    const { folder: from } = bundleOf(name);
    const { copyFileSync } = await import('node:fs');
    for (const file of [...readyPart(bundleOf(name)).files, 'settings.json']) copyFileSync(join(from, file), join(lonely, file));
    process.env['DRIFTWIRE_FINDINGS_QUEUE_URL'] = 'http://localhost:1/findings';
    const { handler } = (await import(pathToFileURL(join(lonely, 'handler.mjs')).href)) as {
      handler: (event: object, context: object) => Promise<unknown>;
    };
    const context = { getRemainingTimeInMillis: () => 30_000, functionName: name };
    const record = JSON.parse(fixture('eventbridge/cloudtrail.json')) as { detail: object };
    const body = JSON.stringify({
      ...record,
      detail: { ...record.detail, readOnly: true, eventName: 'DescribeInstances', eventSource: 'ec2.amazonaws.com' },
    });
    const event =
      name === 'cloudtrail' ? { Records: [{ messageId: 'm', body }] } : JSON.parse(fixture('cloudwatch-logs/control-message.json'));
    const answer = await handler(name === 'cloudtrail' ? event : { awslogs: { data: base64Of(event) } }, context);
    expect(answer).toEqual({ batchItemFailures: [] });
    rmSync(lonely, { recursive: true });
    delete process.env['DRIFTWIRE_FINDINGS_QUEUE_URL'];
  });
});

test('importing a handler of the hot path takes at most 1.3 times what an empty one takes', { timeout: 180_000, retry: 2 }, async () => {
  const empty = await emptyHandler(folder);
  const files = HOT.map((name) => join(folder, name, 'handler.mjs'));
  const times = await startInTurns([empty, ...files], 15);
  const best = (file: string): number => Math.min(...(times.get(file) ?? []).map(({ importMs }: StartTimes) => importMs));
  for (const file of files) expect(best(file) / best(empty), file).toBeLessThanOrEqual(IMPORT_RATIO);
});

function base64Of(message: unknown): string {
  const { gzipSync } = process.getBuiltinModule('node:zlib');
  return gzipSync(JSON.stringify(message)).toString('base64');
}
