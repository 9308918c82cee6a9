import { type Config, ConfigError, readConfig } from '../../server/config.ts';
import manifest from '../../package.json' with { type: 'json' };
import { CliError, ExitCode } from '../exit.ts';
import type { Globals, LocalInput } from '../line/table.ts';
import { json } from '../output/json.ts';
import { print } from '../output/stream.ts';
import { paintFor } from '../output/style.ts';
import { Reach } from '../reach/reach.ts';
import { type Check, type Finding, fail, written } from './check.ts';
import { checkHooks } from './hooks.ts';
import { checkHome, checkNode } from './machine.ts';
import { checkPlugin } from './plugin.ts';
import { checkServer, checkToken } from './server.ts';
import { checkSession } from './session.ts';

/**
 * `clambake doctor`: looks at every link from this shell to the database and says what is wrong and how to mend it. It starts no
 * server, and changes nothing.
 */
export async function doctor({ globals }: LocalInput): Promise<number> {
  const checks = await examine(globals, process.env, process.cwd());
  const well = checks.every(({ state }) => state !== 'fail');
  await print(
    globals.json ? json({ ok: well, checks }, process.stdout.isTTY === true) : written(checks, paintFor(process.stdout)),
  );
  return well ? ExitCode.done : ExitCode.failed;
}

async function examine(globals: Globals, environment: NodeJS.ProcessEnv, cwd: string): Promise<Check[]> {
  const checks: Check[] = [];
  /** Adds what was found. A file that cannot be read is a finding too. */
  const add = async (link: string, find: () => Finding | Promise<Finding>): Promise<void> => {
    try {
      checks.push({ link, ...(await find()) });
    } catch (error) {
      if (!isFindable(error)) throw error;
      checks.push({ link, ...fail((error as Error).message) });
    }
  };
  const { version, engines } = manifest;
  const plugin = checkPlugin(environment, cwd, version);
  await add('node', () => checkNode(process.versions.node, engines.node));
  await add('home', () => checkHome(clambakeHome(environment)));
  await add('server', async () => {
    const config = readConfig(environment);
    // Whoever asks what is wrong wants to see it, and not to have a server started over it.
    const reach = new Reach(config, globals.url, { ...environment, CLAMBAKE_AUTOSTART: '0' });
    const { server, database, usable } = await checkServer(reach, version);
    const token = await operatorToken(reach);
    later.push(
      () => add('token', () => checkToken(reach, token, usable)),
      () => add('database', () => database),
      () =>
        add('session', () =>
          checkSession({
            ...{ config, reach, as: globals.as, cwd, environment, usable },
            token: typeof token === 'string' ? token : undefined,
          }),
        ),
      () => add('hooks', () => checkHooks(config.home, plugin.enabled, Date.now())),
    );
    return server;
  });
  return checks;
}

/** @returns why there is none, where there is none */
async function operatorToken(reach: Reach): Promise<string | CliError> {
  try {
    return await reach.operatorToken();
  } catch (error) {
    if (error instanceof CliError) return error;
    if (error instanceof ConfigError) return new CliError(ExitCode.usage, 'BAD_CONFIGURATION', error.message);
    throw error;
  }
}
