/** The real command, as a newcomer calls it: in a folder of its own, without credentials and without a network. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../support/infrastructure/synth.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
/** Seconds a synth takes on an idle machine: 3.5; a busy one gets ten times that. */
const TIMEOUT = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'driftwire-synth-'));

beforeAll(() => {
  for (const name of ['bin', 'lib', 'functions', 'rules', 'node_modules', 'package.json', 'cdk.json'])
    symlinkSync(join(ROOT, name), join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Synth {
  readonly status: number;
  readonly said: string;
  readonly out: string;
}

/** Calls `cdk synth` with a `driftwire.yaml` beside `cdk.json`, or without one. */
function synth(yaml: string | undefined, ...options: readonly string[]): Promise<Synth> {
  const out = mkdtempSync(join(folder, 'out-'));
  const file = join(folder, 'driftwire.yaml');
  rmSync(file, { force: true });
  if (yaml !== undefined) writeFileSync(file, yaml);
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    // whoever asks the network gets no answer
    HTTPS_PROXY: 'http://127.0.0.1:9',
    HTTP_PROXY: 'http://127.0.0.1:9',
    AWS_EC2_METADATA_DISABLED: 'true',
    NO_COLOR: '1',
  };
  const args = [join(ROOT, 'node_modules/aws-cdk/bin/cdk'), 'synth', '--quiet', '--output', out, ...options];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env, encoding: 'utf8' }, (error, stdout, stderr) => {
      const status = error === null ? 0 : Number(error.code);
      resolve({ status, said: `${stdout}${stderr}`, out });
    });
  });
}

/** Folders of the bundles in what was synthesized. */
function bundles(out: string): readonly string[] {
  return readdirSync(out)
    .filter((name) => name.startsWith('asset.') && existsSync(join(out, name, 'handler.mjs')))
    .map((name) => join(out, name));
}

describe('cdk synth', () => {
  test(
    'without a configuration makes one stack for the account and region of whoever deploys',
    async () => {
      const { status, said, out } = await synth(undefined);
      expect(said).not.toMatch(/error/i);
      expect(status).toBe(0);
      const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
      expect(manifest).toContain('aws://unknown-account/unknown-region');
      expect(readdirSync(out).filter((name) => name.endsWith('.template.json'))).toEqual(['Driftwire.template.json']);
      expect(said).toContain('note: nothing says where findings go');
    },
    TIMEOUT,
  );

  test(
    'with everything makes one more stack for each region, a bundle with its settings for each function, and the same bytes again',
    async () => {
      const [first, second] = [await synth(EVERYTHING), await synth(EVERYTHING)];
      expect(first.said).not.toMatch(/error/i);
      const templates = readdirSync(first.out).filter((name) => name.endsWith('.template.json'));
      expect(templates).toEqual(['Driftwire-us-east-1.template.json', 'Driftwire.template.json']);
      for (const name of templates) expect(readFileSync(join(second.out, name), 'utf8')).toBe(readFileSync(join(first.out, name), 'utf8'));
      const made = bundles(first.out);
      expect(made).toHaveLength(7);
      for (const bundle of made) {
        const settings = JSON.parse(readFileSync(join(bundle, 'settings.json'), 'utf8')) as {
          readonly config: { readonly loki?: unknown };
        };
        expect(settings.config.loki).toMatchObject({ url: 'https://loki.example' });
      }
    },
    TIMEOUT,
  );

  test(
    'reads the file that -c config names, with rule files beside it, and compiles the pattern from both',
    async () => {
      mkdirSync(join(folder, 'elsewhere'), { recursive: true });
      const rule =
        '- rule: Bucket read\n  desc: d\n  condition: ct.name = "GetObject"\n  output: o\n  priority: WARNING\n  source: aws_cloudtrail\n';
      writeFileSync(join(folder, 'elsewhere/own.yaml'), rule);
      writeFileSync(
        join(folder, 'elsewhere/prod.yaml'),
        'rules: { files: [own.yaml] }\npipelines: [{ name: deploy, role: "gha-deploy-*" }, { name: narrow, role: other, session: "s*" }]\n',
      );
      const { status, said, out } = await synth(undefined, '-c', 'config=elsewhere/prod.yaml');
      expect(status).toBe(0);
      expect(said).toContain('note: "narrow" is not in the pattern for EventBridge (narrowed by session): the functions decide alone');
      expect(readFileSync(join(out, 'Driftwire.template.json'), 'utf8')).toMatch(
        /compiled from configuration [0-9a-f]{16}, rules [0-9a-f]{16}/,
      );
    },
    TIMEOUT,
  );

  test(
    'names every mistake with its line, and nothing else, and deploys nothing',
    async () => {
      const { status, said, out } = await synth(
        [
          'pipelines: [{ name: a, role: "arn:aws:iam::111122223333:role/ci" }]',
          'loki: { url: "https://loki.example", token: { env: LOKI_TOKEN } }',
          'ignore: [{ name: i, reason: r, condition: "ct.nosuch = 1" }]',
          'aws: { mode: collector, eks: { log_groups: [/aws/eks/demo/cluster] }, forward_regions: [us-east-1] }',
        ].join('\n'),
      );
      expect(status).not.toBe(0);
      const lines = said.split('\n').filter((line) => line.startsWith('driftwire.yaml:'));
      expect(lines.map((line) => /^driftwire\.yaml:(\d+):\d+: error: ([\w.[\]]+)/.exec(line)?.slice(1))).toEqual([
        ['1', 'pipelines[0].role'],
        ['4', 'aws.processor'],
        ['4', 'aws.region'],
        ['4', 'aws.eks'],
        ['4', 'aws.forward_regions'],
      ]);
      expect(said).not.toContain('    at ');
      expect(said).toContain('nothing was deployed');
      expect(existsSync(join(out, 'manifest.json'))).toBe(false);
    },
    TIMEOUT,
  );

  test(
    'takes secrets from Parameter Store and Secrets Manager only, and needs a token before it opens an address',
    async () => {
      const { said } = await synth(
        [
          'loki: { url: "https://loki.example", token: { env: LOKI_TOKEN } }',
          'prometheus: { remote_write: { url: "https://aps.example/api/v1/remote_write", sigv4: { region: eu-west-1 } } }',
          'aws: { webhook: true }',
        ].join('\n'),
      );
      const lines = said.split('\n').filter((line) => line.startsWith('driftwire.yaml:'));
      expect(lines.map((line) => /^driftwire\.yaml:(\d+):\d+: error: ([\w.]+): (.*)$/.exec(line)?.slice(1))).toEqual([
        ['1', 'loki.token', 'on AWS a secret is {ssm: NAME} or {secretsmanager: NAME}: environment variables and files are not deployed'],
        ['2', 'prometheus.remote_write.url', expect.stringContaining('names no workspace')],
        ['3', 'aws.webhook', 'needs serve.ingest_token: without a token anybody could post events'],
      ]);
    },
    TIMEOUT,
  );

  test(
    'of a collector bundles nothing, and says what is of no use there',
    async () => {
      const { status, said, out } = await synth(
        'slack: { token: { ssm: /token }, channel: "#drift" }\naws: { mode: collector, processor: { account: "444455556666" } }',
      );
      expect(status).toBe(0);
      expect(said).toContain('note: a collector delivers nothing itself: slack can be left out here');
      expect(bundles(out)).toEqual([]);
      expect(readdirSync(out).filter((name) => name.endsWith('.template.json'))).toEqual(['DriftwireCollector.template.json']);
    },
    TIMEOUT,
  );
});
