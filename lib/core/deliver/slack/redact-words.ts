/** Secrets in commands: what follows an option that is called after one, and the short options in which well-known tools take them. */
import { isSecretName } from './secret-name.ts';

/** What stands instead of a secret. */
export const REDACTED = '[redacted]';

/** Options of one letter that take a secret, as the next word (`next`) or in the same word (`joined`). */
interface Options {
  readonly next?: string;
  readonly joined?: string;
}

const MYSQL: Options = { joined: '-p' };
const MONGO: Options = { next: '-p', joined: '-p' };
const LDAP: Options = { next: '-w', joined: '-w' };
const USER: Options = { next: '-u', joined: '-u' };
const ZIP: Options = { next: '-P', joined: '-p' };

/** By name of the program, or of the subcommand where only that one takes a secret (`docker run -p` publishes a port). */
const TOOLS: ReadonlyMap<string, Options> = new Map([
  ...['mysql', 'mysqldump', 'mysqladmin', 'mysqlimport', 'mysqlcheck', 'mariadb', 'mariadb-dump', 'mariadb-admin'].map(
    (name) => [name, MYSQL] as const,
  ),
  ...['mongo', 'mongosh', 'mongodump', 'mongorestore', 'mongoexport', 'sshpass', 'login'].map((name) => [name, MONGO] as const),
  ...['ldapsearch', 'ldapmodify', 'ldapadd', 'ldapdelete', 'ldappasswd', 'ldapwhoami'].map((name) => [name, LDAP] as const),
  ...['curl', 'wget'].map((name) => [name, USER] as const),
  ...['zip', 'unzip', '7z', '7za', 'sqlcmd', 'bcp'].map((name) => [name, ZIP] as const),
  ['redis-cli', { next: '-a' }],
  ['ssh-keygen', { next: '-N' }],
]);

const FLAG = /^--?[a-z][\w.-]*$/i;
const LITERAL = /^(--from-literal=[^=]{1,200}=)/;
const SEPARATOR = /^(?:[|;&]+|&&)$|;$/;

/** Reads a command word by word: the arguments as a program gets them, or what stands between the blanks of a line. */
export class CommandReader {
  #options: Options = {};
  #isConfigure = false;
  #hidesNext = false;
  /** The quote at which a secret of several words ends. */
  #quote = '';

  /** The next word, without what is secret in it. */
  word(word: string): string {
    if (this.#quote !== '') {
      if (word.endsWith(this.#quote)) this.#quote = '';
      return REDACTED;
    }
    const bare = word.replace(/^["']|["']$/g, '');
    if (this.#hidesNext && word !== '' && !bare.startsWith('--')) return this.#hidden(word);
    const joined = this.#joined(bare);
    this.#hidesNext = joined === undefined && this.#announces(bare);
    this.#note(bare);
    return joined ?? word;
  }

  #hidden(word: string): string {
    this.#hidesNext = false;
    const [quote = ''] = /^["']/.exec(word) ?? [];
    if (quote !== '' && (word.length === 1 || !word.endsWith(quote))) this.#quote = quote;
    return REDACTED;
  }

  /** Whether a secret comes next. */
  #announces(bare: string): boolean {
    if (bare === this.#options.next || bare === '--from-literal') return true;
    return (FLAG.test(bare) || this.#isConfigure) && isSecretName(bare);
  }

  #joined(bare: string): string | undefined {
    const option = this.#options.joined;
    if (option !== undefined && bare.startsWith(option) && bare !== option) return option + REDACTED;
    const [literal] = LITERAL.exec(bare) ?? [];
    return literal === undefined ? undefined : literal + REDACTED;
  }

  #note(bare: string): void {
    const name = bare.slice(bare.lastIndexOf('/') + 1).toLowerCase();
    const options = SEPARATOR.test(bare) ? {} : TOOLS.get(name);
    if (options !== undefined) this.#options = options;
    this.#isConfigure = name === 'configure' || (this.#isConfigure && !SEPARATOR.test(bare));
  }
}
