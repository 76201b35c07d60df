import * as z from 'zod';
import { always, isRecord, priority, text } from './schema-values.ts';

const target = z
  .strictObject({
    rule: text.optional().describe('Name of a rule; `*` stands for any characters.'),
    tag: text.optional().describe('Rules with this tag.'),
    source: text.optional().describe('Only rules for this event source; alone, all of them.'),
  })
  .superRefine(
    (value, context) => {
      if (isRecord(value) && Object.values(value).every((each) => each === undefined))
        context.addIssue({ code: 'custom', message: 'name what is meant: rule, tag or source' });
    },
    { when: always },
  );

const step = z
  .strictObject({
    enable: target.optional().describe('Rules to switch on, whatever their file says.'),
    disable: target.optional().describe('Rules to switch off.'),
  })
  .superRefine(
    (value, context) => {
      const given = isRecord(value) ? [value['enable'], value['disable']].filter((each) => each !== undefined).length : 1;
      if (given !== 1)
        context.addIssue({ code: 'custom', message: `exactly one of enable and disable: ${given === 0 ? 'none is' : 'both are'} given` });
    },
    { when: always },
  )
  .meta({ oneOf: [{ required: ['enable'] }, { required: ['disable'] }] });

/** `rules` of the configuration: which files are loaded and which of their rules run. */
export const rules = z
  .strictObject({
    files: z
      .array(text)
      .default([])
      .describe(
        'Falco-format rule files, loaded after the built-in ones, in this order; relative to this file. A folder stands for its `*.yaml` and `*.yml` files.',
      ),
    disable: z.array(text).default([]).describe('Names of rules to switch off; `*` stands for any characters.'),
    select: z
      .array(step)
      .optional()
      .describe("Falco's `rules:`: switch rules on and off, one after the other, after `disable`; the last that fits a rule decides."),
    minimum_priority: priority.default('debug').describe('Rules below this priority are not loaded.'),
    rule_matching: z.enum(['all', 'first']).default('all').describe('Report every rule that matches an event, or the first only.'),
  })
  .default({ files: [], disable: [], minimum_priority: 'debug', rule_matching: 'all' })
  .describe('Rule files and which rules run.');
