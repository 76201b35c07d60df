/**
 * Falco's JSON schema of rule files, as a table. It only adds remarks to the result of a validation: what it finds stops
 * nothing, and it knows less than the reader does (`rule_json_schema.h`; words of its schema library, valijson 1.0).
 */
import { valueAt, type YamlMap, type YamlNode } from './yaml-node.ts';

type Schema =
  | { readonly type: 'any' | 'string' | 'boolean' | 'integer' | 'item' }
  | { readonly type: 'words'; readonly words: readonly string[] }
  | { readonly type: 'array'; readonly items: Schema }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, Schema>>;
      readonly required: readonly string[];
      readonly minProperties: number;
    };

const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = [], minProperties = 0): Schema => ({
  type: 'object',
  properties,
  required,
  minProperties,
});
const array = (items: Schema): Schema => ({ type: 'array', items });
const STRING: Schema = { type: 'string' };
const BOOLEAN: Schema = { type: 'boolean' };
const ANY: Schema = { type: 'any' };
const OVERRIDDEN: Schema = { type: 'words', words: ['append', 'replace'] };
const PLUGIN = { name: STRING, version: STRING };

const RULES_FILE: Schema = array(
  object({
    append: BOOLEAN,
    capture: BOOLEAN,
    capture_duration: { type: 'integer' },
    condition: STRING,
    desc: STRING,
    enabled: BOOLEAN,
    exceptions: array(object({ comps: ANY, fields: ANY, name: STRING, values: ANY }, ['name'])),
    items: array({ type: 'item' }),
    list: STRING,
    macro: STRING,
    output: STRING,
    override: object(
      Object.fromEntries(
        [
          'capture',
          'capture_duration',
          'condition',
          'desc',
          'enabled',
          'exceptions',
          'items',
          'output',
          'priority',
          'skip-if-unknown-filter',
          'tags',
          'warn_evttypes',
        ].map((key) => [key, OVERRIDDEN]),
      ),
      [],
      1,
    ),
    priority: {
      type: 'words',
      words: ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'INFORMATIONAL', 'DEBUG'],
    },
    required_engine_version: STRING,
    required_plugin_versions: array(object({ alternatives: array(object(PLUGIN, ['name', 'version'])), ...PLUGIN }, ['name', 'version'])),
    rule: STRING,
    'skip-if-unknown-filter': BOOLEAN,
    source: STRING,
    tags: array(STRING),
    warn_evttypes: BOOLEAN,
  }),
);

const WRONG_TYPE = "Value type not permitted by 'type' constraint.";

/** What Falco writes for a document that the schema has nothing against. */
export const SCHEMA_OK = 'ok';

/** Validates one document: `ok`, or what is wrong with it, innermost first. */
export function validateSchema(document: YamlNode): readonly string[] {
  const found: string[] = [];
  check(document, RULES_FILE, '<root>', found);
  return found.length === 0 ? [SCHEMA_OK] : found;
}

/** Says whether the value is as the schema wants; what is not is added to the list. */
function check(node: YamlNode, schema: Schema, path: string, found: string[]): boolean {
  const before = found.length;
  const fail = (words: string): void => {
    found.push(`failed for ${path}: ${words}`);
  };
  switch (schema.type) {
    case 'any':
      break;
    case 'item':
      if (isText(node)) break;
      for (const index of [0, 1]) {
        fail(WRONG_TYPE);
        fail(`Failed to validate against child schema #${index}.`);
      }
      fail('Failed to validate against any schemas allowed by anyOf constraint.');
      break;
    case 'words':
      if (!isText(node)) fail(WRONG_TYPE);
      if (node.kind !== 'scalar' || !schema.words.includes(node.value)) fail('Failed to match against any enum values.');
      break;
    case 'array':
      if (node.kind !== 'seq' && !isEmpty(node)) fail(WRONG_TYPE);
      checkItems(node, schema.items, path, found);
      break;
    case 'object':
      if (node.kind !== 'map' && !isEmpty(node)) fail(WRONG_TYPE);
      if (node.kind === 'map') checkProperties(node, schema, path, found);
      break;
    default:
      if (!hasType(node, schema.type)) fail(WRONG_TYPE);
  }
  return found.length === before;
}

function checkItems(node: YamlNode, schema: Schema, path: string, found: string[]): void {
  if (node.kind !== 'seq') return;
  node.items.forEach((item, index) => {
    if (!check(item, schema, `${path}[${index}]`, found)) found.push(`failed for ${path}: Failed to validate item #${index} in array.`);
  });
}

function checkProperties(node: YamlMap, schema: Extract<Schema, { type: 'object' }>, path: string, found: string[]): void {
  let known = 0;
  for (const [key, each] of Object.entries(schema.properties)) {
    const value = valueAt(node, key);
    if (value === undefined) continue;
    known++;
    if (!check(value, each, `${path}[${key}]`, found))
      found.push(`failed for ${path}: Failed to validate against schema associated with property name '${key}'.`);
  }
  // a key that stands twice is one property too many as well
  if (known !== node.pairs.length) {
    const unknown = node.pairs
      .flatMap(({ key }) => (key.kind === 'scalar' ? [key.value] : []))
      .find((key) => !Object.hasOwn(schema.properties, key));
    found.push(
      `failed for ${path}: Object contains a property that could not be validated using 'properties' or 'additionalProperties' constraints: '${unknown ?? ''}'.`,
    );
  }
  for (const key of schema.required)
    if (valueAt(node, key) === undefined) found.push(`failed for ${path}: Missing required property '${key}'.`);
  if (node.pairs.length < schema.minProperties)
    found.push(`failed for ${path}: Object should have no fewer than ${schema.minProperties} properties.`);
}

function hasType(node: YamlNode, type: 'string' | 'boolean' | 'integer'): boolean {
  if (type === 'string') return isText(node);
  if (node.kind !== 'scalar') return false;
  return type === 'boolean' ? node.value === 'true' || node.value === 'false' : /^\s*[+-]?\d{1,18}$/.test(node.value);
}

/** The library takes a collection without anything in it for any type but a boolean or a number. */
function isText(node: YamlNode): boolean {
  return node.kind === 'scalar' || isEmpty(node);
}

function isEmpty(node: YamlNode): boolean {
  return (node.kind === 'seq' && node.items.length === 0) || (node.kind === 'map' && node.pairs.length === 0);
}
