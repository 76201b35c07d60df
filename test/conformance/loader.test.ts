import { loadsAs } from '../support/loader-conformance.ts';

loadsAs('loader', { atLeast: 140, known: {} });
