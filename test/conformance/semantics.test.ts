import { conformsTo } from '../support/falco-conformance.ts';

conformsTo('semantics', { atLeast: 400, known: {}, warnings: true });
