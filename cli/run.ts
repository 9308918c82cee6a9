import { readConfig } from '../server/config.ts';
import { Actor } from './acting.ts';
import { nextPage } from './again.ts';
import { ask } from './client.ts';
import { ExitCode } from './exit.ts';
import { fillIn } from './fill.ts';
import type { RegisterResult } from './generated/results.ts';
import { json, resultOf, withoutSecrets } from './output/json.ts';
import { render } from './output/render.ts';
import { report } from './output/report.ts';
import { print } from './output/stream.ts';
import { paintFor } from './output/style.ts';
import { visibleLine } from './output/visible.ts';
import { Reach } from './reach.ts';
import { belongsTo, readSession, removeSession, writeSession } from './session.ts';
import type { Command, Globals } from './table.ts';

/**
 * Runs an operation: finds the server and who asks, asks, and prints the result. What goes wrong is told on standard error.
 * @param variables what the command line gave, as the server takes it
 * @returns the exit code
 */
export async function run(command: Command, variables: Record<string, unknown>, globals: Globals): Promise<number> {
  try {
    await perform(command, variables, globals);
    return ExitCode.done;
  } catch (error) {
    return report(error, globals.json);
  }
}

async function perform(command: Command, given: Record<string, unknown>, globals: Globals): Promise<void> {
  const surroundings = { cwd: process.cwd(), environment: process.env };
  const config = readConfig(surroundings.environment);
  const reach = new Reach(config, globals.url);
  const variables = fillIn(command, given, surroundings);
  const actor = await Actor.find(command.identity, { config, reach, as: globals.as, ...surroundings });
  const show = (data: Record<string, unknown>): Promise<boolean> => print(laidOut(data, command, given, globals));

  if (command.operation === 'subscription') {
    const { follow } = await import('./follow.ts');
    return follow({ command, variables, actor, show });
  }
  const mutation = command.operation === 'mutation';
  const repeatable = mutation && command.variables.some(({ name, fill }) => fill === 'clientKey' && variables[name]);
  const data = await actor.act((url, token) =>
    ask({ url, token, document: command.document, variables, mutation, repeatable }),
  );
  if (command.operationName === 'Register')
    keepRegistration(data as RegisterResult, command, variables, reach, config.home);
  if (command.operationName === 'Deregister') forgetRegistration(data, reach, config.home);
  await show(data);
}

/** A result as it is printed: JSON, or for people and agents to read. */
function laidOut(
  data: Record<string, unknown>,
  command: Command,
  given: Record<string, unknown>,
  globals: Globals,
): string {
  const result = resultOf(withoutSecrets(data, command.secrets));
  if (globals.json) return json(result, process.stdout.isTTY === true && command.operation !== 'subscription');
  return render(command.operationName, result, {
    now: Date.now(),
    paint: paintFor(process.stdout),
    more: (cursor) => visibleLine(nextPage(command, given, globals, cursor)),
    first: given.after === undefined,
  });
}

/** Stores the token before anything is printed: whoever reads that it is registered can go on. */
function keepRegistration(
  { register: { instance, token } }: RegisterResult,
  command: Command,
  variables: Record<string, unknown>,
  { url, own }: Reach,
  home: string,
): void {
  const filled = (fill: string): string | undefined => {
    const value = variables[command.variables.find((variable) => variable.fill === fill)?.name ?? ''];
    return typeof value === 'string' ? value : undefined;
  };
  writeSession(home, {
    instance: instance.id,
    project: instance.project.name,
    directory: filled('cwd') ?? instance.directory,
    sessionKey: filled('session') ?? null,
    token,
    url,
    own,
    registeredAt: new Date().toISOString(),
  });
}

function forgetRegistration(data: Record<string, unknown>, reach: Reach, home: string): void {
  const { id } = resultOf(data) as { id: string };
  const session = readSession(home, id);
  if (session && belongsTo(session, reach)) removeSession(home, id);
}
