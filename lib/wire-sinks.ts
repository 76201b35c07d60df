/** From the configuration to the places where findings go, with their secrets read. Used by `serve`, `scan --push` and the functions. */
import type { HttpAuth, HttpClientOptions } from './clients/http.ts';
import type { MetricMetadata } from './clients/remote-write-codec.ts';
import type { AwsCredentialSource } from './clients/sigv4.ts';
import { tlsOf } from './clients/tls-files.ts';
import type { LoadedConfig } from './config/load.ts';
import { formatPath, type Problem } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import type { SecretReference } from './config/schema-values.ts';
import type { ResolvedSecret } from './config/secrets.ts';
import { toLinks } from './config/to-links.ts';
import { Counting } from './core/deliver/counting.ts';
import { FirstCopySink } from './core/deliver/first-copy-sink.ts';
import type { NoteStore } from './core/deliver/ledger-notes.ts';
import { DriftwireError } from './core/errors.ts';
import type { OnResult, Sink } from './core/ports.ts';
import { LokiSink } from './sinks/loki.ts';
import type { SlackStore } from './sinks/open-slack.ts';
import { type RemoteWriteParts, RemoteWriteSink } from './sinks/remote-write.ts';
import type { SlackSink } from './sinks/slack.ts';
import type { OpenActions, OpenActionsParts } from './slack-actions/open-slack-actions.ts';
import { CATALOGUE } from './telemetry/catalogue.ts';
import type { ConfigPath, HttpAuthConfig, ReceiverOpener, Receivers } from './wire-receivers.ts';

/** Reads one secret; on a machine from its environment and files, in a function from AWS. */
export type SecretReader = (reference: SecretReference) => ResolvedSecret | Promise<ResolvedSecret>;

