import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { dynamoDb } from '../../../lib/clients/aws.ts';
import type { Total } from '../../../lib/core/ports.ts';
import { DynamoStore } from '../../../lib/stores/dynamodb.ts';
import { FakeAws } from '../fake-aws/server.ts';
import { FakeLoki } from '../fake-loki/server.ts';
import { FakeSlack } from '../fake-slack/server.ts';
import { CREDENTIALS, clientOptions, REGION } from '../lambda-host/aws.ts';
import { Deployment, type Said, TARGET } from '../lambda-host/deployment.ts';
import { LambdaHost } from '../lambda-host/lambda-host.ts';
import { type TappedCall, WireTap } from '../lambda-host/wire-tap.ts';
import { type Prometheus, startPrometheus } from '../prometheus.ts';
import { randomOf } from '../random.ts';
import { BUCKET, CHANNELS, configText, TOKEN } from './config.ts';
import { Expectation, exactTotals } from './expectation.ts';
import { WaysIn } from './ways-in.ts';

/** What a world is made of. */
interface Parts {
  readonly prometheus: Prometheus;
  readonly deployment: Deployment;
  readonly host: LambdaHost;
  readonly expectation: Expectation;
  readonly taps: Taps;
  readonly events: EventBridgeClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly differences: Promise<Said>;
}

/** A tap on each wire between the functions and what they call. */
interface Taps {
  readonly aws: WireTap;
  readonly loki: WireTap;
  readonly slack: WireTap;
  readonly prometheus: WireTap;
}

/** What can be awaited at the end, the last that was begun first. */
type Ending = () => unknown;

/** Chance of a batch to come twice while there is unrest. */
const REPEATED_SHARE = 1 / 3;

/** A deployment at work, with everything around it: what it reads from and what it delivers to. */
export class DeployedWorld {
  readonly loki: FakeLoki;
  readonly slack: FakeSlack;
  /** CloudTrail's history, which the emulator does not have. */
  readonly trail: FakeAws;
  readonly ways: WaysIn = new WaysIn(this);
  readonly #parts: Parts;
  readonly #endings: readonly Ending[];
  readonly #unrest: { on: boolean };

  private constructor(
    fakes: Pick<DeployedWorld, 'loki' | 'slack' | 'trail'>,
    parts: Parts,
    endings: readonly Ending[],
    unrest: { on: boolean },
  ) {
    this.loki = fakes.loki;
    this.slack = fakes.slack;
    this.trail = fakes.trail;
    this.#parts = parts;
    this.#endings = endings;
    this.#unrest = unrest;
  }

  /** Starts everything, prepares the account and deploys. What has begun is ended again when that fails. */
  static async start(motoServer: string): Promise<DeployedWorld> {
    const endings: Ending[] = [];
    try {
      return await begin(motoServer, endings, (...parts) => new DeployedWorld(...parts));
    } catch (cause) {
      await endAll(endings);
      throw cause;
    }
  }

