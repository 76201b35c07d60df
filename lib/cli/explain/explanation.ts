import type { AuditEvent } from '../../core/model/audit-event.ts';
import type { Decision } from '../../core/pipeline.ts';
import type { RuleInfo } from '../../core/rules/engine.ts';
import type { Trace } from '../../core/rules/trace.ts';
import { visible } from '../escape.ts';
import { localTime } from '../local-time.ts';
import type { TableLook } from '../table/table.ts';
import { CLASS_WORDS, HAND_WORDS, reasonWords } from '../words.ts';
import { whyLines } from './why.ts';
import { wrapWhole } from './wrap-whole.ts';

const LABEL_COLUMNS = 29;

/** One question with its answer. */
type Answer = readonly [question: string, answer: string];

/** Why a rule matches the event or not, where that can be told. */
export type WhyOfRule = (rule: RuleInfo) => Trace | undefined;

/**
 * Everything that was asked of one event, in the order in which it was asked, as lines for a terminal. Long answers are broken
 * into lines and never cut.
 *
 * @param isRepeat - The same event stood in the input before.
 */
export function explanationLines(
  decision: Decision,
  rules: readonly RuleInfo[],
  isRepeat: boolean,
  why: WhyOfRule,
  look: TableLook,
): readonly string[] {
  const { event } = decision.context;
  const origin = `${event.record.origin.input}:${event.record.origin.line} ${event.record.origin.path}`.trimEnd();
  return [
    look.paint.bold(visible(origin)),
    ...[...known(event), ...asked(decision, isRepeat)].flatMap((answer) => answerLines(answer, look)),
    ...ruleLines(decision, rules, why, look),
    '',
  ];
}

function answerLines([question, answer]: Answer, { columns, paint }: TableLook): readonly string[] {
  // on a terminal so narrow that hardly anything fits beside the question, the terminal wraps
  const lines = wrapWhole(visible(answer), Math.max(20, columns - LABEL_COLUMNS - 2));
  return lines.map((line, index) => `  ${paint.dim((index === 0 ? question : '').padEnd(LABEL_COLUMNS))}${line}`);
}

function known(event: AuditEvent): readonly Answer[] {
  const { principal, target } = event;
  const name = [target.namespace, target.name].filter((part) => part !== undefined).join('/');
  const optional = (question: string, answer: string | undefined): readonly Answer[] =>
    answer === undefined || answer === '' ? [] : [[question, answer]];
  return [
    ['event', `${event.source} ${event.id}`],
    ['when', localTime(event.timeMs)],
    ['who', `${principal.name || '(nobody named)'} (${principal.type})`],
    ...optional('principal', principal.arn ?? principal.kubernetesUser),
    ...optional('impersonates', event.impersonates),
    ['did', event.action],
    ...optional('on', [target.kind ?? '', name].filter((part) => part !== '').join(' ')),
    ...optional('where', [event.cluster, event.account, event.region].filter((part) => part !== undefined).join(' ')),
    ...optional('with the user agent', event.userAgent),
    ...optional('error', event.error?.code),
    ...optional('record', event.record.truncated ? 'cut before it was received; judged by what is there' : undefined),
  ];
}

function asked({ context: { event, verdict } }: Decision, isRepeat: boolean): readonly Answer[] {
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  const coded = (code: string): string => `${reasonWords(code)} (${code})`;
  const words = verdict.decides ? 'is the one reported' : 'is not the one reported';
  const stage =
    event.source === 'k8s_audit' ? [['does this stage decide?', `${yes(verdict.decides)}: ${event.stage} ${words}`] as const] : [];
  return [
    ['was it a change?', `${verdict.class}: ${CLASS_WORDS[verdict.class]}; ${coded(verdict.classReason)}`],
    ...stage,
    ['break-glass?', yes(verdict.breakGlass)],
    ["a borrowed machine's name?", yes(verdict.spoofed)],
    ['whose hand?', `${verdict.hand}: ${HAND_WORDS[verdict.hand]}; ${coded(verdict.handReason)}`],
    ...(verdict.declaredAs === undefined ? [] : [['declared as', verdict.declaredAs] as const]),
    ['through what?', verdict.channel],
    ['expected by an ignore entry?', yes(verdict.reason === 'ignored')],
    ['manual?', `${yes(verdict.manual)}: ${coded(verdict.reason)}`],
    ['seen before?', isRepeat ? 'yes: the same event stood above; it makes no second finding' : 'no'],
  ];
}

function ruleLines(
  { context: { event }, findings }: Decision,
  rules: readonly RuleInfo[],
  why: WhyOfRule,
  { columns, paint }: TableLook,
): readonly string[] {
  const loaded = rules.filter((rule) => rule.enabled && rule.source === event.source);
  const matched = new Map(findings.map(({ finding }) => [finding.rule, finding]));
  const sorted = [...loaded].sort((left, right) => Number(matched.has(right.name)) - Number(matched.has(left.name)));
  const paragraph = (text: string, indent: number): readonly string[] =>
    wrapWhole(visible(text), columns - indent).map((line) => ' '.repeat(indent) + line);
  return [
    `  ${paint.dim(`rules (${loaded.length} loaded for ${event.source})`)}`,
    ...sorted.flatMap((rule) => {
      const finding = matched.get(rule.name);
      const traced = why(rule);
      const reasons = traced === undefined ? [] : whyLines(traced).flatMap((reason) => paragraph(reason, 8).map(paint.dim));
      if (finding === undefined) {
        const words = traced?.result === true ? 'not reported: a rule before it matched (rule_matching: first)' : 'no match';
        return [...paragraph(`- ${rule.name}: ${words}`, 4).map(paint.dim), ...reasons];
      }
      const [first = '', ...rest] = paragraph(`+ ${rule.name}: ${finding.priority}: ${finding.message}`, 4);
      return [paint.priority(finding.priority, first), ...rest, ...reasons];
    }),
  ];
}
