import manifest from '../../package.json' with { type: 'json' };
import { type Config, ConfigError, clambakeHome, readConfig } from '../../server/config.ts';
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
    globals.json
      ? json({ ok: well, checks }, process.stdout.isTTY === true)
      : written(checks, paintFor(process.stdout)),
  );
  return well ? ExitCode.done : ExitCode.failed;
}

async function examine(globals: Globals, environment: NodeJS.ProcessEnv, cwd: string): Promise<Check[]> {
  const checks: Check[] = [];
  /** Adds what was found. A setting that cannot be used, or a file that cannot be read, is a finding too. */
  const add = async (link: string, find: () => Finding | Promise<Finding>): Promise<void> => {
    try {
      checks.push({ link, ...(await find()) });
    } catch (error) {
      if (!isFinding(error)) throw error;
      checks.push({ link, ...fail(error.message) });
    }
  };
  const { version, engines } = manifest;
  const home = clambakeHome(environment);
  const plugin = checkPlugin(environment, cwd, version);
  await add('node', () => checkNode(process.versions.node, engines.node));
  await add('home', () => checkHome(home));
  let found: { reach: Reach; config: Config; database: Finding; usable: boolean } | undefined;
  await add('server', async () => {
    const config = readConfig(environment);
    // Whoever asks what is wrong wants to see it, and not to have a server started over it.
    const reach = new Reach(config, globals.url, { ...environment, CLAMBAKE_AUTOSTART: '0' });
    const { server, ...rest } = await checkServer(reach, version);
    found = { reach, config, ...rest };
    return server;
  });
  if (found) {
    const { reach, config, database, usable } = found;
    const token = await operatorToken(reach);
    await add('token', () => checkToken(reach, token, usable));
    await add('database', () => database);
    const asking = { config, reach, as: globals.as, cwd, environment, usable };
    await add('session', () => checkSession({ ...asking, token: typeof token === 'string' ? token : undefined }));
  }
  await add('plugin', () => plugin.finding);
  await add('hooks', () => checkHooks(home, plugin.enabled, Date.now()));
  return checks;
}

/** Whether it says what is wrong with the machine, and not with this program. */
function isFinding(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof CliError || (error instanceof Error && 'syscall' in error);
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
