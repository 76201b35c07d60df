/** Falco's codes for what is wrong in a rule file, with its two texts for each (falcosecurity/falco 0.44.1, `falco_load_result.cpp`). */

interface CodeTexts {
  /** In brackets behind the code, in the text form. */
  readonly short: string;
  /** `codedesc` of the JSON form. */
  readonly description: string;
}

const error = (short: string): CodeTexts => ({ short, description: short });
const warning = (short: string, description: string): CodeTexts => ({ short, description });

/** Falco's codes of errors. */
export type ErrorCode =
  | 'LOAD_ERR_FILE_READ'
  | 'LOAD_ERR_YAML_PARSE'
  | 'LOAD_ERR_YAML_VALIDATE'
  | 'LOAD_ERR_COMPILE_CONDITION'
  | 'LOAD_ERR_COMPILE_OUTPUT'
  | 'LOAD_ERR_VALIDATE';
/** Falco's codes of warnings. */
export type WarningCode =
  | 'LOAD_UNKNOWN_SOURCE'
  | 'LOAD_UNSAFE_NA_CHECK'
  | 'LOAD_UNKNOWN_FILTER'
  | 'LOAD_UNUSED_MACRO'
  | 'LOAD_UNUSED_LIST'
  | 'LOAD_UNKNOWN_ITEM'
  | 'LOAD_DEPRECATED_ITEM'
  | 'LOAD_APPEND_NO_VALUES'
  | 'LOAD_EXCEPTION_NAME_NOT_UNIQUE'
  | 'LOAD_INVALID_MACRO_NAME'
  | 'LOAD_INVALID_LIST_NAME'
  | 'LOAD_COMPILE_CONDITION'
  | 'LOAD_UNKNOWN_KEY';

/** Errors have one text for both forms, warnings a longer one for JSON. */
export const CODES: Readonly<Record<ErrorCode | WarningCode, CodeTexts>> = {
  LOAD_ERR_FILE_READ: error('File read error'),
  LOAD_ERR_YAML_PARSE: error('YAML parse error'),
  LOAD_ERR_YAML_VALIDATE: error('Error validating internal structure of YAML file'),
  LOAD_ERR_COMPILE_CONDITION: error('Error compiling condition'),
  LOAD_ERR_COMPILE_OUTPUT: error('Error compiling output'),
  LOAD_ERR_VALIDATE: error('Error validating rule/macro/list/exception objects'),
  LOAD_UNKNOWN_SOURCE: warning(
    'Unknown event source',
    'A rule has a unknown event source. This can occur when reading rules content without having a corresponding plugin loaded, etc. The rule will be silently ignored.',
  ),
  LOAD_UNSAFE_NA_CHECK: warning(
    'Unsafe <NA> comparison in condition',
    "Comparing a field value with <NA> is unsafe and can lead to unpredictable behavior of the rule condition. If you need to check for the existence of a field, consider using the 'exists' operator instead.",
  ),
  LOAD_UNKNOWN_FILTER: warning(
    'Unknown field or event-type in condition or output',
    'A rule condition or output refers to a field or evt.type that does not exist. This is normally an error, but if a rule has a skip-if-unknown-filter property, the error is downgraded to a warning.',
  ),
  LOAD_UNUSED_MACRO: warning('Unused macro', 'A macro is defined in the rules content but is not used by any other macro or rule.'),
  LOAD_UNUSED_LIST: warning('Unused list', 'A list is defined in the rules content but is not used by any other list, macro, or rule.'),
  LOAD_UNKNOWN_ITEM: warning('Unknown rules file item', 'An unknown top-level object is in the rules content. It will be ignored.'),
  LOAD_DEPRECATED_ITEM: warning('Used deprecated item', 'A deprecated item is employed by lists, macros, or rules.'),
  LOAD_APPEND_NO_VALUES: warning('Overriding/appending with no values', 'A rule exception is overriding/appending with no values'),
  LOAD_EXCEPTION_NAME_NOT_UNIQUE: warning(
    'Multiple exceptions defined with the same name',
    'A rule is defining multiple exceptions with the same name',
  ),
  LOAD_INVALID_MACRO_NAME: warning('Invalid macro name', 'A macro is defined with an invalid name'),
  LOAD_INVALID_LIST_NAME: warning('Invalid list name', 'A list is defined with an invalid name'),
  LOAD_COMPILE_CONDITION: warning('Warning in rule condition', 'A rule condition or output have been parsed with a warning'),
  LOAD_UNKNOWN_KEY: warning(
    'Unknown key in item definition',
    'An item in the rules content contains an unrecognized key. The key will be ignored. This may indicate a typo or a property placed on the wrong item type.',
  ),
};

/** Fields that Falco calls deprecated wherever they stand, in its order, and what it says of them in conditions. */
export const DEPRECATED_FIELDS: ReadonlyMap<string, string> = new Map([
  [
    'evt.dir',
    "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always evaluates to false. The rule expression can be simplified by removing the condition on 'evt.dir'",
  ],
  ...['evt.latency', 'evt.latency.s', 'evt.latency.ns', 'evt.latency.human', 'evt.wait_latency'].map((field): [string, string] => [
    field,
    'field is not available due to the drop of enter events.',
  ]),
]);
