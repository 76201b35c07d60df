import { conformsTo } from '../support/falco-conformance.ts';

conformsTo('output', { atLeast: 50, known: {}, warnings: true });
