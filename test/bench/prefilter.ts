import type { Prefilter } from '../../lib/core/model/facts.ts';

/** Decides about the generated files as the built-in rules do with their pipeline declared; the bench measures reading, not rules. */
export function benchPrefilter(): Prefilter {
  return {
    cloudtrail: (facts) => {
      if (facts.readOnly === true) return 'read';
      const identity = facts.identityText ?? '';
      if (identity.includes('"invokedBy":"autoscaling.amazonaws.com"')) return 'service';
      return identity.includes(':role/ci/gha-deploy-prod"') ? 'pipeline' : undefined;
    },
    kubernetes: (facts) => {
      if (/^(?:get|list|watch)$/.test(facts.verb) && facts.subresource !== 'exec') return 'read';
      return /"username":"system:(?:node|serviceaccount):/.test(facts.userText ?? '') ? 'service' : undefined;
    },
  };
}
