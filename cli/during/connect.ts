import type { Config } from '../../server/config.ts';
import { Actor } from '../identity/acting.ts';
import { Reach } from '../reach/reach.ts';

/** From where the server is asked, and as whom. */
export interface Standing {
  config: Config;
  /** `--url`. */
  url: string | undefined;
  /** `--as`. */
  as: string | undefined;
}

/** Looks where the server is now, and acts as whoever is meant. @throws CliError */
export function connect({ config, url, as }: Standing): Promise<Actor> {
  const surroundings = { cwd: process.cwd(), environment: process.env };
  return Actor.find('any', { config, reach: new Reach(config, url), as, ...surroundings });
}
