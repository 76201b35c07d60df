import type { AuditEvent } from '../model/audit-event.ts';
import type { Channel } from '../model/verdict.ts';

/** One sign of a tool in a user agent. */
interface Sign {
  readonly channel: Channel;
  readonly pattern: RegExp;
}

/**
 * User agents of tools, most specific first: Terraform's holds the SDK's name, a console's back end holds a browser's.
 * All of it is chosen by the caller, so the answer is a label and never a reason.
 */
const SIGNS: readonly Sign[] = [
  { channel: 'terraform', pattern: /\bTerraform\b|\bOpenTofu\b|terraform-provider/i },
  { channel: 'pulumi', pattern: /\bpulumi\b/i },
  { channel: 'cdk', pattern: /\baws-cdk\b|\bcdk-hotswap\b/i },
  { channel: 'cloudformation', pattern: /^\[?cloudformation\.amazonaws\.com/i },
  { channel: 'argocd', pattern: /^argocd-|\bargo-?cd\b/i },
  { channel: 'flux', pattern: /^(?:kustomize|helm|source|notification|image-[a-z]+)-controller\/|\bfluxcd\b|^flux\//i },
  { channel: 'helm', pattern: /^helm\//i },
  { channel: 'kubectl', pattern: /^kubectl(?:\.exe)?(?:-[a-z]+)?\/|^oc\//i },
  { channel: 'cli', pattern: /\baws-cli\//i },
  {
    channel: 'console',
    pattern:
      /console[a-z0-9.-]*\.amazonaws\.com|signin\.amazonaws\.com|^\[?Coral\/|^\[?S3Console|^\[?Mozilla\/|AWSLambdaConsole|^AWS CloudWatch Console|^AWS Signin|^AWS-?Console/i,
  },
  {
    channel: 'sdk',
    pattern:
      /\bBoto3?\b|\bBotocore\b|\baws-sdk|\baws-chalice\b|\bClientConfiguration\b|\bkubernetes-client\b|\bclient-go\b|OpenAPI-Generator/i,
  },
];

/** Through what a call came, as far as one can tell. */
export function channelOf(event: AuditEvent): Channel {
  if (event.source === 'aws_cloudtrail') {
    if (event.principal.invokedBy?.startsWith('cloudformation.amazonaws.com') === true) return 'cloudformation';
    const agent = signOf(event.userAgent);
    // A console session's credentials also serve CloudShell and its CLI: the agent says which of them it was.
    if (agent === 'other' || agent === 'sdk') return event.consoleSession ? 'console' : agent;
    return agent;
  }
  return signOf(event.userAgent);
}

function signOf(userAgent: string | undefined): Channel {
  if (userAgent === undefined) return 'other';
  const head = userAgent.slice(0, 1024);
  return SIGNS.find(({ pattern }) => pattern.test(head))?.channel ?? 'other';
}
