import { exchange } from '../../faults/client.ts';
import type { OwnServer } from '../own-server.ts';

/** Asks a server for a path. @returns the body @throws Error for any status but 200, and where a hook was let pass for a reason */
export async function askFor(
  { endpoint, token }: OwnServer,
  path: string,
  body?: object,
  accept?: string,
): Promise<string> {
  const options = accept === undefined ? {} : { accept };
  const { status, headers, text } = await exchange(endpoint, token, path, body && JSON.stringify(body), options);
  const problem = headers['clambake-problem'];
  if (status === 200 && problem === undefined) return text;
  throw new Error(`${path}: ${status} ${String(problem)} ${text.slice(0, 300)}`);
}

/** Calls a hook of a session. @returns what it adds to the context, all strings together */
export async function hook(
  server: OwnServer,
  event: string,
  session: string,
  cwd: string,
  more: object = {},
): Promise<string> {
  const answer = await askFor(server, `/hooks/${event}`, { session_id: session, cwd, hook_event_name: event, ...more });
  const { hookSpecificOutput } = JSON.parse(answer) as { hookSpecificOutput?: Record<string, string> };
  const { additionalContext = '', permissionDecisionReason = '' } = hookSpecificOutput ?? {};
  return additionalContext + permissionDecisionReason;
}
