/** A deployment to the emulator by the real command line tool, with everything around it that it delivers to. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Moto, startMoto } from '../moto.ts';
import { ACCOUNT, CREDENTIALS, clientOptions, REGION } from './aws.ts';
import { type DeployedStack, readStack } from './template.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const STACK = 'Driftwire';

/** What is there before anything is deployed. */
export interface Surroundings {
  /** Text of driftwire.yaml. */
  readonly config: string;
  readonly bucket: string;
  /** Secure strings of SSM by name. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a command said, and how it ended. */
export interface Said {
  readonly status: number | null;
  readonly text: string;
}

/** An emulator with a deployed stack. */
export class Deployment {
  readonly endpoint: string;
  readonly folder: string;
  readonly #moto: Moto;

  private constructor(moto: Moto, folder: string) {
    this.#moto = moto;
    // the name of the host stands in URLs of templates, where an address would be read as the name of a bucket
    this.endpoint = moto.endpoint.replace('127.0.0.1', 'localhost');
    this.folder = folder;
  }

  /** Starts the emulator and puts there what is there before. */
  static async start(server: string, { config, bucket, parameters }: Surroundings): Promise<Deployment> {
    const folder = mkdtempSync(join(tmpdir(), 'driftwire-deploy-'));
    writeFileSync(join(folder, 'driftwire.yaml'), config);
    const moto = await startMoto(server);
    const s3 = new S3Client({ ...clientOptions(moto.endpoint), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
    s3.destroy();
    const ssm = new SSMClient(clientOptions(moto.endpoint));
    for (const [Name, Value] of Object.entries(parameters)) await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
    ssm.destroy();
    return new Deployment(moto, folder);
  }

  /** Runs the CDK's command as a newcomer would, in the project's folder. */
  cdk(command: 'deploy' | 'diff', ...args: readonly string[]): Promise<Said> {
    // what was deployed stays as it is while it is compared
    const assembly = join(this.folder, command === 'deploy' ? 'cdk.out' : 'diff.out');
    const context = `config=${join(this.folder, 'driftwire.yaml')}`;
    return run([CDK, command, ...args, '--context', context, '--output', assembly], this.endpoint, this.#moto.endpoint);
  }

  /** Prepares the account, which needs no app. */
  bootstrap(target: string): Promise<Said> {
    return run([CDK, 'bootstrap', target], this.endpoint, this.#moto.endpoint, this.folder);
  }

  /** The same with what was synthesized before. */
  cdkAgain(...args: readonly string[]): Promise<Said> {
    return run([CDK, ...args, '--app', join(this.folder, 'cdk.out')], this.endpoint, this.#moto.endpoint);
  }

  read(): Promise<DeployedStack> {
    return readStack(this.#moto.endpoint, join(this.folder, 'cdk.out'), STACK);
  }

  /** Address without a name, which is faster. */
  get address(): string {
    return this.#moto.endpoint;
  }

  async stop(): Promise<void> {
    await this.#moto.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], endpoint: string, s3: string, cwd: string = ROOT): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        // the app is run as `node`, which must be this one
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: process.env['HOME'] ?? '/',
        AWS_ENDPOINT_URL: endpoint,
        AWS_ENDPOINT_URL_S3: s3,
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        AWS_REGION: REGION,
        AWS_EC2_METADATA_DISABLED: 'true',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        CI: 'true',
        NO_COLOR: '1',
      },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, text }));
  });
}

/** The environment that is deployed to. */
export const TARGET = `aws://${ACCOUNT}/${REGION}`;
