import type { Check } from '../../ast.ts';
import { printLeft } from '../../print.ts';
import type { LintCheck } from '../check.ts';
import { eachCheck, type Seen } from '../each-check.ts';
import { whyOftenAbsent } from '../field-facts.ts';
import { type LintSubject, resolvedValues } from '../subject.ts';

const EQUAL = ['=', '==', 'in', 'intersects', 'pmatch'];

/** `!=` is false where the field is absent. */
export const absentComparison: LintCheck = {
  id: 'absent-comparison',
  level: 'warning',
  about: '`!=` on a field that many events lack: it is false for them, where `not field = value` is true.',
  run: (subject) =>
    eachCheck(subject, (seen) => {
      const { check, left, field } = seen;
      const why = check.operator === '!=' ? whyOftenAbsent(field) : undefined;
      if (why === undefined || isPresent(seen) || isNamespaced(seen, subject)) return undefined;
      return {
        message: `${left} != ... is false for every event without ${field} (${why})`,
        advice: `write "not ${left} = ..." if those events are meant too, or "${left} exists and ${left} != ..." to say that they are not`,
      };
    }),
};

/** `not field in (...)` is true where the field is absent. */
export const negatedAbsent: LintCheck = {
  id: 'negated-absent',
  level: 'note',
  about:
    '`not field = value` or `not field in (...)` as the only thing a condition asks of a field that many events lack: it is true for all of them.',
  run: (subject) =>
    eachCheck(subject, (seen) => {
      const { check, left, field, negated } = seen;
      const why = negated && EQUAL.includes(check.operator) ? whyOftenAbsent(field) : undefined;
      if (why === undefined || isPresent(seen) || isNamespaced(seen, subject)) return undefined;
      if (resolvedValues(check, subject.lists).length === 0) return undefined;
      return {
        message: `"not ${left} ${check.operator} ..." is true for every event without ${field} (${why})`,
        advice: `add "and ${left} exists" if those events are not meant; else leave it`,
      };
    }),
};

/** Common resources without a namespace (kubectl api-resources --namespaced=false). */
const CLUSTER_WIDE: ReadonlySet<string> = new Set([
  'namespaces',
  'nodes',
  'persistentvolumes',
  'clusterroles',
  'clusterrolebindings',
  'customresourcedefinitions',
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'storageclasses',
  'priorityclasses',
  'ingressclasses',
  'runtimeclasses',
  'certificatesigningrequests',
  'apiservices',
  'csidrivers',
  'volumeattachments',
]);

/** The condition asks for resources that always have a namespace. */
function isNamespaced({ field, beside }: Seen, { lists }: LintSubject): boolean {
  if (field !== 'ka.target.namespace') return false;
  return beside.some(
    (other) =>
      printLeft(other.left) === 'ka.target.resource' &&
      ['=', '==', 'in'].includes(other.operator) &&
      resolvedValues(other, lists).every((resource) => !CLUSTER_WIDE.has(resource)),
  );
}

/** Another check that must hold too is true only where the field is there. */
function isPresent({ beside, left }: Seen): boolean {
  return beside.some((other: Check) => printLeft(other.left) === left);
}
