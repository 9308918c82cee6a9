import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Account } from './account.ts';
import { DatabaseError } from './trouble.ts';

/** For whom a program of Postgres runs. */
export interface Runner {
  /** The folder of Clambake's files. */
  home: string;
  /** The user it runs as; our own where it is undefined. */
  account: Account | undefined;
}

/** What a program of Postgres left: its exit code, and what it said. */
export interface Outcome {
  code: number;
  output: string;
}

/** Runs a program of Postgres as its account, with nothing of our environment that it could leak or be misled by. */
export function run({ account, home }: Runner, program: string, args: string[]): Promise<Outcome> {
  const inherited = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // Its own process group: Ctrl-C is for the server.
      detached: process.platform !== 'win32',
      windowsHide: true,
      cwd: home,
      env: { ...Object.fromEntries(inherited), LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error: NodeJS.ErrnoException) => reject(spawnTrouble(error, program, account)));
    // On Windows Postgres inherits the pipes, so that they never close: the end of the program is what counts.
    child.once('exit', (code, signal) => {
      setImmediate(() => resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output }));
    });
  });
}

function spawnTrouble(error: NodeJS.ErrnoException, program: string, account: Account | undefined): DatabaseError {
  if (error.code === 'EPERM' || error.code === 'EINVAL') {
    return new DatabaseError(
      `Postgres refuses to run as root, and this root may not act as "${account?.name}" (${error.code}): run Clambake as an ordinary user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  // The file is there: what is missing is the loader it names.
  if (error.code === 'ENOENT') {
    return new DatabaseError(
      `${program} does not run on this system: the embedded PostgreSQL needs glibc, which Alpine Linux lacks. Set DATABASE_URL to an existing Postgres.`,
      { cause: error },
    );
  }
  return new DatabaseError(`${program} cannot be started: ${error.message}.`, { cause: error });
}

/** Words for what a program of Postgres said: its reasons, where they are known ones with a remedy. */
export function outputTrouble(what: string, output: string, { home }: Runner): DatabaseError {
  if (/No space left on device/.test(output)) {
    return new DatabaseError(`${what}: the disk of ${home} is full. Make room, then start again.`);
  }
  if (
    /could not create shared memory segment|could not map anonymous shared memory|Cannot allocate memory/.test(output)
  ) {
    return new DatabaseError(
      `${what}: there is not enough memory. Free some, or set DATABASE_URL to another Postgres.`,
    );
  }
  if (/has (?:wrong ownership|invalid permissions)/.test(output)) {
    return new DatabaseError(
      `${what}: ${home}/postgres must belong to the user who runs it, with mode 0700. ${output}`,
    );
  }
  if (/Read-only file system/.test(output)) {
    return new DatabaseError(
      `${what}: ${home} is on a read-only file system. Set CLAMBAKE_HOME to a folder that can be written.`,
    );
  }
  const reasons = output.split('\n').filter((line) => /FATAL|PANIC|ERROR|error:/.test(line));
  const reason = (reasons.length > 0 ? reasons : output.split('\n')).slice(-3).join(' ').trim();
  return new DatabaseError(
    `${what}: ${reason || 'no reason was given'}. More may be in ${join(home, 'postgres.log')}.`,
  );
}
