import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { forget, remember } from './remains.ts';

const built = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const source = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** What is built where there is something, as `npm test` sees to; else the source, which starts more slowly. */
const program = existsSync(built) ? [built] : ['--import', import.meta.resolve('tsx'), source];

/** Milliseconds a server has to start, recovery of its Postgres included. */
const startWithin = 60_000;

/** A server as a process of its own: the one thing that can be killed in earnest. */
export class ServerProcess {
  /** Its address, the same after a restart. */
  port = 0;
  /** Milliseconds since the test began (performance.now) at which it was last seen ready. */
  readyAt = 0;
  /** The last of what it logged. */
  log = '';
  /** How often it ended although nobody ended it. */
  deaths = 0;
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;
  #wanted = false;

  /** @param environment CLAMBAKE_HOME and CLAMBAKE_TOKEN at least; nothing of Clambake's own environment comes through */
  constructor(environment: Record<string, string>) {
    this.#environment = environment;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it, for the first time on any free port, later on the same. */
  async start(): Promise<void> {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(CLAMBAKE_|CLAUDE_|DATABASE_URL$|NODE_OPTIONS$|VITEST)/.test(name),
    );
    const child = spawn(process.execPath, [...program, 'serve', '--json'], {
      env: {
        ...Object.fromEntries(inherited),
        CLAMBAKE_AUTOSTART: '0',
        CLAMBAKE_LOG_LEVEL: 'warn',
        CLAMBAKE_PORT: String(this.port),
        ...this.#environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#wanted = true;
    const { pid } = child;
    if (pid !== undefined) remember('process', pid);
    child.once('exit', (code, signal) => {
      if (pid !== undefined) forget('process', pid);
      if (!this.#wanted) return;
      this.deaths += 1;
      this.log += `\nended by itself: ${signal ?? code}`;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log = (this.log + text).slice(-200_000);
    });
    const line = await this.#announcement(child);
    this.port = Number(new URL((JSON.parse(line) as { url: string }).url).port);
    this.readyAt = performance.now();
  }

  /** kill -9: it has no moment left. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to stop, and does not ask for long. */
  async stop(): Promise<void> {
    const patience = setTimeout(() => this.#child?.kill('SIGKILL'), 20_000);
    await this.#end('SIGTERM');
    clearTimeout(patience);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#wanted = false;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  #announcement(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      const fail = (why: string) => {
        this.#wanted = false;
        child.kill('SIGKILL');
        reject(new Error(`The server ${why}: ${this.log.slice(-2000)}`));
      };
      const timer = setTimeout(fail, startWithin, `was not up after ${startWithin} ms`);
      child.once('error', (error) => fail(`cannot be started, ${error.message}`));
      child.once('exit', (code) => fail(`ended with ${code} before it was up`));
      child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        const end = text.indexOf('\n');
        if (end < 0) return;
        clearTimeout(timer);
        child.removeAllListeners('error');
        resolve(text.slice(0, end));
      });
    });
  }
}
