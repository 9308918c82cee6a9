import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../server/database/free-port.ts';
import { isAlive } from '../../server/database/process.ts';
import { createTestHome } from './home.ts';

/** The command line as it is built and packed. */
export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What a process said when it ended. */
export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A process that runs. */
export interface Started {
  process: ChildProcess;
  /** What it has printed so far. */
  said: { stdout: string; stderr: string };
  ended: Promise<Said>;
}

/** What a process is started with. */
export interface Surroundings {
  /** Everything of Clambake's that it sees: nothing of the test's own comes through. */
  env?: Record<string, string>;
  cwd?: string;
  /** All of its standard input; none where it is not given. */
  stdin?: string | Uint8Array;
}

/** Starts a program. */
export function start([file = '', ...args]: string[], { env = {}, cwd, stdin }: Surroundings = {}): Started {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(CLAMBAKE_|CLAUDE_|DATABASE_URL$|NO_COLOR$|NODE_OPTIONS$|VITEST|npm_)/.test(name),
  );
  const child = spawn(file, args, {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let broken: Error | undefined;
  child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
    // It need not read all of it to know that it is too long.
    if (error.code !== 'EPIPE') broken = error;
  });
  child.stdin?.end(stdin);
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Said>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (broken ? reject(broken) : resolve({ code, ...said })));
  });
  return { process: child, said, ended };
}

/** A machine of a test's own: a home, a port, folders to work in, and the built program. */
export class Machine {
  readonly home: string;
  readonly port: number;
  readonly env: Record<string, string>;
  readonly #started: Started[] = [];
  readonly #remove: () => Promise<void>;

  private constructor(home: string, port: number, env: Record<string, string>, remove: () => Promise<void>) {
    this.home = home;
    this.port = port;
    this.env = { CLAMBAKE_HOME: home, CLAMBAKE_PORT: String(port), ...env };
    this.#remove = remove;
  }

  /** @param env beside the home and the port, such as DATABASE_URL; without it the embedded Postgres is used */
  static async create(env: Record<string, string> = {}): Promise<Machine> {
    const { path, remove } = await createTestHome();
    const home = join(path, 'home');
    await mkdir(home, { mode: 0o755 });
    return new Machine(home, await freePort(), env, remove);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Makes a folder to work in. */
  async folder(name: string): Promise<string> {
    const path = join(this.home, '..', name);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Starts a command of the built program. */
  start(args: string[], more: Surroundings = {}): Started {
    return this.#start([process.execPath, program, ...args], more);
  }

  /** Has bash run lines in which `clambake` is the built program. */
  shell(lines: string, more: Surroundings = {}): Promise<Said> {
    const script = `clambake() { "$NODE" "$PROGRAM" "$@"; }\n${lines}`;
    const env = { NODE: process.execPath, PROGRAM: program, ...more.env };
    return this.#start(['bash', '-c', script], { ...more, env }).ended;
  }

  #start(command: string[], more: Surroundings): Started {
    const started = start(command, {
      cwd: this.home,
      ...more,
      env: { ...this.env, ...more.env },
    });
    this.#started.push(started);
    return started;
  }

  /** Runs a command of the built program to its end. */
  run(args: string[], more: Surroundings = {}): Promise<Said> {
    return this.start(args, more).ended;
  }

  /** Processes of this home's that run: its server and its Postgres. */
  running(): { server: number | undefined; postgres: number | undefined } {
    return {
      server: alive(/"pid":(\d+)/.exec(read(join(this.home, 'server.json')))?.[1]),
      postgres: alive(read(join(this.home, 'postgres', 'postmaster.pid')).split('\n')[0]),
    };
  }

  /**
   * Stops the server and removes the home.
   * @throws Error where something of it runs on, or a command does, which is ended
   */
  async close(): Promise<void> {
    const said = await this.run(['stop']);
    // A server that has answered `stop` and removed its traces may still be on its way out.
    await Promise.race([Promise.all(this.#started.map(({ ended }) => ended)), sleep(5_000, undefined, { ref: false })]);
    const left = Object.entries(this.running()).filter(([, pid]) => pid !== undefined);
    for (const [, pid] of left) process.kill(pid ?? 0, 'SIGKILL');
    const hanging = this.#started.filter(({ process }) => process.exitCode === null && process.signalCode === null);
    for (const { process } of hanging) process.kill('SIGKILL');
    await Promise.all(hanging.map(({ ended }) => ended));
    await this.#remove();
    if (left.length + hanging.length > 0) {
      const names = [...left.map(([name]) => name), ...hanging.map(({ process }) => process.spawnargs.join(' '))];
      throw new Error(`Left running: ${names.join(', ')}. \`clambake stop\` said: ${said.stdout}${said.stderr}`);
    }
  }
}

const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** The process of this number, where it runs: a zombie that nobody has collected does not. */
const alive = (pid: string | undefined): number | undefined => (pid && isAlive(Number(pid)) ? Number(pid) : undefined);
