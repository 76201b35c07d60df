import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EMPTY_POLICY } from '../../../lib/core/policy/policy.ts';
import { exportFiles } from '../../../lib/export/export-files.ts';
import { EXPORT_KINDS, isPatternKind } from '../../../lib/export/export-kinds.ts';
import { DEFAULT_EXPORT } from '../../../lib/export/options.ts';
import { patternFiles } from '../../../lib/export/pattern-files.ts';
import { builtin, loadedRules } from '../../support/detector.ts';

/** The JSON Schema is written for editors only; what is committed of the configuration's schema is docs/config.md. */
const MADE_OF_OPTIONS = EXPORT_KINDS.filter((kind) => !isPatternKind(kind));
const COMMITTED = MADE_OF_OPTIONS.filter((kind) => kind !== 'json-schema');
/** Of the kinds that are compiled from configuration and rules, the one that is the same for everybody who has declared nothing. */
const COMPILED = 'audit-policy';
const folder = fileURLToPath(new URL('../../../observability/', import.meta.url));

describe('the committed files below observability/', () => {
  test.each(COMMITTED)('%s: equal to what `driftwire export` writes, with nothing beside it', (kind) => {
    const files = exportFiles(kind, DEFAULT_EXPORT);
    expect(files.length).toBeGreaterThan(0);
    for (const { path, text } of files) {
      expect(readFileSync(join(folder, kind, path), 'utf8'), `run \`npm run driftwire -- export ${kind}\` and commit the result`).toBe(
        text,
      );
    }
    const there = readdirSync(join(folder, kind), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(there).toHaveLength(files.length);
  });

  test(`${COMPILED}: equal to what \`driftwire export\` writes with the built-in rules and nothing declared`, () => {
    const { files } = patternFiles(COMPILED, { policy: EMPTY_POLICY, ...loadedRules(builtin), iamIdentities: false });
    expect(readdirSync(join(folder, COMPILED))).toEqual(files.map(({ path }) => path));
    for (const { path, text } of files) expect(readFileSync(join(folder, COMPILED, path), 'utf8')).toBe(text);
  });

  test('the JSON Schema describes the configuration', () => {
    const [file] = exportFiles('json-schema', DEFAULT_EXPORT);
    expect(file?.path).toBe('driftwire.schema.json');
    expect(JSON.parse(file?.text ?? '')).toMatchObject({
      type: 'object',
      properties: { pipelines: {}, break_glass: {} },
      additionalProperties: false,
    });
  });

  test('equal options give equal text', () => {
    for (const kind of MADE_OF_OPTIONS)
      expect(exportFiles(kind, DEFAULT_EXPORT)).toEqual(exportFiles(kind, structuredClone(DEFAULT_EXPORT)));
  });

  test('there is a folder for each of them and no other', () => {
    expect(readdirSync(folder).sort()).toEqual([...COMMITTED, COMPILED].sort());
  });
});
