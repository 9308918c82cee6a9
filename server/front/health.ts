import type { ServerResponse } from 'node:http';
import type { Logger } from '../logger.ts';
import { sendJson } from './reply.ts';
import { within } from './within.ts';

/**
 * Answers GET /health: 200 while the database answers, 503 while it does not or the server is stopping. What failed is not told here,
 * where no token is asked for.
 * @param limit milliseconds the database has to answer
 */
export async function answerHealth(
  response: ServerResponse,
  health: () => Promise<Record<string, unknown>>,
  stopping: AbortSignal,
  limit: number,
  log: Logger,
): Promise<void> {
  if (stopping.aborted) return sendJson(response, 503, { status: 'stopping' });
  const asking = health().catch((error: unknown) => void log.warn({ err: error }, 'the database cannot be reached'));
  const fields = await within(limit, asking, () => undefined);
  if (fields) sendJson(response, 200, { status: 'ok', ...fields });
  else sendJson(response, 503, { status: 'unavailable', error: 'The database cannot be reached.' });
}
