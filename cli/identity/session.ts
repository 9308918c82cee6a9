import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeHome } from '../../server/home.ts';
import { parseObject } from '../reach/running.ts';

/** A registration made from this machine, as it is kept in `<home>/sessions/<instance>.json`, mode 0600. */
export interface Session {
  /** The instance's id, such as `brisk-otter-4f2a`. */
  instance: string;
  project: string;
  /** The folder it was registered for. Absolute. */
  directory: string;
  /** The key of the session that registered it; null where there was none. */
  sessionKey: string | null;
  /** The instance's token. Never printed. */
  token: string;
  /** The server that knows it. */
  url: string;
  /** Whether that server is this home's own, wherever it listens. */
  own: boolean;
  /** ISO 8601. */
  registeredAt: string;
  /** The process that the session runs in; undefined until a hook has told the session who it is. */
  process?: number;
}

/** The server that a registration has to belong to: a token is sent nowhere else. */
export type SessionServer = Pick<Session, 'url' | 'own'>;

const instanceId = /^[a-z0-9][a-z0-9_-]{0,99}$/i;

const folderOf = (home: string): string => join(home, 'sessions');

/**
 * @throws Error where the id could name a file somewhere else: ids come from a server, and a server may be anybody's
 */
function fileOf(home: string, instance: string): string {
  if (!instanceId.test(instance)) throw new Error(`${JSON.stringify(instance)} is no instance id.`);
  return join(folderOf(home), `${instance}.json`);
}

/** Whether a registration was made with this server. */
export function belongsTo(session: Session, server: SessionServer): boolean {
  return (session.own && server.own) || session.url === server.url;
}

/** Every registration of this home, the newest first. */
export function listSessions(home: string): Session[] {
  let names: string[];
  try {
    names = readdirSync(folderOf(home));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return names
    .map((name) => basename(name, '.json'))
    .filter((name, index) => name !== names[index] && instanceId.test(name))
    .map((instance) => readSession(home, instance))
    .filter((session) => session !== undefined)
    .sort((a, b) => b.registeredAt.localeCompare(a.registeredAt));
}

/** @returns undefined where there is no such file, or it is no registration */
export function readSession(home: string, instance: string): Session | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(home, instance), 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const value = parseObject(text);
  return value && isSession(value) && value.instance === instance ? value : undefined;
}

/** The file that whoever registers with a session key locks. Its name tells nothing of the key. */
export function lockFor(home: string, sessionKey: string): string {
  makeFolder(home);
  const name = createHash('sha256').update(sessionKey).digest('hex').slice(0, 24);
  return join(folderOf(home), `registering-${name}.lock`);
}

function makeFolder(home: string): void {
  makeHome(home);
  mkdirSync(folderOf(home), { recursive: true, mode: 0o700 });
}

/** Keeps a registration. Readers see the old file or the new one, never half of one. */
export function writeSession(home: string, session: Session): void {
  const path = fileOf(home, session.instance);
  makeFolder(home);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Forgets a registration.
 * @param token forget it only where it still has this token: it may have been renewed meanwhile
 */
export function removeSession(home: string, instance: string, token?: string): void {
  if (token !== undefined && readSession(home, instance)?.token !== token) return;
  rmSync(fileOf(home, instance), { force: true });
}

function isSession(value: Record<string, unknown>): value is Record<string, unknown> & Session {
  const { sessionKey, own } = value;
  return (
    ['instance', 'project', 'directory', 'token', 'url', 'registeredAt'].every(
      (name) => typeof value[name] === 'string',
    ) &&
    (sessionKey === null || typeof sessionKey === 'string') &&
    typeof own === 'boolean'
  );
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