/** The places of a configuration, or all that stands in their way. */
export type OpenedSinks =
  | {
      readonly ok: true;
      /** Each must have every event. */
      readonly sinks: readonly Sink[];
      /** Makes the sink that tells people in Slack, which keeps in the store what it has told; undefined when none is configured. */
      readonly slack: ((store: SlackStore) => SlackSink) | undefined;
      /** Makes what takes presses of the buttons in Slack; undefined where there are no buttons. */
      readonly slackActions: ((parts: OpenActionsParts) => OpenActions) | undefined;
      /** Makes the receivers beside Slack, which keep in the store what they have sent. */
      readonly receivers: Receivers;
      /** Makes the writer of the totals; undefined when none is configured. */
      readonly remoteWrite: ((parts: RemoteWriteParts) => RemoteWriteSink) | undefined;
      /** What must not be told to anybody. */
      readonly secrets: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface SinksOptions {
  /** The configuration's file and the places in it, for problems. */
  readonly file: string;
  readonly placeOf: LoadedConfig['placeOf'];
  readonly version: string;
  /** Tells this installation's series from another's. */
  readonly instance: string;
  readonly readSecret: SecretReader;
  readonly onResult?: OnResult;
}

/** Opens every place that the configuration names, but for those that need a store (see `allSinks`). Connects to nothing yet. */
export async function openSinks(config: Config, options: SinksOptions): Promise<OpenedSinks> {
  const secrets = new Secrets(options);
  const { loki } = config;
  const sinks: Sink[] = [];
  if (loki !== undefined) {
    const http = await httpOptions(loki, ['loki'], secrets);
    const { url, tenant, labels: promoted, structured_metadata: structuredMetadata } = loki;
    const parts = defined({ onResult: options.onResult });
    const sink = secrets.attempt(['loki'], () => new LokiSink({ url, tenant, promoted, structuredMetadata, http }, parts));
    if (sink !== undefined) sinks.push(sink);
  }
  const { slack, slackActions } = await openSlack(config, options, secrets);
  const receivers = await openOthers(config, options, secrets);
  const remoteWrite = await openRemoteWrite(config, options, secrets);
  return secrets.problems.length > 0
    ? { ok: false, problems: secrets.problems }
    : { ok: true, sinks, slack, slackActions, receivers, remoteWrite, secrets: secrets.values };
}

/**
 * Every sink, with a store for those that need one.
 *
 * @param counting - Says which copy of an event came first: the record is made of that one.
 */
export function allSinks(
  { sinks, slack, receivers }: Extract<OpenedSinks, { ok: true }>,
  store: SlackStore & NoteStore,
  counting: Counting = new Counting(store, { holds: 'kept' }),
): readonly Sink[] {
  const record = sinks.map((sink) => new FirstCopySink(sink, counting, store));
  return [...record, ...(slack === undefined ? [] : [slack(store)]), ...receivers(store)];
}

async function openOthers(config: Config, { onResult }: SinksOptions, secrets: Secrets): Promise<Receivers> {
  const { receivers } = config;
  if (receivers.length === 0) return () => [];
  const { openReceivers } = await import('./wire-receivers.ts');
  const opener: ReceiverOpener = {
    read: (reference, path) => secrets.read(reference, path),
    attempt: (path, each) => secrets.attempt(path, each),
    http: (auth, path) => httpOptions(auth, path, secrets),
  };
  const make = await openReceivers(receivers, opener, toLinks(config));
  return (documents) => make(documents, onResult);
}

type OpenedSlack = Pick<Extract<OpenedSinks, { ok: true }>, 'slack' | 'slackActions'>;

async function openSlack(config: Config, options: SinksOptions, secrets: Secrets): Promise<OpenedSlack> {
  const { slack, accounts, clusters } = config;
  if (slack === undefined) return { slack: undefined, slackActions: undefined };
  // loaded here, because Slack's library takes longer to load than many a run lasts
  const { slackSink } = await import('./sinks/open-slack.ts');
  const { token, webhook_url: webhook, signing_secret: signing } = slack;
  const access = {
    token: token === undefined ? undefined : await secrets.read(token, ['slack', 'token']),
    webhookUrl: webhook === undefined ? undefined : await secrets.read(webhook, ['slack', 'webhook_url']),
  };
  const settings = { ...slack, accounts, clusters, linkSettings: toLinks(config) };
  const make = secrets.attempt(['slack'], () => slackSink(settings, access));
  const signingSecret = signing === undefined ? undefined : await secrets.read(signing, ['slack', 'signing_secret']);
  return {
    slack: make === undefined ? undefined : (store) => make(store, defined({ onResult: options.onResult })),
    slackActions: await openActions(slack, access.token, signingSecret),
  };
}

async function openActions(
  slack: NonNullable<Config['slack']>,
  token: string | undefined,
  signingSecret: string | undefined,
): Promise<OpenedSlack['slackActions']> {
  // without a secret anybody could sign, with an empty key
  if (token === undefined || signingSecret === undefined || signingSecret.trim() === '') return undefined;
  const { openSlackActions } = await import('./slack-actions/open-slack-actions.ts');
  return (parts) => openSlackActions(slack, { token, signingSecret }, parts);
}

async function openRemoteWrite(
  { prometheus, labels }: Config,
  { version, instance }: SinksOptions,
  secrets: Secrets,
): Promise<((parts: RemoteWriteParts) => RemoteWriteSink) | undefined> {
  if (prometheus === undefined) return undefined;
  const { url, protocol, tenant, sigv4, ...auth } = prometheus.remote_write;
  const http = await httpOptions(auth, ['prometheus', 'remote_write'], secrets);
  const address = { url, protocol, tenant, http, userAgent: `driftwire/${version}` };
  const signed = sigv4 === undefined ? address : { ...address, sigv4: { region: sigv4.region, credentials: await credentialsOf() } };
  return (parts) => new RemoteWriteSink({ ...signed, instance, labels, metadata: METADATA }, parts);
}

/** Types and help texts of the catalogue, as receivers want them. */
const METADATA: readonly MetricMetadata[] = CATALOGUE.map(({ name, type, help, unit }) => ({ family: name, type, help, unit }));

async function httpOptions(
  { username, password, token, timeout_seconds, tls }: HttpAuthConfig,
  path: ConfigPath,
  secrets: Secrets,
): Promise<HttpClientOptions> {
  let auth: HttpAuth | undefined;
  if (token !== undefined) auth = { kind: 'bearer', token: await secrets.read(token, [...path, 'token']) };
  else if (username !== undefined && password !== undefined) {
    auth = { kind: 'basic', username, password: await secrets.read(password, [...path, 'password']) };
  }
  return { auth, timeoutMs: timeout_seconds * 1000, tls: secrets.attempt([...path, 'tls'], () => tlsOf(tls)) };
}

/** Reads secrets, and remembers what could not be read or made of them. */
class Secrets {
  readonly values: string[] = [];
  readonly problems: Problem[] = [];
  readonly #options: SinksOptions;

  constructor(options: SinksOptions) {
    this.#options = options;
  }

  /** Empty when the secret cannot be read; the problem is noted. */
  async read(reference: SecretReference, path: ConfigPath): Promise<string> {
    const resolved = await this.#options.readSecret(reference);
    if (resolved.ok) {
      this.values.push(resolved.value);
      return resolved.value;
    }
    this.#refuse(path, resolved.message);
    return '';
  }

  /** Undefined for what cannot be made of this part of the configuration; the problem is noted. */
  attempt<T>(path: ConfigPath, make: () => T): T | undefined {
    try {
      return make();
    } catch (cause) {
      if (!(cause instanceof DriftwireError) || cause.code !== 'DW_CONFIG_INVALID') throw cause;
      this.#refuse(path, cause.message);
      return undefined;
    }
  }

  #refuse(path: ConfigPath, message: string): void {
    const { file, placeOf } = this.#options;
    this.problems.push({ severity: 'error', file, ...placeOf(path), path: formatPath(path), message });
  }
}

function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

async function credentialsOf(): Promise<AwsCredentialSource> {
  const { awsCredentials } = await import('./clients/aws-credentials.ts');
  return awsCredentials();
}
