/** Writes the generated configuration page: `npx node lib/config/write-docs.ts`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configPage } from './config-page.ts';

writeFileSync(fileURLToPath(new URL('../../docs/config.md', import.meta.url)), configPage());
