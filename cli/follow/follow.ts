import type { IncomingMessage } from 'node:http';
import { visibleLine } from '../../server/visible.ts';
import { graphqlError, headersFor, refuseUnlessGraphQL, Unreachable, unreachable } from '../client/client.ts';
import { readEvents } from '../client/event-stream.ts';
import { asTransportError, open } from '../client/http.ts';
import { CliError, isPassing } from '../exit.ts';
import type { Actor } from '../identity/acting.ts';
import type { Command } from '../line/table.ts';
import { complain } from '../output/stream.ts';
import { parseObject } from '../reach/running.ts';
import { pauseFor } from './pause.ts';

/** Milliseconds of silence after which a connection counts as lost. The server sends a sign of life every 12 seconds. */
const silence = 45_000;

/** Longest pause before coming back, in milliseconds. */
const longestPause = 15_000;

/** Milliseconds after which a connection counts as a good one, so that the pauses begin anew. */
const settled = 10_000;

/** What a subscription needs. */
export interface Following {
  command: Pick<Command, 'document' | 'variables'>;
  variables: Record<string, unknown>;
  actor: Actor;
  /** Handles one event. @returns whether it is done, and the next one may come */
  handle: (data: Record<string, unknown>) => Promise<boolean>;
  /** Told of the cursor behind each event that is done, and of the one that the following begins at. */
  advance?: (cursor: string) => void;
  /** Ends it. */
  signal: AbortSignal;
}

/**
 * Handles what a subscription brings, one event at a time, until it is told to stop. A lost connection is taken up again
 * after the last event that was done, so that nothing is missed and nothing comes twice.
 * @throws CliError where the server refuses the subscription, or cannot be reached at first; whatever the callbacks throw
 */
export async function follow({ command, variables, actor, handle, advance, signal }: Following): Promise<void> {
  const resumes = command.variables.some(({ name }) => name === 'after');
  const asked = { ...variables };
  let connectedAt: number | undefined;
  let failures = 0;
  let told = false;
  let fault: { error: unknown } | undefined;

  const connected = (): void => {
    connectedAt = Date.now();
    told = false;
  };
  /** @returns whether the next one may come */
  const take = async (data: object): Promise<boolean> => {
    const cursor = cursorOf(data);
    if (cursor !== undefined && cursor === asked.after) return true;
    if (!opensOnly(data) && !(await handle(data as Record<string, unknown>))) return false;
    failures = 0;
    if (resumes && cursor !== undefined) {
      asked.after = cursor;
      advance?.(cursor);
    }
    // More may have come already.
    return !signal.aborted;
  };
  const connection = async (url: string, token: string): Promise<void> => {
    const subscription = { url, token, document: command.document, variables: asked, signal };
    for await (const { data, errors } of results(subscription, connected)) {
      const error = graphqlError(errors, url);
      if (error) throw error;
      if (typeof data !== 'object' || data === null) continue;
      const goesOn = await take(data).catch((error: unknown) => {
        fault = { error };
        throw error;
      });
      if (!goesOn) return;
    }
  };

  while (!signal.aborted) {
    const everConnected = connectedAt !== undefined;
    try {
      // A server that was stopped on purpose is waited for, not started again.
      await actor.act(connection, !everConnected);
    } catch (error) {
      // The handling of an event went wrong, and not the connection.
      if (fault) throw fault.error;
      if (signal.aborted) return;
      if (connectedAt === undefined || !isPassing(error)) throw error;
      if (!told) complain(`clambake: ${visibleLine(error.message)} Waiting for it to come back.\n`);
      told = true;
    }
    if (connectedAt !== undefined && Date.now() - connectedAt > settled) failures = 0;
    // Full jitter: after a restart its clients do not come back all at once.
    const pause = Math.min(longestPause, 250 * 2 ** Math.min(failures, 10)) * Math.random();
    failures += 1;
    await pauseFor(pause, signal);
  }
}

interface Subscription {
  url: string;
  token: string;
  document: string;
  variables: Record<string, unknown>;
  signal: AbortSignal;
}

/**
 * The results that the server sends over one connection (GraphQL over server-sent events, distinct connections mode).
 * @throws CliError where the server refuses or cannot be reached, or where the connection breaks
 */
async function* results(
  { url, token, document, variables, signal }: Subscription,
  connected: () => void,
): AsyncGenerator<Record<string, unknown>> {
  let streaming = false;
  try {
    const incoming = await open({
      url: `${url}/graphql`,
      method: 'POST',
      headers: { ...headersFor(token), accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: document, variables }),
      timeout: silence,
      signal,
    });
    const contentType = incoming.headers['content-type'] ?? '';
    if (!/^text\/event-stream\b/i.test(contentType)) {
      refuseUnlessGraphQL({ status: incoming.statusCode ?? 0, contentType, location: incoming.headers.location }, url);
      yield await readResult(incoming, url);
      return;
    }
    streaming = true;
    connected();
    for await (const event of readEvents(incoming)) {
      if (event.type === 'complete') return;
      if (event.type === 'next') yield parsed(event.data, url);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const cause = asTransportError(error, true);
    throw streaming
      ? new Unreachable(`The connection to ${url} is lost: ${cause.message}.`, false)
      : unreachable(cause, { url, mutation: false });
  }
}

/** The whole answer of a server that did not begin a stream, which is a refusal. */
async function readResult(incoming: IncomingMessage, url: string): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return parsed(Buffer.concat(chunks).toString('utf8'), url);
}

/** @throws Unreachable where the text is no result */
function parsed(text: string, url: string): Record<string, unknown> {
  const result = parseObject(text);
  if (!result) throw new Unreachable(`What ${url} sent is no GraphQL result.`, false);
  return result;
}

/** Whether a result only says where the following begins: `messageReceived` opens with a cursor and no message. */
function opensOnly(data: object): boolean {
  const [value]: unknown[] = Object.values(data);
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { message?: unknown; cursor?: unknown }).message === null &&
    'cursor' in value
  );
}

/** The cursor in the root field of a result, where it has one. */
function cursorOf(data: object): string | undefined {
  const [value]: unknown[] = Object.values(data);
  const cursor = typeof value === 'object' && value !== null ? (value as { cursor?: unknown }).cursor : undefined;
  return typeof cursor === 'string' ? cursor : undefined;
}
