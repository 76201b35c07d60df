import type { Json, JsonObject } from '../../model/audit-event.ts';
import { redactText } from './redact-secrets.ts';
import { CommandReader, REDACTED } from './redact-words.ts';
import { isAboutName, isSecretName } from './secret-name.ts';

/** Bounds of what is shown of a value; the text itself is cut where it is shown. */
const MAX_DEPTH = 12;
const MAX_MEMBERS = 20;
const MAX_CHARS = 4_000;
const MAX_NAME = 100;

/** Members that name what the value beside them is of: `{"name": "DB_PASSWORD", "value": ...}`. */
const NAMES = /^(?:name|key|parameterKey|optionName|path)$/i;
const VALUES = /^(?:value|values|parameterValue)$/i;
/** Of a Kubernetes Secret. */
const DATA = /^(?:data|stringData)$/;
/** What a Kubernetes object says of itself again, or of its bookkeeping: of no use to a reader, and long. */
const LEFT_OUT = new Set(['managedFields', 'kubectl.kubernetes.io/last-applied-configuration']);

/** What is known of a value from outside. */
export interface JsonContext {
  /** It is a Kubernetes Secret, or a patch of one, which does not say so itself. */
  readonly isSecret: boolean;
}

/**
 * A foreign value as JSON text for people, without its secrets: under a secret's name, beside one (`{"name": "DB_PASSWORD",
 * "value": ...}`), in a Kubernetes Secret, behind an option (`["--password", ...]`), or of a secret's shape. Texts that are JSON
 * themselves, such as policies, are treated alike. Deep and long ones are cut.
 */
export function redactedJson(value: Json, { isSecret }: JsonContext = { isSecret: false }): string {
  return new Writer().text(value, { depth: 0, isSecret, hides: false });
}

interface Place {
  readonly depth: number;
  /** In a Kubernetes Secret. */
  readonly isSecret: boolean;
  /** Under the name of a secret (`credentials`, `serviceAccountToken`): what does not only say something about it is hidden. */
  readonly hides: boolean;
}

class Writer {
  #left = MAX_CHARS;

  text(value: Json, place: Place): string {
    if (typeof value === 'object' && value !== null) return place.depth === MAX_DEPTH ? '…' : this.#nested(value, place);
    const written = place.hides ? hidden(value) : this.#scalar(value, place);
    this.#left -= written.length;
    return written;
  }

  #nested(value: readonly Json[] | JsonObject, place: Place): string {
    const below = { ...place, depth: place.depth + 1 };
    return isList(value) ? this.#list(value, below) : this.#object(value, below);
  }

  #scalar(value: Exclude<Json, object> | null, place: Place): string {
    if (typeof value !== 'string') return String(value);
    const inner = /^\s*[[{]/.test(value) ? parsed(value) : undefined;
    return JSON.stringify(
      inner === undefined ? redactText(value) : this.text(inner, { ...place, depth: Math.min(place.depth + 1, MAX_DEPTH) }),
    );
  }

  #list(items: readonly Json[], place: Place): string {
    const command = new CommandReader();
    const write = (item: Json) => (): string => this.text(typeof item === 'string' ? command.word(item) : item, place);
    return `[${this.#joined(items.slice(0, MAX_MEMBERS).map(write), items.length)}]`;
  }

  #object(value: JsonObject, place: Place): string {
    const entries = Object.entries(value).filter(([name]) => !LEFT_OUT.has(name));
    const isSecret = place.isSecret || entries.some(([name, member]) => name === 'kind' && member === 'Secret');
    const namesSecret = entries.some(
      ([name, member]) =>
        NAMES.test(name) && typeof member === 'string' && (isSecretName(member) || (isSecret && /^\/(?:data|stringData)\b/.test(member))),
    );
    const hides = (name: string): boolean =>
      isSecretName(name) || (isSecret && DATA.test(name)) || (namesSecret && VALUES.test(name)) || (place.hides && !isAboutName(name));
    return `{${this.#joined(
      entries.slice(0, MAX_MEMBERS).map(
        ([name, member]) =>
          () =>
            `${JSON.stringify(name.slice(0, MAX_NAME))}:${this.text(member, { ...place, isSecret, hides: hides(name) })}`,
      ),
      entries.length,
    )}}`;
  }

  /** Stops when there is enough for any place: a record is as long as anybody likes. */
  #joined(items: readonly (() => string)[], total: number): string {
    const written: string[] = [];
    for (const item of items) {
      if (this.#left <= 0) break;
      written.push(item());
    }
    if (written.length < total) written.push(`… ${total - written.length} more`);
    return written.join(',');
  }
}

/** What AWS writes instead of a secret. */
const HIDDEN_BY_AWS = /^(?:HIDDEN_DUE_TO_SECURITY_REASONS|<sensitiveDataRemoved>|\**)$/;

/** What holds nothing to hide, and what AWS has hidden itself, stays. */
function hidden(value: Json): string {
  const isPlain = value === null || typeof value === 'boolean' || (typeof value === 'string' && HIDDEN_BY_AWS.test(value));
  return JSON.stringify(isPlain ? value : REDACTED);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
