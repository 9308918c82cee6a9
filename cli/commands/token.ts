import { readConfig } from '../../server/config.ts';
import { ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { json } from '../output/json.ts';
import { complain, print } from '../output/stream.ts';
import { Reach } from '../reach/reach.ts';
import { graphiqlUrl } from './serve.ts';

/**
 * `clambake token`: prints the access token, and nothing else, so that it can be handed on: `CLAMBAKE_TOKEN=$(clambake token)`.
 * On a terminal the address that opens GraphiQL with it follows on standard error.
 */
export async function token({ globals }: LocalInput): Promise<number> {
  // Whoever asks for the token of a server that has never run gets the one it will have: never an empty line.
  const reach = new Reach(readConfig(), globals.url);
  const text = await reach.operatorToken();
  const graphiql = graphiqlUrl(reach.url, text);
  await print(globals.json ? json({ token: text, graphiql }, process.stdout.isTTY === true) : `${text}\n`);
  if (!globals.json && process.stdout.isTTY === true) complain(`GraphiQL: ${graphiql}\n`);
  return ExitCode.done;
}
