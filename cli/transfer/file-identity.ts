import { readFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { repositoriesAround } from '../../server/place/repository.ts';

/**
 * What a file is called wherever it is named: in a repository with an origin the origin and the path in it, which are the same in every
 * clone; otherwise its whole path on this machine. Two files never have the same.
 */
export function identityOf(path: string): string[] {
  const whole = realpathSync(path);
  const [repository] = repositoriesAround(resolve(whole, '..'));
  if (!repository) return [hostname(), whole];
  const place = relative(realpathSync(repository.root), whole).split(sep).join('/');
  const origin = originOf(repository.common);
  return origin === undefined ? [hostname(), realpathSync(repository.common), place] : [origin, place];
}

/** Where a repository was cloned from, as host and path: however it is reached it is the same, and no password is in it. */
function originOf(common: string): string | undefined {
  let config: string;
  try {
    config = readFileSync(join(common, 'config'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const [, section = ''] = /^\[remote "origin"\]([^[]*)/m.exec(config) ?? [];
  const [, url] = /^\s*url\s*=\s*(\S+)\s*$/m.exec(section) ?? [];
  // https://user@host/owner/name.git and git@host:owner/name are one.
  const [, host, place] =
    /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?([\w.-]+\.[a-z]+)(?::\d+)?[:/]+(.+?)(?:\.git)?\/?$/i.exec(url ?? '') ?? [];
  return host === undefined || place === undefined ? undefined : `${host}/${place}`.toLowerCase();
}
