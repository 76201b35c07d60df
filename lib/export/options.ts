/** What generated files depend on beside the code. */
export interface ExportOptions {
  /** Address of the runbook page as people open it, without `#`. */
  readonly runbookUrl: string;
  /** Accounts that have a name or a channel of their own, by id. */
  readonly accounts: Readonly<Record<string, { readonly name?: string | undefined; readonly channel?: string | undefined }>>;
  /** Clusters with the account they belong to, by name. */
  readonly clusters: Readonly<Record<string, { readonly account?: string | undefined }>>;
  /** Slack channel of alerts that no account claims. */
  readonly channel: string;
}

/**
 * What the committed files are made with: nobody's accounts. The address is reserved for documentation (RFC 2606), so that a
 * link that was never set points nowhere rather than at somebody else's page.
 */
export const DEFAULT_EXPORT: ExportOptions = {
  runbookUrl: 'https://driftwire.example/docs/runbook.md',
  accounts: { '111122223333': { name: 'prod', channel: '#prod-drift' } },
  clusters: { demo: { account: '111122223333' } },
  channel: '#drift',
};

/** Link to an alert's paragraph of the runbook; each heading is the alert's name. */
export function runbookLink({ runbookUrl }: ExportOptions, alert: string): string {
  return `${runbookUrl}#${alert.toLowerCase()}`;
}
