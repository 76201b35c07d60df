import { loadsAs } from '../support/loader-conformance.ts';

loadsAs('upstream', { atLeast: 20, known: {} });
