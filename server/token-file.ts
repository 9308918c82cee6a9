import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config.ts';
import { makeHome } from './home.ts';

/** Milliseconds that a reader waits for another process to finish writing the token. */
const patience = 2000;

/** The file that holds the server's access token, for the user alone: mode 0600. */
export function tokenPath(home: string): string {
  return join(home, 'token');
}

/**
 * Reads the server's access token.
 * @returns undefined where there is none yet
 * @throws ConfigError where the file holds no token, or may not be read
 */
export function readToken(home: string): string | undefined {
  const path = tokenPath(home);
  const deadline = Date.now() + patience;
  for (;;) {
    let text: string;
    try {
      text = readFileSync(path, 'utf8').trim();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      if (code === 'EACCES' || code === 'EPERM')
        throw new ConfigError(`${path} belongs to another user: it cannot be read.`);
      throw error;
    }
    if (/^[\x21-\x7e]{16,512}$/.test(text)) return text;
    // Empty only while another process is between creating and writing it, where files cannot be linked.
    if (text !== '' || Date.now() > deadline) {
      throw new ConfigError(
        `${path} holds no token: 16 to 512 printable ASCII characters. Remove it to have a new one made.`,
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}

/**
 * Gives the server's access token, and makes it first where there is none: 32 random bytes in base64url.
 * Any number of processes may do so at once: all get the same token.
 * @throws ConfigError where the file that is there holds no token, or may not be read
 */
export function ensureToken(home: string): string {
  const present = readToken(home);
  if (present !== undefined) return present;

  const path = tokenPath(home);
  makeHome(home);
  const token = randomBytes(32).toString('base64url');
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    // A link appears at once with its content, and fails where the name is taken: nobody reads half a token.
    writeFileSync(draft, `${token}\n`, { mode: 0o600, flag: 'wx' });
    linkSync(draft, path);
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'link') throw error;
    if (!isTaken(error)) return createWithoutLink(home, token);
  } finally {
    rmSync(draft, { force: true });
  }
  return ensureToken(home);
}

/** For file systems without links (FAT, some network shares). */
function createWithoutLink(home: string, token: string): string {
  try {
    writeFileSync(tokenPath(home), `${token}\n`, { mode: 0o600, flag: 'wx' });
    return token;
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  return ensureToken(home);
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';
