import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

interface Rules {
  /** Bytes of a body; past them it answers 413 in HTML, as nginx does. */
  most?: number;
  /** Requests of imports that are let through; the next one waits here until it is released, or whoever asks has gone. */
  imports?: number;
}

/** The lines of the records that one request of an import holds, by their kind. */
export interface Passed {
  instances: number[];
  memories: number[];
  revisions: number[];
  links: number[];
}

type Lines = { line: number }[];

/** A reverse proxy before a server, which says what an import has sent. */
export class Gate {
  readonly url: string;
  /** What was let through, request by request. */
  readonly passed: Passed[] = [];
  /** How many requests it refused for their size. */
  refused = 0;
  /** Once a request waits. */
  readonly held: Promise<void>;
  /** Lets what waits through, and everything after it. */
  release: () => void = () => undefined;
  readonly #server: http.Server;

  private constructor(server: http.Server, held: Promise<void>) {
    this.#server = server;
    this.held = held;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(
    target: string,
    { most = Number.POSITIVE_INFINITY, imports = Number.POSITIVE_INFINITY }: Rules,
  ): Promise<Gate> {
    let hold = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    let release = (): void => undefined;
    let isReleased = false;
    const released = new Promise<void>((resolve) => {
      release = () => {
        isReleased = true;
        resolve();
      };
    });
    let gate: Gate | undefined;
    const server = http.createServer((request, response) => {
      void answer().catch((error: unknown) => response.destroy(error as Error));
      async function answer(): Promise<void> {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks);
        if (body.length > most) {
          if (gate) gate.refused += 1;
          response.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413 Request Entity Too Large</h1>');
          return;
        }
        const sent = linesOf(body.toString());
        if (gate && sent) {
          if (gate.passed.length >= imports && !isReleased) {
            hold();
            await released;
            if (response.destroyed) return;
          }
          gate.passed.push(sent);
        }
        const { authorization = '', 'content-type': type = '' } = request.headers;
        const isPost = request.method === 'POST';
        const headers = { authorization, ...(isPost ? { 'content-type': type } : {}) };
        const found = await fetch(`${target}${request.url}`, {
          ...{ method: request.method ?? 'GET', headers },
          ...(isPost ? { body } : {}),
        });
        response.writeHead(found.status, { 'content-type': found.headers.get('content-type') ?? '' });
        response.end(Buffer.from(await found.arrayBuffer()));
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    gate = new Gate(server, held);
    gate.release = release;
    return gate;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** @returns undefined where it is no import of records */
function linesOf(body: string): Passed | undefined {
  if (!body.includes('importMemories')) return undefined;
  const { variables } = JSON.parse(body) as {
    variables: { instances: Lines; memories: (Lines[number] & { revisions: Lines })[]; links: Lines };
  };
  const of = (records: Lines): number[] => records.map(({ line }) => line);
  return {
    instances: of(variables.instances),
    memories: of(variables.memories),
    revisions: of(variables.memories.flatMap(({ revisions }) => revisions)),
    links: of(variables.links),
  };
}
