/**
 * The only reader of `process.env` in the project: what the environment may change is listed here and nowhere else.
 * Every accessor reads anew, so that tests and long-running processes see the value of the moment.
 */

/** True when colour is switched off for all programs (https://no-color.org: set and not empty). */
export function noColor(): boolean {
  return nonEmpty('NO_COLOR') !== undefined;
}

/** Host name to put into findings instead of the cluster's or the account's name, as Falco understands it. */
export function falcoHostname(): string | undefined {
  return nonEmpty('FALCO_HOSTNAME');
}

/** Parts a test run must find; a part that is missing is then a failure and no skip. */
export function requiredParts(): readonly string[] {
  return (nonEmpty('DRIFTWIRE_REQUIRE') ?? '').split(',').filter((part) => part !== '');
}

/** Width of the terminal that the shell announces, in columns, when standard output itself does not know it. */
export function columns(): number | undefined {
  const value = Number(nonEmpty('COLUMNS'));
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

/** Time zone of the user (an IANA name), when set. */
export function timeZone(): string | undefined {
  return nonEmpty('TZ');
}

/** A secret by the name of its variable; undefined when it is unset or empty. */
export function secretFromEnv(name: string): string | undefined {
  return nonEmpty(name);
}

/** What the deployment tells its functions; a function that has no use for something is not told it. */
export interface FunctionEnvironment {
  /** Name of the ledger's table. */
  readonly table: string | undefined;
  readonly findingsQueueUrl: string | undefined;
  readonly alertsQueueUrl: string | undefined;
  /** Queue for what no retry can help: records that cannot be read, findings that a sink refuses for good. */
  readonly asideQueueUrl: string | undefined;
  /** Hash of the configuration that the deployment was made from. */
  readonly configHash: string | undefined;
}

/** The environment of a function on AWS. */
export function functionEnvironment(): FunctionEnvironment {
  return {
    table: nonEmpty('DRIFTWIRE_TABLE'),
    findingsQueueUrl: nonEmpty('DRIFTWIRE_FINDINGS_QUEUE_URL'),
    alertsQueueUrl: nonEmpty('DRIFTWIRE_ALERTS_QUEUE_URL'),
    asideQueueUrl: nonEmpty('DRIFTWIRE_ASIDE_QUEUE_URL'),
    configHash: nonEmpty('DRIFTWIRE_CONFIG_HASH'),
  };
}

function nonEmpty(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}
