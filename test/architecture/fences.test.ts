import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;

/** One bad line for each fence, planted where the fence must see it, with the words that the message must have. */
const PLANTS: readonly { readonly file: string; readonly line: string; readonly says: string }[] = [
  {
    file: 'lib/core/a.ts',
    line: "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;",
    says: 'lib/core imports only lib/core',
  },
  {
    file: 'lib/core/b.ts',
    line: "import type { Config } from '../config/schema.ts';\nexport type B = Config;",
    says: 'lib/core imports only lib/core',
  },
  { file: 'lib/core/c.ts', line: 'export const c = (): number => Date.now();', says: 'global variable Date' },
  { file: 'lib/core/d.ts', line: 'export const d = (): unknown => process;', says: 'global variable process' },
  { file: 'lib/core/e.ts', line: "export const e = (): unknown => fetch('x');", says: 'global variable fetch' },
  { file: 'lib/core/f.ts', line: "import * as z from 'zod';\nexport const f = z;", says: 'lib/core imports only lib/core' },
  { file: 'lib/config/a.ts', line: "import { x } from '../sinks/loki.ts';\nexport const a = x;", says: 'lib/config: imports zod' },
  { file: 'lib/config/b.ts', line: "import { SQS } from '@aws-sdk/client-sqs';\nexport const b = SQS;", says: 'lib/config: no AWS' },
  {
    file: 'lib/clients/a.ts',
    line: "import { x } from '../core/classify/classify.ts';\nexport const a = x;",
    says: 'lib/clients and lib/telemetry: imports SDK',
  },
  {
    file: 'lib/telemetry/a.ts',
    line: "import { App } from 'aws-cdk-lib';\nexport const a = App;",
    says: 'lib/clients and lib/telemetry: no CDK',
  },
  { file: 'lib/sources/a.ts', line: "import { x } from '../sinks/loki.ts';\nexport const a = x;", says: 'lib/sources: imports core' },
  { file: 'lib/sinks/a.ts', line: "import { x } from '../stores/memory.ts';\nexport const a = x;", says: 'lib/sinks: imports core' },
  {
    file: 'lib/stores/a.ts',
    line: "import { DynamoDB } from '@aws-sdk/client-dynamodb';\nexport const a = DynamoDB;",
    says: 'lib/stores: no SDK',
  },
  { file: 'lib/simulate/a.ts', line: "import { x } from '../config/load.ts';\nexport const a = x;", says: 'lib/simulate: imports core' },
  { file: 'lib/export/a.ts', line: "import { x } from '../cli/main.ts';\nexport const a = x;", says: 'lib/export: imports core' },
  { file: 'lib/export/b.ts', line: "import { writeFileSync } from 'node:fs';\nexport const b = writeFileSync;", says: 'lib/export: pure' },
  { file: 'lib/wire.ts', line: "import { x } from './cli/main.ts';\nexport const a = x;", says: 'lib/wire and lib/serve: wires core' },
  { file: 'lib/serve/a.ts', line: "import { x } from '../cli/main.ts';\nexport const a = x;", says: 'lib/wire and lib/serve: wires core' },
  {
    file: 'lib/slack-actions/a.ts',
    line: "import { x } from '../serve/desk.ts';\nexport const a = x;",
    says: 'lib/slack-actions: imports core',
  },
  {
    file: 'lib/slack-actions/b.ts',
    line: "import { WebClient } from '@slack/web-api';\nexport const b = WebClient;",
    says: 'lib/slack-actions: no SDK',
  },
  {
    file: 'lib/sinks/d.ts',
    line: "import { x } from '../slack-actions/press.ts';\nexport const d = x;",
    says: 'lib/sinks: imports core',
  },
  { file: 'lib/wire-sinks.ts', line: "import { App } from 'aws-cdk-lib';\nexport const a = App;", says: 'lib/wire and lib/serve: no SDK' },
  {
    file: 'lib/wire-deployment.ts',
    line: "import { App } from 'aws-cdk-lib';\nimport { x } from './sinks/loki.ts';\nexport const a = [App, x];",
    says: 'lib/wire-deployment: no SDK',
  },
  {
    file: 'lib/wire-deployment.ts',
    line: "import { App } from 'aws-cdk-lib';\nimport { x } from './sinks/loki.ts';\nexport const a = [App, x];",
    says: 'lib/wire-deployment: compiles',
  },
  ...[
    ['lib/sources/c.ts', 'lib/sources: imports core'],
    ['lib/serve/b.ts', 'lib/wire and lib/serve: wires core'],
    ['lib/lambda/c.ts', 'lib/lambda: wires core'],
    ['lib/cli/b.ts', 'lib/cli and lib/board: imports core'],
    ['functions/metrics/a.ts', 'functions: imports middy'],
  ].map(([file = '', says = '']) => ({
    file,
    line: `import { x } from '${'../'.repeat(file.split('/').length - 2)}wire-deployment.ts';\nexport const a = x;`,
    says,
  })),
  { file: 'lib/sources/b.ts', line: "import { x } from '../serve/desk.ts';\nexport const a = x;", says: 'lib/sources: imports core' },
  {
    file: 'lib/lambda/a.ts',
    line: "import { SQSClient } from '@aws-sdk/client-sqs';\nexport const a = SQSClient;",
    says: 'lib/lambda: no SDK',
  },
  {
    file: 'lib/lambda/b.ts',
    line: "import { x } from '../serve/desk.ts';\nexport const b = x;",
    says: 'lib/lambda: wires core',
  },
  { file: 'lib/sinks/c.ts', line: "import { x } from '../lambda/queue.ts';\nexport const c = x;", says: 'lib/sinks: imports core' },
  {
    file: 'lib/cli/a.ts',
    line: "import { x } from '../constructs/alarms.ts';\nexport const a = x;",
    says: 'lib/cli and lib/board: imports core',
  },
  { file: 'lib/board/a.ts', line: "import middy from '@middy/core';\nexport const a = middy;", says: 'lib/cli and lib/board: no SDK' },
  { file: 'functions/deliver/a.ts', line: "import { SQS } from '@aws-sdk/client-sqs';\nexport const a = SQS;", says: 'functions: no SDK' },
  {
    file: 'functions/alert/a.ts',
    line: "import { x } from '../../lib/cli/main.ts';\nexport const a = x;",
    says: 'functions: imports middy',
  },
  {
    file: 'lib/constructs/a.ts',
    line: "import { x } from '../core/pipeline.ts';\nexport const a = x;",
    says: 'lib/constructs and lib/stacks: names handlers',
  },
  {
    file: 'lib/stacks/a.ts',
    line: "import { SQS } from '@aws-sdk/client-sqs';\nexport const a = SQS;",
    says: 'lib/constructs and lib/stacks: no SDK',
  },
  { file: 'lib/sinks/b.ts', line: 'export const b = (): unknown => process.env.HOME;', says: 'noProcessEnv' },
];

describe('import fences', () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-fences-'));
  let messages: readonly { readonly path: string; readonly text: string }[] = [];

  beforeAll(async () => {
    copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.gitignore'), 'node_modules/\n');
    for (const { file, line } of PLANTS) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${line}\n`);
    }
    const bin = join(root, 'node_modules/.bin/biome');
    const report = await run(bin, ['lint', '--reporter=json', '--max-diagnostics=500', '.'], { cwd: folder, maxBuffer: 64 << 20 }).catch(
      (error: { stdout: string }) => error,
    );
    const parsed = JSON.parse(report.stdout) as {
      diagnostics: readonly { category: string; message: unknown; location: { path: unknown }; advices?: unknown }[];
    };
    messages = parsed.diagnostics.map((diagnostic) => ({
      path: JSON.stringify(diagnostic.location.path),
      text: JSON.stringify(diagnostic),
    }));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(PLANTS)('$file: a planted violation is found ($says)', ({ file, says }) => {
    const ofFile = messages.filter(({ path }) => path.includes(file));
    expect(ofFile.map(({ text }) => text).join('\n')).toContain(says);
  });

  test('every fence of the table has a plant', () => {
    expect(PLANTS.length).toBe(40);
  });
});
