/** Writes the pages that are made from synthesized templates, and the part of the README that is: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { costPage } from './cost-page.ts';
import { permissionsPage, permissionsTable } from './permissions-page.ts';
import { withTable } from './readme-part.ts';

const code = fileURLToPath(new URL('../../functions/_shared', import.meta.url));
const write = (name: string, text: string) => writeFileSync(new URL(`../../${name}`, import.meta.url), text);

write('docs/deploy/permissions.md', permissionsPage(code));
write('docs/deploy/cost.md', costPage(code));
write('README.md', withTable(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'), permissionsTable(code)));
