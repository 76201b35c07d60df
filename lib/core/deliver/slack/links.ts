/** Addresses for people to follow, built from our own templates; every foreign part is checked or encoded. */
import type { Finding } from '../../model/finding.ts';
import { utf8Head } from '../utf8.ts';
import { MAX_URL } from './limits.ts';
import type { ViewLink } from './lines.ts';
import { redactText } from './redact-secrets.ts';

/** Where links lead to; what is not configured has no link. */
export interface LinkSettings {
  /** Base address of Grafana. */
  readonly grafanaUrl?: string | undefined;
  /** Id of the Loki data source in it; `loki` unless it is given. */
  readonly lokiDatasource?: string | undefined;
  /** True where the metadata stands in the line, as its member `driftwire` (a Loki before 3.0). */
  readonly isMetadataInLine?: boolean | undefined;
  /** `{rule}` in it stands for the rule's name as the anchor of a heading. */
  readonly runbookUrl?: string | undefined;
}

/** How the events of one person are found in Loki: two parts of a LogQL query, safe for any name. */
export interface LogQuery {
  /** `{service_name="driftwire", source="k8s_audit", cluster="demo"}` */
  readonly selector: string;
  /** The name as a LogQL string, quotes included; absent for one that is too long for an address. */
  readonly user?: string;
}

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;
/** An address that is not a query is no longer than this. */
const MAX_SHORT_URL = 600;
/** A longer account or cluster is none; the query does without. */
const MAX_LABEL = 128;
/** Loki's metadata holds so many bytes of a name. */
const MAX_METADATA_BYTES = 2_048;
/** A longer one, encoded twice, leaves no room in an address. */
const MAX_QUERIED_NAME = 500;
const FOREIGN_URL =
  /^https?:\/\/((?:[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?)(?:[/?#][!#-;=?-[\]_a-z~]*)?$/i;

/** The event in CloudTrail's console, or the cluster in EKS's; undefined where the finding does not say enough. */
export function consoleLink({
  source,
  region,
  cluster,
  id,
  action,
}: Pick<Finding, 'source' | 'region' | 'cluster' | 'id' | 'action'>): ViewLink | undefined {
  const host = region === null || !REGION.test(region) ? undefined : consoleHost(region);
  if (host === undefined || isSecret(id)) return undefined;
  const page = (label: string, service: string, hash: string): ViewLink | undefined =>
    short({ label, url: `https://${region}.${host}/${service}/home?region=${region}#/${hash}` });
  // the console's event history has no data events
  if (source === 'aws_cloudtrail')
    return action.class === 'data' ? undefined : page('Event in CloudTrail', 'cloudtrailv2', `events/${encoded(id)}`);
  return cluster === null ? undefined : page('Cluster in EKS', 'eks', `clusters/${encoded(cluster)}`);
}

/** AWS's partitions have consoles of their own; those of the isolated ones cannot be reached from Slack. */
function consoleHost(region: string): string | undefined {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  if (region.startsWith('us-gov-')) return 'console.amazonaws-us-gov.com';
  return /^(?:us|eu)-iso|^eusc-/.test(region) ? undefined : 'console.aws.amazon.com';
}

/** The query for a person's events, by the labels and the metadata that Loki gets of them (see `loki-entry.ts`). */
export function logQuery({ source, account, cluster, actor }: Pick<Finding, 'source' | 'account' | 'cluster' | 'actor'>): LogQuery {
  const labels = { service_name: 'driftwire', source, account, cluster };
  const matchers = Object.entries(labels).flatMap(([name, value]) =>
    value === null || value === '' || value.length > MAX_LABEL || isSecret(value) ? [] : [`${name}=${logqlString(value)}`],
  );
  const user = utf8Head(actor.user.toWellFormed(), MAX_METADATA_BYTES);
  return {
    selector: `{${matchers.join(', ')}}`,
    ...(user === '' || user.length > MAX_QUERIED_NAME || isSecret(user) ? {} : { user: logqlString(user) }),
  };
}

/**
 * Grafana's Explore with a person's events (https://grafana.com/docs/grafana/latest/explore/#generate-explore-urls, read 2026-11-21).
 *
 * @param fromMs - Begin of the range, as `toMs` in ms since 1970.
 */
export function exploreLink({ selector, user }: LogQuery, fromMs: number, toMs: number, settings: LinkSettings): ViewLink | undefined {
  const { grafanaUrl } = settings;
  if (grafanaUrl === undefined) return undefined;
  const uid = settings.lokiDatasource ?? 'loki';
  const filter = settings.isMetadataInLine === true ? ' | json | driftwire_user=' : ' | user=';
  const page = (expr: string): ViewLink | undefined => {
    const panes = {
      drift: {
        datasource: uid,
        queries: [{ refId: 'A', datasource: { type: 'loki', uid }, editorMode: 'code', queryType: 'range', expr }],
        range: { from: String(fromMs), to: String(toMs) },
      },
    };
    const query = `schemaVersion=1&panes=${encoded(JSON.stringify(panes))}`;
    return short({ label: 'Events in Grafana', url: `${grafanaUrl.replace(/\/+$/, '')}/explore?${query}` }, MAX_URL);
  };
  // a name that is too long for an address: everybody's events of that time are better than none
  return (user === undefined ? undefined : page(`${selector}${filter}${user}`)) ?? page(selector);
}

/** What to do about a rule's findings. */
export function runbookLink(rule: string, { runbookUrl }: LinkSettings): ViewLink | undefined {
  if (runbookUrl === undefined) return undefined;
  // as GitHub and GitLab name the anchor of a heading
  const anchor = rule
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
  return short({ label: 'Runbook', url: runbookUrl.replaceAll('{rule}', encoded(anchor)) });
}

/** An address that somebody else has chosen: `http:` and `https:` only, nothing hidden in it, and the label tells where it leads. */
export function foreignLink(label: string, url: string): ViewLink | undefined {
  const [, host] = FOREIGN_URL.exec(url) ?? [];
  return host === undefined || isSecret(url) ? undefined : short({ label: `${label} (${host})`, url });
}

/** In an address nothing can be taken out: one that would hold a secret has to go. */
function isSecret(text: string): boolean {
  return redactText(text) !== text;
}

/** JSON's escapes are a part of those that a LogQL string knows (Go's strconv.Unquote), so that no name can end the string. */
function logqlString(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

function encoded(text: string): string {
  // what encodeURIComponent leaves could still end a link where Slack or a mail program guesses at it
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

function short(link: ViewLink, max: number = MAX_SHORT_URL): ViewLink | undefined {
  return link.url.length <= max ? link : undefined;
}
