import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/core/model/audit-event.ts';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import type { Ast, Left, Operand, Right } from '../../lib/core/rules/ast.ts';
import { type Compiled, compile } from '../../lib/core/rules/compile.ts';
import type { Knowledge } from '../../lib/core/rules/engine.ts';
import { FIELDS } from '../../lib/core/rules/field-table.ts';
import type { FieldEvent } from '../../lib/core/rules/fields/field.ts';
import { compileOutput } from '../../lib/core/rules/format-output.ts';
import { ConditionError, parseCondition } from '../../lib/core/rules/parser.ts';
import { print } from '../../lib/core/rules/print.ts';
import { RuleIndex } from '../../lib/core/rules/rule-index.ts';
import { trace } from '../../lib/core/rules/trace.ts';
import { fieldEventOf } from '../support/falco-events.ts';

const SOURCES: readonly EventSource[] = ['aws_cloudtrail', 'k8s_audit'];
const lookup = (source: EventSource) => ({ field: (name: string) => FIELDS[source].get(name), macro: () => undefined });

// Trees of every shape; only their places in a text are left out, because nothing is written yet.
const SYMBOLS = ['=', '==', '!='];
const WORDS = ['glob', 'iglob', 'contains', 'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'regex'];
const names = fc.constantFrom('ka.verb', 'ka.uri.param', 'evt.num', 'ct.name', 'x.y_1.Z');
const values = fc.oneof(fc.string(), fc.constantFrom('', 'anyof', 'a\\', '\\', 'a b', '"', "'", 'val(', '\\"', '\n', 'ü', ')'));
const field = fc.record({ kind: fc.constant('field' as const), name: names, arg: fc.option(values, { nil: undefined }) });
const { left } = fc.letrec<{ left: Left; operand: Operand }>((tie) => ({
  left: fc.oneof({ depthSize: 'small', maxDepth: 3 }, field, callOf(fc.array(tie('operand'), { minLength: 1, maxLength: 3 }))),
  operand: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.record({ kind: fc.constant('text' as const), value: values }),
    tie('left'),
    fc.record({
      kind: fc.constant('list' as const),
      items: fc.array(fc.oneof(field, fc.record({ kind: fc.constant('text' as const), value: values })), { maxLength: 3 }),
    }),
  ),
}));

function callOf(args: fc.Arbitrary<Operand[]>): fc.Arbitrary<Left> {
  const name = fc.constantFrom('tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt');
  return fc.record({ kind: fc.constant('call' as const), name, args, arg: fc.option(values, { nil: undefined }) });
}

const none = fc.constant({ kind: 'none' } as const);
const value = fc.record({ kind: fc.constant('value' as const), value: values });
const number = fc.record({ kind: fc.constant('value' as const), value: fc.constantFrom('1', '0x1F', '-3.5', '1e+3', '300') });
const list = fc.record({
  kind: fc.constant('values' as const),
  modifier: fc.constant(undefined),
  values: fc.array(values, { maxLength: 3 }),
});
const modified = fc.record({
  kind: fc.constant('values' as const),
  modifier: fc.constantFrom('oneof', 'anyof', 'allof'),
  values: fc.array(values, { maxLength: 3 }),
});
const operand = fc.record({
  kind: fc.constant('operand' as const),
  operand: left.filter((each) => each.kind === 'call' || each.name !== ''),
});
const comparison = fc.oneof(
  fc.tuple(fc.constant('exists'), none),
  fc.tuple(fc.constantFrom('<', '<=', '>', '>='), fc.oneof(number, operand)),
  fc.tuple(fc.constantFrom(...SYMBOLS, ...WORDS), fc.oneof(value, modified, operand)),
  fc.tuple(fc.constantFrom('in', 'intersects', 'pmatch'), fc.oneof(list, operand)),
) as fc.Arbitrary<[string, Right]>;
const check: fc.Arbitrary<Ast> = fc
  .tuple(left, comparison)
  .map(([side, [operator, right]]) => ({ kind: 'check', left: side, operator, right, rightStart: 0, start: 0, end: 0 }));
const macro: fc.Arbitrary<Ast> = fc.constantFrom('m', 'never', 'android').map((name) => ({ kind: 'macro', name, start: 0, end: 0 }));
const { ast } = fc.letrec<{ ast: Ast }>((tie) => ({
  ast: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    check,
    macro,
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), parts: fc.array(tie('ast'), { minLength: 2, maxLength: 3 }) }),
    tie('ast')
      .filter(({ kind }) => kind !== 'not')
      .map((part): Ast => ({ kind: 'not', part })),
  ),
}));

/** The tree without places in the text. */
function shape(tree: Ast): unknown {
  return JSON.parse(JSON.stringify(tree, (key, member) => (['start', 'end', 'rightStart'].includes(key) ? undefined : member)));
}

