import { parseDuration } from '../../server/config.ts';
import { visibleLine } from '../../server/visible.ts';
import type { Command } from '../line/table.ts';
import { complain } from '../output/stream.ts';
import { listenForSignals } from '../signals.ts';
import type { Patience } from './client.ts';

/** Milliseconds without an answer after which a person is told what is going on. */
const quiet = 2000;

/**
 * Asks with patience, where the command line said how long to wait. On a terminal it says after a while that it waits. Ctrl-C ends it:
 * the connection is closed, by which the server knows that nobody waits any more.
 * @param variables what is sent
 * @param ask asks the server, perhaps several times
 * @param terminal whether a person reads standard error
 * @throws Interrupted, and whatever `ask` throws
 */
export async function withPatience<Result>(
  { variables: table }: Pick<Command, 'variables'>,
  variables: Readonly<Record<string, unknown>>,
  ask: (patience: Patience | undefined) => Promise<Result>,
  terminal = process.stderr.isTTY === true,
): Promise<Result> {
  const variable = table.find(({ wait }) => wait)?.name;
  const text = variable === undefined ? undefined : variables[variable];
  const wait = typeof text === 'string' ? parseDuration(text) : undefined;
  // The server says what it has against a wait of 0 s.
  if (variable === undefined || !wait) return ask(undefined);

  const { signal, release } = listenForSignals();
  const resources = table.filter(({ resource }) => resource).flatMap(({ name }) => variables[name] ?? []);
  const told = terminal && setTimeout(() => complain(waitingFor(resources.map(String), String(text))), quiet);
  try {
    return await ask({ variable, until: Date.now() + wait, signal });
  } finally {
    if (told) clearTimeout(told);
    release();
  }
}

/** `clambake: Waiting for port:5432 and 2 more, at most 5m. Ctrl-C ends it.` */
function waitingFor([first, ...others]: string[], wait: string): string {
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `clambake: Waiting for ${first === undefined ? 'an answer' : visibleLine(first)}${more}, at most ${wait}. Ctrl-C ends it.\n`;
}
