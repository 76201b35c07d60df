import { resourcesOf, templatesOf } from './synth.ts';

/** The actions that each function's role has in a deployment of a configuration, by the function's name. */
export function grantedActions(yaml: string): Readonly<Record<string, readonly string[]>> {
  const { Driftwire } = templatesOf(yaml);
  if (Driftwire === undefined) throw new Error('no stack');
  return Object.fromEntries(
    Object.values(resourcesOf(Driftwire, 'AWS::IAM::Role')).flatMap(({ Properties }) => {
      const policies = Properties['Policies'] as readonly {
        readonly PolicyName: string;
        readonly PolicyDocument: { readonly Statement: readonly { readonly Action: string | readonly string[] }[] };
      }[];
      return policies.map(({ PolicyName, PolicyDocument }) => [
        PolicyName,
        PolicyDocument.Statement.flatMap(({ Action }) => [Action].flat()),
      ]);
    }),
  );
}

/** What Lambda does with a function's role, and not the function. */
const OF_LAMBDA = new Set([
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
]);

/** Of what was granted what nobody has used, sorted. */
export function unusedActions(granted: readonly string[] | undefined, used: ReadonlySet<string> | undefined): readonly string[] {
  return [...new Set(granted)].filter((action) => !OF_LAMBDA.has(action) && used?.has(action) !== true).toSorted();
}
