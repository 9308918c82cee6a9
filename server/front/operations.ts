import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../logger.ts';
import type { Engine, OperationContext } from './engine.ts';
import type { Mask } from './failure.ts';
import type { Limits } from './limits.ts';
import { runQuickly } from './quick.ts';
import { logOperation, type OperationRecord } from './record.ts';
import { Refusal } from './refusal.ts';
import { type OpenStream, sendJson, sendStream, sendText, sendWhole } from './reply.ts';

interface Surroundings<Viewer> {
  log: Logger;
  context(viewer: Viewer, signal: AbortSignal): object;
  nameOf(viewer: Viewer): string;
}

/** Runs operations that came over HTTP and sends what they give, at once or as a stream (SSE). */
export class Operations<Viewer> {
  readonly #surroundings: Surroundings<Viewer>;
  readonly #engine: Engine;
  readonly #mask: Mask;
  readonly #limits: Limits;
  readonly #streams = new Set<OpenStream>();

  constructor(surroundings: Surroundings<Viewer>, engine: Engine, mask: Mask, limits: Limits) {
    this.#surroundings = surroundings;
    this.#engine = engine;
    this.#mask = mask;
    this.#limits = limits;
  }

  /**
   * Answers one request of an authenticated caller.
   * @param body of a POST
   * @throws Refusal where it cannot be run
   */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    viewer: Viewer,
    body: string | undefined,
  ): Promise<void> {
    const { log, context, nameOf } = this.#surroundings;
    const since = performance.now();
    const record: OperationRecord = {};
    if (request.method === 'GET') assertJsonParameters(request.url ?? '');
    if (this.#streams.size >= this.#limits.streams && /event-stream|multipart/.test(request.headers.accept ?? '')) {
      throw new Refusal(
        503,
        'LIMIT_EXCEEDED',
        `The server has ${this.#limits.streams} open streams, which is all it takes: try again later.`,
      );
    }
    const abandoned = new AbortController();
    // Where there is an answer nothing goes on that could be given up, and giving up makes an error with its stack.
    const abandon = (): void => abandoned.abort();
    response.once('close', abandon);
    const operation: OperationContext = { record, makeContext: () => context(viewer, abandoned.signal) };
    const quick =
      body === undefined ? undefined : await runQuickly(this.#engine, request.headers.accept, body, operation);
    if (quick?.answer) {
      response.off('close', abandon);
      sendWhole(response, 200, quick.answer.text, { 'content-type': quick.answer.contentType });
      logOperation(log, record, { viewer: nameOf(viewer), via: 'http', since, status: 200 });
      return;
    }
    // Only what Yoga needs: the token stays outside.
    const asked = new this.#engine.fetchAPI.Request(`http://localhost${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: {
        accept: request.headers.accept ?? '*/*',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const answer = await this.#engine.handleRequest(asked, { ...operation, ...(quick && { result: quick.result }) });
    const { status } = answer;
    if (/^(text\/event-stream|multipart\/)/.test(answer.headers.get('content-type') ?? '')) {
      const stream = sendStream(response, answer, this.#limits.stall);
      this.#streams.add(stream);
      try {
        await stream.done;
      } catch (error) {
        this.#mask(error);
        response.destroy();
      } finally {
        this.#streams.delete(stream);
        logOperation(log, record, { viewer: nameOf(viewer), via: 'sse', since, status });
      }
      return;
    }
    response.off('close', abandon);
    if (status === 406) {
      const message = `The Accept header "${request.headers.accept ?? ''}" fits nothing this operation gives: application/json for queries and mutations, text/event-stream for subscriptions.`;
      sendJson(response, status, { errors: [{ message, extensions: { code: 'BAD_INPUT' } }] });
    } else await sendText(response, answer);
    logOperation(log, record, { viewer: nameOf(viewer), via: 'http', since, status });
  }

  /** Ends every stream without `complete`: its reader comes back with its cursor. */
  endStreams(): void {
    for (const stream of this.#streams) stream.end();
  }
}

/** Yoga takes malformed JSON in a query string for an error of its own. */
function assertJsonParameters(url: string): void {
  const parameters = new URL(url, 'http://localhost').searchParams;
  for (const name of ['variables', 'extensions']) {
    const text = parameters.get(name);
    if (!text) continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw new Refusal(400, 'BAD_INPUT', `The parameter "${name}" is not a JSON object.`);
    }
  }
}
