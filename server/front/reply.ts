import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './refusal.ts';

/** Headers of every answer: it is taken as what it says it is, kept nowhere, and tells no other site where it was asked. */
export const plainHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Milliseconds in which a refused body may still arrive, so that its sender gets to read the refusal. */
const lingering = 1000;

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...plainHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** Answers with an error in the shape of GraphQL over HTTP. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, code, message, headers } = refusal;
  const body = { errors: [{ message, extensions: { code } }] };
  const accepted = request.headers.accept?.includes('application/graphql-response+json');
  const type = accepted ? { 'content-type': 'application/graphql-response+json; charset=utf-8' } : {};
  sendJson(response, status, body, { ...type, ...headers });
  if (request.complete) return;
  // A socket closed on a sender who is still sending is reset, and the answer lost with it.
  request.resume();
  const timer = setTimeout(() => request.destroy(), lingering);
  request.once('close', () => clearTimeout(timer));
}

/** The parts of a fetch Response that are used here. */
interface Answer {
  status: number;
  headers: Headers;
  body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}

/** Sends an answer that is a whole. */
export async function sendText(response: ServerResponse, answer: Answer): Promise<void> {
  sendWhole(response, answer.status, await answer.text(), Object.fromEntries(answer.headers));
}

/** Sends an answer that is a text. */
export function sendWhole(response: ServerResponse, status: number, text: string, headers: object): void {
  response.writeHead(status, { ...plainHeaders, ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** A stream that is being sent. */
export interface OpenStream {
  /** Ends it without `complete`, which tells the client that there is more and to come back. */
  end(): void;
  /** Settled once nothing more is sent. */
  done: Promise<void>;
}

/**
 * Sends an answer as it comes, never faster than it is read: while the reader is behind, nothing is pulled from the subscription.
 * @param stall milliseconds a reader may stay behind before the connection is cut
 */
export function sendStream(response: ServerResponse, answer: Answer, stall: number): OpenStream {
  response.writeHead(answer.status, { ...plainHeaders, ...Object.fromEntries(answer.headers) });
  const { body } = answer;
  if (!body) {
    response.end();
    return { end: () => undefined, done: Promise.resolve() };
  }
  let ended = false;
  const cancel = (): void => {
    if (ended) return;
    ended = true;
    // The subscription may take a while to notice; nobody waits for it.
    body.cancel().catch(() => response.destroy());
  };
  response.once('close', cancel);
  if (response.destroyed) cancel();
  const pump = async (): Promise<void> => {
    try {
      for await (const chunk of body) {
        if (ended) break;
        if (response.write(chunk) || (await drained(response, stall))) continue;
        // Not left to the 'close' event: a subscription that always has a next event would keep it from being heard.
        cancel();
        response.destroy();
      }
    } catch (error) {
      // Cancelling makes the pending read fail, which is how the loop is left.
      if (!ended) throw error;
    } finally {
      response.end();
    }
  };
  const end = (): void => {
    cancel();
    response.end();
  };
  return { end, done: pump() };
}

/** Whether the reader has caught up in time. */
function drained(response: ServerResponse, stall: number): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (inTime: boolean): void => {
      clearTimeout(timer);
      response.off('drain', onDrain).off('close', onClose);
      resolve(inTime);
    };
    const onDrain = (): void => settle(true);
    const onClose = (): void => settle(false);
    const timer = setTimeout(() => settle(false), stall);
    response.once('drain', onDrain).once('close', onClose);
  });
}
