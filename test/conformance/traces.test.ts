import { conformsTo } from '../support/falco-conformance.ts';

conformsTo('traces', { atLeast: 150, known: {} });
