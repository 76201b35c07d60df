import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ruleText } from '../../../support/rule-texts.ts';
import { runMain } from '../../../support/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-validate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const good = write('good.yaml', ruleText('r', 'ka.verb = get'));
const unused = write('unused.yaml', '- list: l\n  items: [a]\n');
const bad = write('bad.yaml', `${ruleText('r', 'ka.vreb = get and ka.usr exists')}- list: l\n`);

describe('driftwire rules validate', () => {
  test('ends with 0 when all files are valid, and tells warnings on standard error', async () => {
    expect(await runMain('rules', 'validate', good, unused)).toMatchObject({
      status: 0,
      out: `${good}: Ok\n${unused}: Ok, with warnings\n`,
      err: `${unused}:1:3: warning: list 'l': List not referred to by any other rule/macro; 'l' does nothing: use it or leave it out\n    - list: l\n      ^\n`,
    });
  });

  test("ends with 1 when a file is not, with Falco's text and everything that is to be changed", async () => {
    const { status, out, err } = await runMain('rules', 'validate', good, bad);
    expect(status).toBe(1);
    expect(out).toBe(
      `${good}: Ok\n${bad}: Invalid\n1 Errors:\nIn rules content: (${bad}:0:0)\n    list 'l': (${bad}:6:2)\n------\n- list: l\n  ^\n------\nLOAD_ERR_YAML_VALIDATE (Error validating internal structure of YAML file): Item has no mapping for key 'items'\n\n`,
    );
    expect(err.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
      `${bad}:7:3: error: list 'l': Item has no mapping for key 'items'; add 'items: [a, b]', or 'items: []' for none`,
      `${bad}:3:14: error: rule 'r': filter_check called with nonexistent field ka.vreb; did you mean 'ka.verb'?`,
      `${bad}:3:32: error: rule 'r': filter_check called with nonexistent field ka.usr; did you mean 'ka.uri'?`,
      '',
    ]);
  });

  test("prints Falco's JSON, with further errors beside it", async () => {
    const { status, out } = await runMain('rules', 'validate', '--format', 'json', good, bad);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      falco_load_results: [
        { name: good, successful: true, errors: [], warnings: [], schema_valid: true, schema_warnings: [] },
        {
          name: bad,
          successful: false,
          errors: [{ code: 'LOAD_ERR_YAML_VALIDATE' }],
          further_errors: [{ code: 'LOAD_ERR_COMPILE_CONDITION' }, { code: 'LOAD_ERR_COMPILE_CONDITION' }],
        },
      ],
    });
    expect(out.split('\n')).toHaveLength(2);
    expect(out).not.toContain('"further_errors":[]');
  });

  test('takes a folder for its rule files in the order of their bytes', async () => {
    const below = join(folder, 'below');
    mkdirSync(join(below, 'deeper.yaml'), { recursive: true });
    for (const name of ['b.yaml', 'B.yml', 'a.txt', 'ä.yaml']) writeFileSync(join(below, name), '# nothing\n');
    const { out } = await runMain('rules', 'validate', below);
    expect(out.split('\n').map((line) => line.replace(`${below}/`, ''))).toEqual(['B.yml: Ok', 'b.yaml: Ok', 'ä.yaml: Ok', '']);
  });

  test('a plugin that is not there is all that is said on standard output', async () => {
    const okta = write('okta.yaml', '- required_plugin_versions:\n  - name: okta\n    version: 0.1.0\n');
    const { status, out, err } = await runMain('rules', 'validate', okta);
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain('Error: Plugin requirement not satisfied, must load one of: okta (>= 0.1.0)\n');
    expect(err).toContain(`${okta}:2:5: error: Plugin requirement`);
  });

  test('ends with 2 when a file cannot be read, or none is named', async () => {
    expect(await runMain('rules', 'validate', good, join(folder, 'nope.yaml'))).toMatchObject({
      status: 2,
      out: '',
      err: `error: ${join(folder, 'nope.yaml')} cannot be read (ENOENT): check path and rights\n`,
    });
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(await runMain('rules', 'validate', empty)).toMatchObject({ status: 2, err: expect.stringContaining('no rule file there') });
    expect((await runMain('rules', 'validate')).status).toBe(2);
    expect((await runMain('rules', 'validate', '--format', 'xml', good)).status).toBe(2);
  });

  test('prints nothing raw of a file', async () => {
    const hostile = write('hostile.yaml', `- rule: "a\\e[2J\u202e"\n\tx: \u009b\r\n- \u001b]0;x\u0007\n`);
    for (const format of ['text', 'json']) {
      const { out, err } = await runMain('rules', 'validate', '--format', format, hostile);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(`${out}${err}`).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202e]/);
    }
    expect((await runMain('rules', 'validate', write('tab.yaml', '- rule: r\n\tdesc: d\r\n'))).out).toContain('\n\tdesc: d\r\n');
  });
});