describe('a tree', () => {
  test('is what its printed text parses to', () => {
    fc.assert(
      fc.property(ast, (tree) => {
        expect(shape(parseCondition(print(tree)))).toEqual(shape(tree));
      }),
      { numRuns: 500 },
    );
  });
});

// Texts that are conditions, or nearly.
const CONDITIONS = [
  'ka.verb in (create, update, patch) and ka.target.resource = secrets and not ka.user.name startswith "system:"',
  '(ct.name = "ConsoleLogin" and json.value[/additionalEventData/MFAUsed] = "No") or ct.error exists',
  'tolower(ka.user.name) glob "*admin*" and len(ka.user.groups) > 0 and ka.uri pmatch (/api/v1, /apis)',
  'join("-", (ka.verb, ka.target.resource)) = create-pods or concat(ct.name, ":", ct.src) regex "Run.*:ec2\\\\..*"',
  'ka.user.groups intersects ("system:masters") and not (evt.num < 5 or ka.response.code >= 400)',
  'ct.user != val(ct.request.username) and ct.name startswith anyof (Create, Put) and s3.bytes > 100',
  'getopt(ka.user.groups, "a:b")[a] exists and b64(ka.auth.reason) icontains "x" and basename(ka.uri) endswith s',
];
const TOKENS = [
  'and ',
  'or ',
  'not ',
  '(',
  ')',
  ' ',
  '"',
  "'",
  '\\',
  '[',
  ']',
  ',',
  '=',
  '!=',
  '<',
  '>=',
  ' in ',
  ' exists',
  'anyof ',
  'val(',
  'tolower(',
  'ka.verb',
  'ct.name',
  '0',
  'ü',
  '\n',
  '\0',
  '\b',
];
const mutated = fc
  .tuple(fc.constantFrom(...CONDITIONS), fc.array(fc.tuple(fc.nat(200), fc.nat(12), fc.constantFrom(...TOKENS)), { maxLength: 4 }))
  .map(([text, changes]) =>
    changes.reduce(
      (whole, [at, gone, token]) => whole.slice(0, at % (whole.length + 1)) + token + whole.slice((at % (whole.length + 1)) + gone),
      text,
    ),
  );
const soup = fc.oneof(
  mutated,
  fc.string(),
  fc.array(fc.constantFrom(...TOKENS), { maxLength: 40 }).map((parts) => parts.join('')),
);

function tryCompile(source: EventSource, text: string): Compiled | undefined {
  try {
    return compile(parseCondition(text), lookup(source));
  } catch (cause) {
    expect(cause).toBeInstanceOf(ConditionError);
    expect((cause as ConditionError).offset).toBeLessThanOrEqual(text.length);
    return undefined;
  }
}

const MAY_BE = ['create', 'get', 'pods', 'secrets', 'ConsoleLogin', 'RunInstances', 'system:admin', '', 'ü', 'No'];
const scalar = fc.oneof(fc.constantFrom(...MAY_BE), fc.constantFrom(null, 5, true, ['a', 1], {}));
const some = (...keys: readonly string[]): fc.Arbitrary<JsonObject> =>
  fc.record(Object.fromEntries(keys.map((key) => [key, scalar])), { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
const auditEvent = fc
  .tuple(
    some('auditID', 'verb', 'requestURI', 'userAgent', 'stage'),
    some('resource', 'name', 'namespace'),
    some('username', 'groups'),
    some('code'),
  )
  .map(([base, objectRef, user, responseStatus]): JsonObject => ({ auditID: 'a', ...base, objectRef, user, responseStatus }));
const record = fc
  .tuple(
    some('eventName', 'eventSource', 'errorCode', 'awsRegion', 'readOnly', 'userAgent'),
    some('type', 'userName', 'arn'),
    some('bucketName', 'key', 'userName'),
  )
  .map(([base, userIdentity, requestParameters]): JsonObject => ({ ...base, userIdentity, requestParameters }));
const anyEvent: fc.Arbitrary<[EventSource, FieldEvent]> = fc.oneof(
  auditEvent.map((event): [EventSource, FieldEvent] => ['k8s_audit', fieldEventOf('k8s_audit', event)]),
  record.map((event): [EventSource, FieldEvent] => ['aws_cloudtrail', fieldEventOf('aws_cloudtrail', event)]),
);

describe('any text', () => {
  test('is a condition or has one error with its place, is decided for any event, and takes no time', () => {
    const started = performance.now();
    fc.assert(
      fc.property(soup, anyEvent, (text, [source, event]) => {
        const compiled = tryCompile(source, text);
        if (compiled === undefined) return;
        const result = compiled.test(event);
        expect(typeof result).toBe('boolean');
        expect(trace({ ast: parseCondition(text), text }, lookup(source), event).result).toBe(result);
      }),
      { numRuns: 1500 },
    );
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test('is an output or has one error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          soup,
          soup.map((text) => `%${text}`),
        ),
        anyEvent,
        (text, [source, event]) => {
          const output = compileOutput(text, (name) => FIELDS[source].get(name));
          if (typeof output === 'string') return;
          expect(typeof output.message(event)).toBe('string');
          expect(output.fields(event)['evt.time']).toBe(event.context.event.timeNs);
        },
      ),
      { numRuns: 500 },
    );
  });
});

