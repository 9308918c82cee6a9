import { readConfig } from '../server/config.ts';
import { visibleLine } from '../server/visible.ts';
import { ask } from './client/client.ts';
import { withPatience } from './client/waiting.ts';
import { CliError, ExitCode } from './exit.ts';
import { Actor, type Asking } from './identity/acting.ts';
import { fillIn } from './identity/fill.ts';
import { liveAmong } from './identity/live.ts';
import { alikeTo, forget, register } from './identity/registration.ts';
import { nameResources } from './identity/resource.ts';
import { nextPage } from './line/again.ts';
import { type Command, formats, type Globals, type LocalOptions } from './line/table.ts';
import { holdsSomething, json, resultOf, withoutSecrets } from './output/json.ts';
import { render } from './output/render.ts';
import { report } from './output/report.ts';
import { complain, print } from './output/stream.ts';
import { paintFor } from './output/style.ts';
import { Reach } from './reach/reach.ts';

/**
 * Runs an operation: finds the server and who asks, asks, and prints the result. What goes wrong is told on standard error.
 * @param variables what the command line gave, as the server takes it
 * @param options what the command line gave for itself
 * @returns the exit code
 */
export async function run(
  command: Command,
  variables: Record<string, unknown>,
  globals: Globals,
  options: LocalOptions = {},
): Promise<number> {
  try {
    return await perform(command, variables, globals, options);
  } catch (error) {
    return report(error, globals.json);
  }
}

async function perform(
  command: Command,
  given: Record<string, unknown>,
  globals: Globals,
  options: LocalOptions,
): Promise<ExitCode> {
  const surroundings = { cwd: process.cwd(), environment: process.env };
  const config = readConfig(surroundings.environment);
  const reach = new Reach(config, globals.url);
  const asking = { config, reach, as: globals.as, ...surroundings };
  const actor = await Actor.find(command.identity, asking);
  const filled = fillIn(command, given, surroundings);
  const variables = nameResources(command, filled, { cwd: surroundings.cwd, session: actor.session });
  const show = (data: Record<string, unknown>): Promise<boolean> =>
    print(laidOut(data, command, given, globals, options));

  if (command.operation === 'subscription') {
    const { subscribe } = await import('./follow/subscribe.ts');
    await subscribe({ command, variables, options, globals, actor, show, ...surroundings });
    return ExitCode.done;
  }
  switch (command.operationName) {
    case 'Register':
      await registerHere(command, variables, asking, actor, show);
      return ExitCode.done;
    case 'Deregister': {
      const data = await deregister(command, variables, actor, asking);
      forget((resultOf(data) as { id: string }).id, reach, config.home);
      await show(data);
      return ExitCode.done;
    }
    default: {
      const data = await request(command, variables, actor);
      await show(data);
      return command.blocked?.some((path) => holdsSomething(data, path)) ? ExitCode.blocked : ExitCode.done;
    }
  }
}

function request(
  command: Command,
  variables: Record<string, unknown>,
  actor: Actor,
  unanswered?: () => void,
): Promise<Record<string, unknown>> {
  const { document, operation, repeatable, variables: table } = command;
  const once = table.some((variable) => variable.once && variables[variable.name]);
  return withPatience(command, variables, (patience) =>
    actor.act((url, token, vouch) =>
      ask({
        ...{ url, token, document, variables, patience, vouch },
        mutation: operation === 'mutation',
        repeatable: repeatable && !once,
        ...(unanswered ? { unanswered } : {}),
      }),
    ),
  );
}

/** Registers, and tells of others in the same folder without a key: commands without `--as` could not tell whose they are. */
async function registerHere(
  command: Command,
  variables: Record<string, unknown>,
  { config, reach }: Asking,
  actor: Actor,
  show: (data: Record<string, unknown>) => Promise<boolean>,
): Promise<void> {
  const alike = alikeTo(command, variables, reach, config.home);
  const live = alike.length === 0 ? new Set() : await actor.act((url, token) => liveAmong(alike, url, token));
  const send = (sent: Record<string, unknown>): Promise<Record<string, unknown>> => request(command, sent, actor);
  await show(await register(command, variables, send, reach, config.home));
  const others = alike.filter((instance) => live.has(instance));
  const [one] = others;
  if (one === undefined) return;
  complain(
    `clambake: registered from this folder without a session key before, and still here: ${others.map(visibleLine).join(', ')}. ` +
      'To tell them apart, give each session its own CLAMBAKE_SESSION or each command --as <instance>; ' +
      `to end the other: clambake deregister --as ${visibleLine(one)}\n`,
  );
}

/**
 * Where the answer is lost, the instance has left and its token with it: what became of it only the operator can ask.
 */
async function deregister(
  command: Command,
  variables: Record<string, unknown>,
  actor: Actor,
  asking: Asking,
): Promise<Record<string, unknown>> {
  let unanswered = false;
  try {
    return await request(command, variables, actor, () => {
      unanswered = true;
    });
  } catch (error) {
    const left = unanswered && error instanceof CliError && error.code === 'UNAUTHENTICATED';
    if (!left || actor.instance === undefined) throw error;
    const operator = await Actor.find('operator', { ...asking, as: undefined }).catch(() => {
      // Without the server's token there is no asking: the refusal is what is known.
      throw error;
    });
    return request(command, { ...variables, instance: actor.instance }, operator);
  }
}

/** A result as it is printed: JSON, or for people and agents to read. */
function laidOut(
  data: Record<string, unknown>,
  command: Command,
  given: Record<string, unknown>,
  globals: Globals,
  options: LocalOptions,
): string {
  const result = resultOf(withoutSecrets(data, command.secrets));
  if (globals.json) return json(result, process.stdout.isTTY === true && command.operation !== 'subscription');
  const format = formats.find((name) => options[name]);
  return render(command.operationName, result, {
    now: Date.now(),
    paint: paintFor(process.stdout),
    more: (cursor) => visibleLine(nextPage(command, given, globals, cursor)),
    first: given.after === undefined,
    ...(typeof given.wait === 'string' ? { waited: given.wait } : {}),
    ...(typeof given.budget === 'number' ? { budget: given.budget } : {}),
    ...(format ? { format } : {}),
  });
}
