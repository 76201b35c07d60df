import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/driftwire.ts', import.meta.url));

/** One real process of `driftwire serve`. */
export class ServeProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #log = '';
  base = '';

  private constructor(folder: string) {
    this.#child = spawn(process.execPath, [PROGRAM, 'serve', '--log-format', 'json'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
  }

  /** Runs in a folder with a `driftwire.yaml`; resolves when it listens, rejects with what it said when it ends before. */
  static async start(folder: string): Promise<ServeProcess> {
    const started = new ServeProcess(folder);
    await new Promise<void>((resolve, reject) => {
      started.#child.once('exit', () => reject(new Error(`ended: ${started.#log}`)));
      started.#child.stderr?.on('data', (chunk: Buffer) => {
        started.#log += chunk.toString();
        const address = /"address":"([^"]+)"/.exec(started.#log)?.[1];
        if (address === undefined) return;
        started.base = `http://${address}`;
        resolve();
      });
    });
    return started;
  }

  get log(): string {
    return this.#log;
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }

  async post(path: string, body: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`${this.base}${path}`, { method: 'POST', body });
    return { status: response.status, body: await response.json() };
  }

  /** Values of a metric on the page, by the labels named. */
  async metric(name: string): Promise<number> {
    const page = await (await fetch(`${this.base}/metrics`)).text();
    const lines = page.split('\n').filter((each) => each.startsWith(`${name}{`) || each.startsWith(`${name} `));
    return lines.reduce((sum, each) => sum + Number(each.slice(each.lastIndexOf(' '))), 0);
  }
}
