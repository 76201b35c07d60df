import { describe, expect, test } from 'vitest';
import { loadFiles } from '../../../../../lib/core/rules/loader/load-files.ts';
import { DRIFTWIRE_SETTINGS, type LoadSettings } from '../../../../../lib/core/rules/loader/settings.ts';
import { falcoIssues, problemLines, ruleFiles } from '../../../../support/rule-texts.ts';

describe('required_engine_version', () => {
  test.each(['0', '26', '"62"', '0.62.0', '0.1.9', '0.61.5-rc1'])('%s is served', (version) => {
    expect(falcoIssues(`- required_engine_version: ${version}\n`)).toEqual([]);
  });

  test.each([
    ['63', 'LOAD_ERR_VALIDATE Rules require engine version 0.63.0, but engine version is 0.62.0'],
    ['1.0.0', 'LOAD_ERR_VALIDATE Rules require engine version 1.0.0, but engine version is 0.62.0'],
    ['0.26', `LOAD_ERR_YAML_VALIDATE Unable to parse engine version '0.26' as a semver string. Expected "x.y.z" semver format.`],
    ['-1', `LOAD_ERR_YAML_VALIDATE Unable to parse engine version '-1' as a semver string. Expected "x.y.z" semver format.`],
    ['', "LOAD_ERR_YAML_VALIDATE Mapping for key 'required_engine_version' is empty"],
    ['[1]', 'LOAD_ERR_YAML_VALIDATE Value is not a scalar value'],
  ])('%s is not', (version, issue) => {
    expect(falcoIssues(`- required_engine_version: ${version}\n`)).toEqual([`1.yaml ${issue}`]);
  });

  test('has no other keys, and says what to write', () => {
    expect(problemLines('- required_engine_version: x\n  rule: y\n')).toEqual([
      `1.yaml:1:3: error: Unable to parse engine version 'x' as a semver string. Expected "x.y.z" semver format. write three numbers, such as 0.62.0`,
      "1.yaml:2:3: warning: Unknown key 'rule'. The key will be ignored. known keys: required_engine_version",
    ]);
  });

  test('an engine without a version serves nothing', () => {
    const { results } = loadFiles(ruleFiles(['- required_engine_version: 1\n']), { ...DRIFTWIRE_SETTINGS, engineVersion: 'new' }, true);
    expect(results[0]?.errors[0]?.message).toBe('Rules require engine version 0.1.0, but engine version is 0.0.0');
  });
});

describe('required_plugin_versions', () => {
  test('names the plugin that may be meant', () => {
    expect(problemLines('- required_plugin_versions: [{name: k8s_audit, version: 0.1.0}]\n')[0]).toMatch(/; did you mean 'k8saudit'\?$/);
  });

  const required = (entry: string): string => `- required_plugin_versions:\n  - ${entry}\n`;

  test.each([
    '{name: json, version: 0.7.0}',
    '{name: k8saudit-eks, version: 0.4.0}',
    '{name: k8saudit, version: 0.7.0, alternatives: [{name: other, version: 99.0.0}]}',
    '{name: other, version: 1.0.0, alternatives: [{name: cloudtrail, version: 0.1.0}]}',
  ])('%s is served', (entry) => {
    expect(falcoIssues(required(entry))).toEqual([]);
  });

  test.each([
    ['text', 'LOAD_ERR_YAML_VALIDATE Plugin version must be a mapping'],
    ['{version: 0.7.0}', "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'name'"],
    ['{name: json}', "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'version'"],
    ['{name: json, version: new}', "LOAD_ERR_VALIDATE Invalid required version 'new' for plugin 'json'"],
    [
      '{name: json, version: 0.7.0, alternatives: [{name: json, version: 0.6.0}]}',
      "LOAD_ERR_VALIDATE Defined multiple alternative version requirements for plugin 'json'",
    ],
    ['{name: json, version: 0.7.0, alternatives: x}', 'LOAD_ERR_YAML_VALIDATE Value of plugin version alternatives must be a sequence'],
    ['{name: json, version: 0.7.0, alternatives: [x]}', 'LOAD_ERR_YAML_VALIDATE Plugin version alternative must be a mapping'],
    ['{name: json, version: 0.7.0, alternatives: [{name: x}]}', "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'version'"],
    ['{name: json, version: 0.7.0, alternatives: [{version: 1.0.0}]}', "LOAD_ERR_YAML_VALIDATE Item has no mapping for key 'name'"],
  ])('%s is wrong', (entry, issue) => {
    expect(falcoIssues(required(entry))).toEqual([`1.yaml ${issue}`]);
    expect(problemLines(required(entry)).length).toBeGreaterThan(0);
  });

  test('must be a list', () => {
    expect(falcoIssues('- required_plugin_versions: x\n')).toEqual([
      '1.yaml LOAD_ERR_YAML_VALIDATE Value of required_plugin_versions must be a sequence',
    ]);
    expect(falcoIssues('- required_plugin_versions: []\n  x: y\n')).toEqual([
      "1.yaml LOAD_UNKNOWN_KEY Unknown key 'x'. The key will be ignored.",
    ]);
  });

  test('what is not served ends the load, whatever else there is', () => {
    const unmet = (entry: string, settings: LoadSettings = DRIFTWIRE_SETTINGS): string | undefined =>
      loadFiles(ruleFiles([`${required(entry)}- rule: r\n`, '- x\n']), settings, true).fatal?.message;
    expect(unmet('{name: okta, version: 0.1.0, alternatives: [{name: gcp, version: 0.2.0}]}')).toBe(
      'Plugin requirement not satisfied, must load one of: okta (>= 0.1.0), gcp (>= 0.2.0)',
    );
    expect(unmet('{name: json, version: 99.0.0}')).toBe(
      "Plugin 'json' version '0.7.4' is not compatible with required plugin version '99.0.0'",
    );
    expect(unmet('{name: json, version: 0.1.0}', { ...DRIFTWIRE_SETTINGS, plugins: { json: 'new' } })).toBe(
      "Plugin 'json' has invalid version string 'new'",
    );
    expect(loadFiles(ruleFiles([required('{name: okta, version: 0.1.0}'), '- x\n']), DRIFTWIRE_SETTINGS, true).results).toHaveLength(1);
    expect(problemLines(required('{name: okta, version: 0.1.0}'), '- x\n')).toEqual([
      expect.stringContaining('2.yaml:1:3: error: Unexpected element type'),
      '1.yaml:2:5: error: Plugin requirement not satisfied, must load one of: okta (>= 0.1.0); lower the version or leave the requirement out: Driftwire has the fields of cloudtrail, k8saudit and json built in',
    ]);
  });
});