  /** Ends everything. */
  stop(): Promise<void> {
    return endAll(this.#endings);
  }

  get host(): LambdaHost {
    return this.#parts.host;
  }

  get deployment(): Deployment {
    return this.#parts.deployment;
  }

  get expectation(): Expectation {
    return this.#parts.expectation;
  }

  get prometheus(): Prometheus {
    return this.#parts.prometheus;
  }

  get events(): EventBridgeClient {
    return this.#parts.events;
  }

  get s3(): S3Client {
    return this.#parts.s3;
  }

  get sqs(): SQSClient {
    return this.#parts.sqs;
  }

  get taps(): Taps {
    return this.#parts.taps;
  }

  /** What `cdk diff` says; it runs while the deployment works. */
  get differences(): Promise<Said> {
    return this.#parts.differences;
  }

  /** From now on queues bring some batches twice, or no more. */
  setUnrest(on: boolean): void {
    this.#unrest.on = on;
  }

  /** A function is killed in the moment in which its next such call has been carried out. */
  killAfter(name: string, wire: keyof Taps, operation: RegExp): void {
    const isMeant = (call: TappedCall): boolean => operation.test(call.operation) && (wire !== 'aws' || call.caller === name);
    this.taps[wire].trap(isMeant, () => this.host.function(name).killRunning());
  }

  /** The ledger in the deployed table. */
  async withLedger<T>(use: (ledger: DynamoStore) => Promise<T>): Promise<T> {
    const table = this.host.function('deliver').deployed.environment['DRIFTWIRE_TABLE'] ?? '';
    const client = dynamoDb({ endpoint: this.taps.aws.address, region: REGION, credentials: CREDENTIALS });
    try {
      return await use(new DynamoStore({ table, client }));
    } finally {
      client.close();
    }
  }

  /** Everything that went in came out: as entries, as findings, each once. Gives the ledger's totals. */
  async expectAllTold(): Promise<readonly Total[]> {
    expect(this.expectation.entryFaults(this.loki)).toEqual([]);
    const totals = await this.withLedger((ledger) => ledger.totals());
    expect(Object.fromEntries(exactTotals(totals))).toEqual(Object.fromEntries(await this.expectation.totals()));
    return totals;
  }

  /** What lies in the queue of a construct: function and code of what a function has put there, else the beginning of each message. */
  async lyingIn(path: string): Promise<readonly string[]> {
    const messages = await this.host.messagesIn(this.host.queue(path).url);
    return messages
      .map(({ MessageAttributes, Body = '' }) => {
        const { function: name, code } = MessageAttributes ?? {};
        return name === undefined ? Body.slice(0, 300) : `${name.StringValue} ${code?.StringValue}`;
      })
      .sort();
  }
}

async function begin(
  motoServer: string,
  endings: Ending[],
  make: (
    fakes: Pick<DeployedWorld, 'loki' | 'slack' | 'trail'>,
    parts: Parts,
    endings: readonly Ending[],
    unrest: { on: boolean },
  ) => DeployedWorld,
): Promise<DeployedWorld> {
  const ending = <T extends { stop(): unknown }>(one: T): T => {
    endings.unshift(() => one.stop());
    return one;
  };
  const tap = async (target: string): Promise<WireTap> => {
    const made = ending(new WireTap(target));
    await made.start();
    return made;
  };
  const loki = ending(new FakeLoki());
  const slack = ending(
    new FakeSlack({
      rates: false,
      channels: [{ id: 'C0PROD', name: 'prod-drift' }, ...CHANNELS.map((id) => ({ id, name: id.toLowerCase() }))],
    }),
  );
  const trail = ending(new FakeAws({ now: Date.now }));
  trail.trails.set(REGION, []);
  const [lokiUrl, slackUrl, trailUrl] = await Promise.all([loki.start(), slack.start(), trail.start()]);
  const prometheus = ending(await startPrometheus());
  const wires = { loki: await tap(lokiUrl), slack: await tap(slackUrl), prometheus: await tap(prometheus.url) };
  const text = configText(wires.loki.address, `${wires.slack.address}/api/`, `${wires.prometheus.address}/api/v1/write`);
  const expectation = await Expectation.open(text);
  const deployment = ending(
    await Deployment.start(motoServer, {
      config: text,
      bucket: BUCKET,
      parameters: {
        '/driftwire/slack-token': slack.token,
        '/driftwire/slack-signing': slack.signingSecret,
        '/driftwire/ingest-token': TOKEN,
      },
    }),
  );
  const bootstrapped = await deployment.bootstrap(TARGET);
  expect(bootstrapped.status, bootstrapped.text).toBe(0);
  const deployed = await deployment.cdk('deploy', '--require-approval', 'never');
  expect(deployed.status, deployed.text).toBe(0);
  const taps = { ...wires, aws: await tap(deployment.address) };
  const random = randomOf(1);
  const unrest = { on: false };
  const host = ending(
    new LambdaHost(await deployment.read(), deployment.address, {
      // seconds for minutes: often enough for this test, and not so often that a message has come too often before a sink is back
      comeAgainSeconds: 6,
      functionsEndpoint: taps.aws.address,
      endpoints: { CLOUDTRAIL: trailUrl },
      unrest: () => unrest.on && random() < REPEATED_SHARE,
    }),
  );
  await host.start();
  const options = clientOptions(deployment.address);
  const [events, s3, sqs] = [
    new EventBridgeClient(options),
    new S3Client({ ...options, forcePathStyle: true }),
    new SQSClient(options),
  ] as const;
  for (const client of [events, s3, sqs]) endings.unshift(() => client.destroy());
  const differences = deployment.cdk('diff', '--fail');
  endings.unshift(() => differences);
  return make({ loki, slack, trail }, { prometheus, deployment, host, expectation, taps, events, s3, sqs, differences }, endings, unrest);
}

/** All of it, whatever fails on the way. */
async function endAll(endings: readonly Ending[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of endings) {
    try {
      await end();
    } catch (cause) {
      failures.push(cause);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be ended');
}
