import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../lib/cli/context.ts';
import { checkReportFile, parsePriority, parseWindow, spreadRuleFiles } from '../../../../lib/cli/scan/scan-options.ts';

describe('the options of a scan', () => {
  it.each([
    ['warning', 'Warning'],
    ['CRITICAL', 'Critical'],
    ['info', 'Informational'],
    ['err', 'Error'],
  ])('take %s as a priority', (text, priority) => {
    expect(parsePriority(text)).toBe(priority);
  });

  it.each(['', 'e', 'severe'])('name the priorities there are when %j is none', (text) => {
    expect(() => parsePriority(text)).toThrow('use one of emergency, alert, critical, error, warning, notice, informational, debug');
  });

  it('refuse a window in which nothing can lie', () => {
    expect(() => parseWindow('1h', '2h', Date.UTC(2026, 0, 1))).toThrow('--since must be before --until');
    expect(() => parseWindow('soon', undefined, 0)).toThrow('--since: cannot read "soon"');
    expect(parseWindow(undefined, undefined, 0)).toEqual({});
    expect(parseWindow('2h', '1h', 7_200_000)).toEqual({ sinceMs: 0, untilMs: 3_600_000 });
  });

  it('refuse a report file that cannot be written', () => {
    expect(() => checkReportFile('.')).toThrow(UsageError);
    expect(() => checkReportFile('no/such/folder/report.html')).toThrow('the folder is not there or not writable');
  });

  it('take several rule files after one --rules, and leave the paths behind them alone', () => {
    expect(spreadRuleFiles(['scan', '--rules', 'a.yaml', 'b.yml', 'logs', 'c.yaml'])).toEqual([
      ...['scan', '--rules', 'a.yaml', '--rules', 'b.yml', 'logs', 'c.yaml'],
    ]);
    expect(spreadRuleFiles(['scan', '--rules=a.rules', 'b.yaml', '--quiet'])).toEqual([
      'scan',
      '--rules=a.rules',
      '--rules',
      'b.yaml',
      '--quiet',
    ]);
    expect(spreadRuleFiles(['scan', '--rules', 'a.yaml', '--', 'b.yaml'])).toEqual(['scan', '--rules', 'a.yaml', '--', 'b.yaml']);
  });
});
