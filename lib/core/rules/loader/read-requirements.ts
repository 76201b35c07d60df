/** What a rule file asks of the program that loads it: engine and plugin versions. */
import type { Collection } from './collection.ts';
import type { Context } from './context.ts';
import { readText, warnOfUnknownKeys } from './decode.ts';
import type { IssueSink } from './issues.ts';
import { didYouMean } from './nearest.ts';
import { engineVersionOf, type LoadSettings } from './settings.ts';
import { isCompatible, parseUint32, parseVersion, type Version } from './versions.ts';
import { valueAt, type YamlMap, type YamlNode } from './yaml-node.ts';

interface Requirement {
  readonly name: string;
  readonly version: string;
}

/** Reads `required_engine_version`: a number n is version 0.n.0. */
export function readEngineVersion(sink: IssueSink, item: YamlMap, file: Context, settings: LoadSettings): void {
  const context = file.inside('required_engine_version', '', item);
  const text = readText(sink, item, 'required_engine_version', context);
  if (text !== undefined) {
    const minor = parseUint32(text);
    const wanted: Version | undefined = minor === undefined ? parseVersion(text) : [0, minor, 0];
    const have = engineVersionOf(settings);
    if (wanted === undefined)
      sink.error(
        'LOAD_ERR_YAML_VALIDATE',
        `Unable to parse engine version '${text}' as a semver string. Expected "x.y.z" semver format.`,
        context,
        { hint: `write three numbers, such as ${settings.engineVersion}` },
      );
    else if (!isCompatible(have, wanted))
      sink.error(
        'LOAD_ERR_VALIDATE',
        `Rules require engine version ${wanted.join('.')}, but engine version is ${have.join('.')}`,
        context,
        {
          hint: 'the rules may use what this engine does not know: update Driftwire, or lower the number if they do not',
        },
      );
  }
  warnOfUnknownKeys(sink, item, ['required_engine_version'], context);
}

/** Reads `required_plugin_versions`; whether the plugins are there is asked after loading. */
export function readPluginVersions(sink: IssueSink, item: YamlMap, file: Context, into: Collection): void {
  const node = valueAt(item, 'required_plugin_versions') as YamlNode;
  const context = file.inside('required plugin versions', '', node);
  if (node.kind === 'seq') for (const entry of node.items) readEntry(sink, entry, context, into);
  else
    sink.error('LOAD_ERR_YAML_VALIDATE', 'Value of required_plugin_versions must be a sequence', context, {
      hint: "write a list: '- name: k8saudit' with 'version: 0.7.0' below it",
    });
  warnOfUnknownKeys(sink, item, ['required_plugin_versions'], file.inside('required plugin versions', '', item));
}

function readEntry(sink: IssueSink, entry: YamlNode, all: Context, into: Collection): void {
  const nameless = all.inside('required plugin versions entry', '', entry);
  if (entry.kind !== 'map') {
    sink.error('LOAD_ERR_YAML_VALIDATE', 'Plugin version must be a mapping', nameless, {
      hint: "write 'name: k8saudit' and 'version: 0.7.0'",
    });
    return;
  }
  const name = readText(sink, entry, 'name', nameless);
  const context = all.inside('required plugin versions entry', name ?? '', entry);
  const version = readText(sink, entry, 'version', context);
  const first: readonly Requirement[] = name === undefined || version === undefined ? [] : [{ name, version }];
  const alternatives = [...first, ...readAlternatives(sink, entry, context)];
  const names = new Set<string>();
  let isValid = true;
  for (const requirement of alternatives) {
    const problem = problemOf(requirement, names);
    names.add(requirement.name);
    if (problem === undefined) continue;
    isValid = false;
    sink.error('LOAD_ERR_VALIDATE', problem, context, { hint: 'name each plugin once, with a version of three numbers' });
  }
  if (isValid && alternatives.length > 0) into.plugins.push({ context, alternatives });
}

function readAlternatives(sink: IssueSink, entry: YamlMap, context: Context): readonly Requirement[] {
  const node = valueAt(entry, 'alternatives');
  if (node === undefined) return [];
  const hint = "write a list: '- name: k8saudit-eks' with 'version: 0.4.0' below it";
  if (node.kind !== 'seq') {
    sink.error('LOAD_ERR_YAML_VALIDATE', 'Value of plugin version alternatives must be a sequence', context, { hint });
    return [];
  }
  return node.items.flatMap((each) => {
    const nameless = context.inside('required plugin versions alternative', '', each);
    if (each.kind !== 'map') {
      sink.error('LOAD_ERR_YAML_VALIDATE', 'Plugin version alternative must be a mapping', nameless, { hint });
      return [];
    }
    const name = readText(sink, each, 'name', nameless);
    const version = readText(sink, each, 'version', context.inside('required plugin versions alternative', name ?? '', each));
    return name === undefined || version === undefined ? [] : [{ name, version }];
  });
}

function problemOf({ name, version }: Requirement, before: ReadonlySet<string>): string | undefined {
  if (parseVersion(version) === undefined) return `Invalid required version '${version}' for plugin '${name}'`;
  return before.has(name) ? `Defined multiple alternative version requirements for plugin '${name}'` : undefined;
}

/** A plugin requirement that is not met. */
export interface Unmet {
  /** Falco's words. */
  readonly message: string;
  readonly context: Context;
  /** What to do. */
  readonly hint: string;
}

/** The first plugin requirement that is not met. */
export function unmetRequirement({ plugins }: Collection, settings: LoadSettings): Unmet | undefined {
  for (const { alternatives, context } of plugins) {
    const message = messageOf(alternatives, settings);
    if (message !== undefined) return { message, context, hint: hintFor(alternatives, settings) };
  }
  return undefined;
}

function hintFor(alternatives: readonly Requirement[], { plugins }: LoadSettings): string {
  const near = alternatives.flatMap(({ name }) => didYouMean(name, Object.keys(plugins)) || []);
  return near[0] ?? 'lower the version or leave the requirement out: Driftwire has the fields of cloudtrail, k8saudit and json built in';
}

function messageOf(alternatives: readonly Requirement[], { plugins }: LoadSettings): string | undefined {
  const found = alternatives.find(({ name }) => Object.hasOwn(plugins, name));
  if (found === undefined) {
    const wanted = alternatives.map(({ name, version }) => `${name} (>= ${version})`).join(', ');
    return `Plugin requirement not satisfied, must load one of: ${wanted}`;
  }
  const have = plugins[found.name] as string;
  const version = parseVersion(have);
  if (version === undefined) return `Plugin '${found.name}' has invalid version string '${have}'`;
  if (isCompatible(version, parseVersion(found.version) as Version)) return undefined;
  return `Plugin '${found.name}' version '${have}' is not compatible with required plugin version '${found.version}'`;
}
