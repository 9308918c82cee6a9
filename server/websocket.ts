import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { assertOwn } from './front/gate.ts';
import type { OwnHosts } from './front/host.ts';
import { type Connection, type ProtocolSetup, protocolOptions } from './front/protocol.ts';
import { Refusal } from './front/refusal.ts';
import { attach } from './front/socket.ts';

/** 1012, "Service Restart": clients of graphql-ws connect again. */
const restarting = 1012;

/** The WebSockets of a server. */
export interface Sockets {
  /** Tells every client to connect again, as soon as its queries and mutations have been answered. */
  restart(): void;
  /** Cuts what is left. */
  terminate(): void;
}

interface Setup<Viewer> extends ProtocolSetup<Viewer> {
  hosts: OwnHosts;
}

/**
 * Accepts `graphql-transport-ws` connections at /graphql of this server, under the rules that hold on HTTP. Yoga's hooks on requests
 * never run here: what they would refuse is refused by the document rules, which do, or below.
 */
export function acceptSockets<Viewer>(server: Server, setup: Setup<Viewer>): Sockets {
  const { options, limits, hosts } = setup;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.bodyBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const connections = new Map<WebSocket, Connection>();
  let stopping = false;
  const leave = (connection: Connection): void => {
    const waited = [...connection.running].some(({ record }) => record.type !== 'subscription');
    if (stopping && !waited) connection.socket.close(restarting, 'Service restart');
  };
  const graphql = makeServer(protocolOptions(setup, leave));

  server.on('upgrade', (request, raw, head) => {
    const broken = (error: Error): void =>
      options.log.debug({ err: error }, 'the connection broke while it was upgraded');
    raw.on('error', broken);
    try {
      if (stopping)
        throw new Refusal(503, 'DATABASE_UNAVAILABLE', 'The server is stopping: connect again in a moment.');
      assertOwn(request, hosts);
      if (!/^\/graphql(\?|$)/.test(request.url ?? ''))
        throw new Refusal(404, 'NOT_FOUND', 'WebSockets are at /graphql.');
      if (connections.size >= limits.sockets) {
        throw new Refusal(
          503,
          'LIMIT_EXCEEDED',
          `The server has ${limits.sockets} open WebSockets, which is all it takes.`,
        );
      }
    } catch (error) {
      refuseUpgrade(raw, error, setup);
      return;
    }
    raw.off('error', broken);
    sockets.handleUpgrade(request, raw, head, (socket) => {
      const connection: Connection = { socket, running: new Set() };
      connections.set(socket, connection);
      socket.once('close', () => {
        connections.delete(socket);
        for (const { abandoned } of connection.running) abandoned.abort();
      });
      attach(graphql, connection, socket, limits, options.log);
    });
  });

  return {
    restart: () => {
      stopping = true;
      for (const connection of connections.values()) leave(connection);
    },
    terminate: () => {
      for (const socket of connections.keys()) socket.terminate();
    },
  };
}

function refuseUpgrade<Viewer>(raw: Duplex, error: unknown, { mask, options }: Setup<Viewer>): void {
  const { status, code, message } = error instanceof Refusal ? error : Refusal.from(mask(error));
  options.log.info({ via: 'websocket', status, code }, 'refused');
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  raw.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
