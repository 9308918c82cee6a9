import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Settings of a server and of the clients on the same machine, read from the environment once. */
export interface Config {
  /** The folder of every file Clambake keeps. Absolute. */
  home: string;
  /** The address the server listens on. */
  host: string;
  /** The port the server listens on; 0 takes a free one. */
  port: number;
  /** An existing Postgres to use; the embedded one where it is undefined. */
  databaseUrl: string | undefined;
  /** The server's access token where the environment gives one; else it is kept in a file under `home`. */
  token: string | undefined;
  /** Further names the server answers to in the Host header, lower case, without port. */
  allowedHosts: string[];
  /** Milliseconds without a sign of life after which an instance is stale. */
  staleAfter: number;
  /** Least level that is logged. */
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** A setting in the environment cannot be used. The message names the variable, its value and what would be right. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

type Environment = Record<string, string | undefined>;

/** Milliseconds: 3650 days. Far beyond it the dates that are reckoned with it are none any more. */
const longestStaleness = 3650 * 86_400_000;

const durationUnits = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * Reads a length of time such as `90s`, `30m`, `24h` or `7d`; a bare number means seconds.
 * @returns milliseconds, or undefined where the text is none
 */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = 's'] = /^(\d{1,9})\s*([smhd])?$/.exec(text.trim()) ?? [];
  if (count === undefined) return undefined;
  return Number(count) * durationUnits[unit as keyof typeof durationUnits] * 1000;
}

/** Writes a length of time in the largest unit that it is a whole number of. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [size, unit] = (
    [
      [86_400, 'd'],
      [3600, 'h'],
      [60, 'm'],
    ] as const
  ).find(([size]) => seconds % size === 0) ?? [1, 's'];
  return `${seconds / size}${unit}`;
}

/**
 * Reads the settings from the environment (the table in the README).
 * @throws ConfigError where a variable holds something that cannot be used
 */
export function readConfig(environment: Environment = process.env): Config {
  // An empty variable is one that is not set: `CLAMBAKE_TOKEN= clambake serve`.
  const read = (name: string): string | undefined => environment[name] || undefined;

  const portText = read('CLAMBAKE_PORT') ?? '2526';
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > 65_535) {
    throw new ConfigError(`CLAMBAKE_PORT is "${portText}": a port is a whole number from 0 to 65535.`);
  }

  const staleText = read('CLAMBAKE_STALE_AFTER') ?? '30m';
  const staleAfter = parseDuration(staleText);
  if (!staleAfter || staleAfter > longestStaleness) {
    throw new ConfigError(
      `CLAMBAKE_STALE_AFTER is "${staleText}": give a length of time from 1s to 3650d, such as 90s, 30m or 2h.`,
    );
  }

  const databaseUrl = read('DATABASE_URL');
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    // The value may hold a password: it is not repeated.
    throw new ConfigError(
      'DATABASE_URL is no Postgres address: it begins with postgresql://, like postgresql://user:password@localhost:5432/name.',
    );
  }

  const logLevel = read('CLAMBAKE_LOG_LEVEL') ?? 'info';
  if (!isLogLevel(logLevel)) {
    throw new ConfigError(`CLAMBAKE_LOG_LEVEL is "${logLevel}": it is debug, info, warn, error or silent.`);
  }

  return {
    home: clambakeHome(environment),
    host: read('CLAMBAKE_HOST') ?? '127.0.0.1',
    port,
    databaseUrl,
    token: readToken(read('CLAMBAKE_TOKEN')),
    allowedHosts: (read('CLAMBAKE_ALLOWED_HOSTS') ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter(Boolean),
    staleAfter,
    logLevel,
  };
}

function isLogLevel(text: string): text is Config['logLevel'] {
  return ['debug', 'info', 'warn', 'error', 'silent'].includes(text);
}

function readToken(token: string | undefined): string | undefined {
  if (token !== undefined && !/^[\x21-\x7e]{16,512}$/.test(token)) {
    throw new ConfigError(
      `CLAMBAKE_TOKEN has ${token.length} characters or a character that a header cannot carry: give 16 to 512 printable ASCII characters without spaces.`,
    );
  }
  return token;
}

/**
 * The folder of every file Clambake keeps: `CLAMBAKE_HOME`, else the platform's data folder for the user.
 *
 * Postgres refuses to run as root and is started as another user, who cannot enter a home folder closed to others (root's
 * usually is). For root with such a home the folder lies under /var/lib/clambake, one for each home.
 */
export function clambakeHome(environment: Environment = process.env): string {
  if (environment.CLAMBAKE_HOME) return resolve(environment.CLAMBAKE_HOME);
  const home = environment.HOME || environment.USERPROFILE || homedir();
  if (process.platform === 'win32') return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'clambake');
  const folder =
    process.platform === 'darwin'
      ? join(home, 'Library', 'Application Support', 'clambake')
      : join(environment.XDG_DATA_HOME || join(home, '.local', 'share'), 'clambake');
  if (process.getuid?.() === 0 && !isOpenToOthers(dirname(folder))) {
    return join('/var/lib/clambake', createHash('sha256').update(home).digest('hex').slice(0, 8));
  }
  return folder;
}

/** Whether another user may enter this folder and all it lies in. A folder that does not exist yet will be made open. */
function isOpenToOthers(folder: string): boolean {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode;
  if (mode !== undefined && (mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isOpenToOthers(dirname(folder));
}