// Conditions that compile, over fields that are often there.
const FIELD_NAMES = {
  k8s_audit: ['ka.verb', 'ka.target.resource', 'ka.user.name', 'ka.uri', 'ka.response.code', 'drift.class'],
  aws_cloudtrail: ['ct.name', 'ct.src', 'ct.user', 'ct.error', 'ct.readonly', 'drift.class'],
} as const;
const plain = fc.constantFrom(...MAY_BE.map((text) => `"${text}"`), '"read"', '"change"');
const checkText = (source: EventSource): fc.Arbitrary<string> => {
  const name = fc.constantFrom<string>(...FIELD_NAMES[source]);
  const several = fc.array(plain, { maxLength: 3 }).map((texts) => `(${texts.join(', ')})`);
  return fc.oneof(
    fc
      .tuple(name, fc.constantFrom('=', '!=', 'contains', 'startswith', 'glob'), plain)
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    fc
      .tuple(name, fc.constantFrom('in', 'intersects', 'pmatch', '= anyof', '= oneof', '!= allof'), several)
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    name.map((left) => `${left} exists`),
    fc.tuple(name, name).map(([left, right]) => `${left} = val(${right})`),
    fc.tuple(name, name).map(([left, right]) => `${left} in tolower(${right})`),
    fc.tuple(name, plain).map(([left, right]) => `toupper(${left}) = toupper(${right})`),
    fc.tuple(name, fc.nat(9)).map(([left, length]) => `len(${left}) > ${length}`),
    fc.tuple(name, name, plain).map(([left, right, text]) => `concat(${left}, ${right}) contains ${text}`),
    fc.tuple(name, name, plain).map(([left, right, text]) => `join("-", (${left}, ${right})) != ${text}`),
  );
};
const conditionText = (source: EventSource): fc.Arbitrary<string> =>
  fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      checkText(source),
      fc.tuple(tie('text'), fc.constantFrom('and', 'or'), tie('text')).map(([a, word, b]) => `(${a} ${word} ${b})`),
      tie('text').map((text) => `not (${text})`),
    ),
  })).text;

function knownValue(source: EventSource, name: string, event: FieldEvent | undefined): string | undefined {
  return event && (FIELDS[source].get(name)?.read(event, '') as string | undefined);
}

describe.each(SOURCES)('conditions of %s', (source) => {
  const texts = conditionText(source);
  const event = (source === 'k8s_audit' ? auditEvent : record).map((each) => fieldEventOf(source, each));

  test('say nothing of an event before it is parsed that is not so when it is', () => {
    fc.assert(
      fc.property(texts, event, fc.subarray([...FIELD_NAMES[source]]), (text, of, known) => {
        const compiled = compile(parseCondition(text), lookup(source));
        const know = (name: string): Knowledge =>
          known.some((each) => each === name) ? { known: true, value: knownValue(source, name, of) } : { known: false };
        const answer = compiled.may(know);
        if (answer !== undefined) expect(answer).toBe(compiled.test(of));
        if (known.length === FIELD_NAMES[source].length) expect(answer).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  test('need what they need, and the index leaves out none that holds, in their order', () => {
    fc.assert(
      fc.property(
        fc.array(texts, { maxLength: 12 }),
        fc.array(event, { minLength: 1, maxLength: 4 }),
        fc.subarray([...FIELD_NAMES[source]]),
        (all, events, known) => {
          const rules = all.map((text) => ({ text, condition: compile(parseCondition(text), lookup(source)) }));
          const index = new RuleIndex(rules, lookup(source).field);
          const know = (name: string): Knowledge =>
            known.some((each) => each === name) ? { known: true, value: knownValue(source, name, events[0]) } : { known: false };
          expect(index.mayMatch(know)).toBe(rules.some(({ condition }) => condition.may(know) !== false));
          for (const of of events) {
            const holding = rules.filter(({ condition }) => condition.test(of));
            expect(index.candidates(of).filter(({ condition }) => condition.test(of))).toEqual(holding);
            for (const { condition } of holding) {
              for (const [name, wanted] of condition.needs) expect(wanted.has(String(FIELDS[source].get(name)?.read(of, '')))).toBe(true);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
