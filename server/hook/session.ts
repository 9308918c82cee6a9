import type { Context, InstanceViewer } from '../context.ts';
import { instanceOfSession } from '../instance/authenticate.ts';
import { register } from '../instance/service.ts';
import { projectName, projectNameOf } from '../place/place.ts';
import { registering } from './events.ts';
import type { HookInput } from './input.ts';

/** The instance that a session is. */
export interface SessionInstance {
  viewer: InstanceViewer;
  /** Whether it has registered just now. */
  fresh: boolean;
}

/**
 * The instance that a session is. With its own token that is the instance of the token. The server's token acts for any session: by
 * its id, which is the session key; a session that is not known registers, for the folder it is in.
 * @returns undefined where there is none and the event makes none
 * @throws ClambakeError as {@link register} does
 */
export async function instanceOf(context: Context, input: HookInput): Promise<SessionInstance | undefined> {
  const { event, sessionId, cwd, model, clambake } = input;
  if (context.viewer.kind === 'instance') return { viewer: context.viewer, fresh: clambake.introduce === true };
  const known = await instanceOfSession(context, sessionId);
  if (known) return { viewer: known, fresh: false };
  if (!registering.has(event)) return undefined;
  // Others' folders cannot be looked into from here.
  const project = context.secrets.sharedBy === null ? projectName(cwd) : projectNameOf(cwd);
  await register(context, { project, directory: cwd, sessionKey: sessionId, model });
  const viewer = await instanceOfSession(context, sessionId);
  return viewer && { viewer, fresh: true };
}
