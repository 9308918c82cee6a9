import type { Server } from 'graphql-ws';
import { CloseCode } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Logger } from '../logger.ts';
import type { Limits } from './limits.ts';

/**
 * Joins a socket to the protocol. graphql-ws brings a function for this, which writes to the console, sends the text of internal errors
 * to the client and never looks at how much a client leaves unread.
 */
export function attach<Extra>(
  server: Server<Extra>,
  extra: Extra,
  socket: WebSocket,
  limits: Limits,
  log: Logger,
): void {
  /** Who only sends and never reads would have the answers pile up here. */
  const reads = (): boolean => {
    if (socket.bufferedAmount <= limits.unread) return true;
    log.info({ via: 'websocket', unread: socket.bufferedAmount }, 'a reader is too far behind: cut');
    socket.terminate();
    return false;
  };
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (text) => sendText(socket, text),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) =>
        socket.on('message', (data: RawData) => {
          if (!reads()) return;
          handle(String(data)).catch((error: unknown) => {
            log.error({ err: error, via: 'websocket' }, 'internal error on a connection');
            socket.close(CloseCode.InternalServerError, 'Internal error');
          });
        }),
    },
    extra,
  );
  socket.on('ping', reads);
  // ws closes the socket itself, with 1009 for a frame that is too large.
  socket.on('error', (error) => log.info({ err: error, via: 'websocket' }, 'connection failed'));
  const stopPings = keepAlive(socket, limits.ping);
  socket.once('close', (code, reason) => {
    stopPings();
    Promise.resolve(closed(code, String(reason))).catch((error: unknown) =>
      log.error({ err: error, via: 'websocket' }, 'internal error after a connection'),
    );
  });
}

/** Sends a text. Settles once it is with the operating system, so that a subscription waits for its reader; a failure closes the socket. */
export function sendText(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    // Not at once: a subscription that always has a next event would then never let the socket's end be heard.
    if (socket.readyState !== socket.OPEN) setImmediate(resolve);
    else socket.send(text, () => resolve());
  });
}

/** Cuts a connection whose other end is gone. */
function keepAlive(socket: WebSocket, interval: number): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, interval);
  return () => clearInterval(timer);
}
