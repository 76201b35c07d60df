import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { formatProblem } from '../../../lib/config/problem.ts';

function problems(text: string): readonly string[] {
  return parseConfig(text, 'driftwire.yaml').problems.map(formatProblem);
}

function errors(text: string): readonly string[] {
  return problems(text).filter((line) => line.includes(': error: '));
}

describe('a configuration file', () => {
  it('may be empty, and every default holds', () => {
    const { config, problems: found } = parseConfig('', 'driftwire.yaml');
    expect(found).toEqual([]);
    expect(config?.rules).toEqual({ files: [], disable: [], minimum_priority: 'debug', rule_matching: 'all' });
    expect(config?.serve).toEqual({ listen: '127.0.0.1:8787', state_dir: '.driftwire', follow: [] });
    expect(config?.report_workloads).toBe(false);
  });

  it('may hold comments alone', () => {
    expect(parseConfig('# nothing yet\n', 'x').config).toBeDefined();
  });

  it('shows all its problems at once, each at its line, in the order of the file', () => {
    const text = [
      'acounts: {}',
      'pipelines:',
      '  - { name: a, rol: "x" }',
      '  - { name: b, role: "arn:aws:iam::111122223333:role/x" }',
      'report_workloads: "yes"',
      'labels: { cluster: c }',
    ].join('\n');
    expect(parseConfig(text, 'driftwire.yaml').config).toBeUndefined();
    expect(problems(text).map((line) => line.split(': ').slice(0, 3).join(': '))).toEqual([
      'driftwire.yaml:1:1: error: acounts',
      'driftwire.yaml:3:5: error: pipelines[0]',
      'driftwire.yaml:3:16: error: pipelines[0].rol',
      'driftwire.yaml:4:22: error: pipelines[1].role',
      'driftwire.yaml:5:19: error: report_workloads',
      'driftwire.yaml:6:11: error: labels.cluster',
    ]);
  });

  it('names what is allowed and what was probably meant', () => {
    expect(errors('acounts: {}')[0]).toContain('unknown key; did you mean accounts? allowed: accounts, clusters, pipelines,');
    expect(errors('pipelines: [{ name: a, Role: b }]').join()).toContain(
      'pipelines[0].Role: unknown key; did you mean role? allowed: name, role, user',
    );
    expect(errors('rules: { minimum_priority: Warn }')[0]).toContain('did you mean warning? allowed: emergency, alert');
    expect(errors('receivers: [{ type: webhok }]')[0]).toContain(
      'did you mean webhook? allowed: webhook, discord, pagerduty, sns, alertmanager',
    );
    expect(errors('receivers: [{ url: "http://a" }]')[0]).toContain('required; allowed: webhook,');
    expect(errors('receivers: [{ type: sns, topic: x }]').join()).toContain(
      'did you mean topic_arn? allowed: type, name, minimum_priority',
    );
    expect(errors('quite_something_else: 1')[0]).toContain('unknown key; allowed: ');
    expect(errors(`${'x'.repeat(100)}: 1`)[0]).toContain('unknown key; allowed: ');
  });

  it('says which kind of value belongs where', () => {
    expect(errors('rules: { files: x }')).toEqual(['driftwire.yaml:1:17: error: rules.files: a string where a list belongs']);
    expect(errors('rules: [x]')).toEqual(['driftwire.yaml:1:8: error: rules: a list where a mapping (key: value) belongs']);
    expect(errors('labels: { env: 3 }')).toEqual([
      'driftwire.yaml:1:16: error: labels.env: the number 3 where a string belongs; put it in quotes',
    ]);
    expect(errors('loki:')).toEqual(['driftwire.yaml:1:6: error: loki: nothing (null) where a mapping (key: value) belongs']);
    expect(errors('loki: {}')).toEqual(['driftwire.yaml:1:7: error: loki.url: required: a string']);
    expect(errors('- a')).toEqual(['driftwire.yaml:1:1: error: a list where a mapping (key: value) belongs']);
    expect(errors('slack: { token: {env: A}, channel: "#a", window_minutes: 900 }')[0]).toContain('out of range: at most 240');
    expect(errors('slack: { token: {env: A}, channel: "#a", window_minutes: 0.5 }')[0]).toContain('where a whole number belongs');
    expect(errors('slack: { token: {env: A}, channel: "#a", window_minutes: {} }')[0]).toContain('a mapping where a number belongs');
    expect(errors('loki: { url: "http://a", labels: [user, verb, kind, name, rule, hand, class] }')[0]).toContain(
      'out of range: at most 6 items',
    );
  });

  it('refuses keys that stand twice, several documents, tabs and broken YAML with the place', () => {
    expect(problems('labels: {}\nlabels: {}\n')).toEqual([
      'driftwire.yaml:2:1: error: this key stands here twice: merge the two, only one of them could count',
    ]);
    expect(problems('labels: {}\n---\nlabels: {}\n').join()).toContain('several documents in one file');
    expect(problems('rules:\n\tfiles: []\n').join()).toContain('a tab as indentation: YAML takes blanks only');
    expect(problems('labels: { env: "prod }\n').join()).toMatch(/driftwire\.yaml:\d+:\d+: error: not YAML: /);
    expect(problems('slack: { token: {ssm: a}, channel: #drift }\n').join()).toMatch(
      /not YAML: .*; in line 1 a # after a blank begins a comment: write such a name in quotes, as in "#drift"$/,
    );
    expect(problems('labels: { env: "prod }\n').join()).not.toContain('comment');
  });

  it('takes anchors, aliases and merge keys', () => {
    const text = 'pipelines: [&a { name: a, role: x }]\nworkloads: [*a, { <<: *a, name: b }]\n';
    const { config, problems: found } = parseConfig(text, 'x');
    expect(found).toEqual([]);
    expect(config?.workloads.map(({ name, role }) => [name, role])).toEqual([
      ['a', 'x'],
      ['b', 'x'],
    ]);
  });

  it('points into what an alias stands for', () => {
    expect(errors('pipelines: [&a { name: a, role: "a b" }]\nworkloads: [*a]\n')).toHaveLength(2);
  });

  it('bounds its size and the expansion of aliases', () => {
    expect(problems(`# ${'x'.repeat(1_000_001)}`)[0]).toContain('too large');
    const laughs = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef'].map((pair) => [...pair]))
      laughs.push(`${to}: &${to} [${`*${from},`.repeat(10)}]`);
    expect(problems(laughs.join('\n'))[0]).toContain('too many aliases');
    expect(problems('labels: *nobody')[0]).toContain('alias');
  });

  it('treats a key called __proto__ as any unknown key', () => {
    expect(errors('"__proto__": { report_workloads: true }')[0]).toContain('unknown key');
    expect(errors('labels: { "__proto__": x }')).toHaveLength(1);
    expect(errors('clusters: { "__proto__": { region: eu-west-1 } }')).toHaveLength(1);
  });
});

