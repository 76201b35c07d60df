/** The functions of a deployment, by the names of their folders below `functions/`; these are construct ids too, and never change. */
export const FUNCTION_NAMES = ['cloudtrail', 'eks-audit', 'deliver', 'alert', 'metrics', 'reconcile', 'webhook'] as const;

/** The name of one function. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];