describe('the place of a value', () => {
  it('is known to whoever finds a problem later', () => {
    const { placeOf } = parseConfig('labels: {}\nignore:\n  - name: a\n    reason: r\n    condition: ka.verb = get\n', 'x');
    expect(placeOf(['ignore', 0, 'condition'])).toEqual({ line: 5, column: 16 });
    expect(placeOf(['ignore', 7, 'condition'])).toEqual({ line: 3, column: 3 });
    expect(parseConfig('a: {', 'x').placeOf([])).toEqual({ line: 1, column: 1 });
    expect(parseConfig(`# ${'x'.repeat(1_000_001)}`, 'x').placeOf(['labels'])).toEqual({ line: 1, column: 1 });
  });
});

describe('account ids', () => {
  it('are refused without quotes, because YAML would drop leading zeros', () => {
    for (const text of [
      'accounts:\n  111122223333: { name: prod }\n',
      'accounts:\n  012345678901: { name: prod }\n',
      'pipelines: [{ name: a, role: b, accounts: [111122223333] }]',
      'clusters: { demo: { account: 111122223333 } }',
    ]) {
      expect(errors(text)).toHaveLength(1);
      expect(errors(text)[0]).toContain('account id without quotes: YAML reads a number and drops leading zeros');
    }
  });

  it('have 12 digits', () => {
    expect(errors('accounts: { "12": {} }')[0]).toContain('accounts["12"]: not an account id: exactly 12 digits');
    expect(errors('accounts: { "012345678901": { name: prod } }')).toEqual([]);
  });
});
