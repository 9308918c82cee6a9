import { Agent, request } from 'node:http';
import type { OwnServer } from '../own-server.ts';

/** Asks a server for one path after the other, over one connection that is kept. */
export class Line {
  readonly #server: OwnServer;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(server: OwnServer) {
    this.#server = server;
  }

  /** @returns the body @throws Error for any status but 200 */
  ask(path: string, body?: object): Promise<string> {
    const { endpoint, token } = this.#server;
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...{ agent: this.#agent, host: '127.0.0.1', port: endpoint.port, path },
          method: text === undefined ? 'GET' : 'POST',
          headers: {
            host: endpoint.authority,
            authorization: `Bearer ${token}`,
            accept: 'application/json, text/event-stream',
            ...(text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.once('error', reject);
          incoming.once('end', () => {
            const answer = Buffer.concat(chunks).toString();
            const problem = incoming.headers['clambake-problem'];
            if (incoming.statusCode === 200 && problem === undefined) resolve(answer);
            else reject(new Error(`${path}: ${incoming.statusCode} ${String(problem)} ${answer.slice(0, 300)}`));
          });
        },
      );
      outgoing.once('error', reject);
      outgoing.end(text);
    });
  }

  /** Calls a hook of a session. @returns what it adds to the context, all strings together */
  async hook(event: string, session: string, cwd: string, more: object = {}): Promise<string> {
    const answer = await this.ask(`/hooks/${event}`, { session_id: session, cwd, hook_event_name: event, ...more });
    const { hookSpecificOutput } = JSON.parse(answer) as { hookSpecificOutput?: Record<string, string> };
    const { additionalContext = '', permissionDecisionReason = '' } = hookSpecificOutput ?? {};
    return additionalContext + permissionDecisionReason;
  }

  /** Asks the MCP server. @returns the result of the request, as it stands in the answer */
  async mcp(message: object): Promise<string> {
    const { result } = JSON.parse(await this.ask('/mcp', message)) as { result?: object };
    if (!result) throw new Error('The MCP server gave no result.');
    return JSON.stringify(result);
  }

  close(): void {
    this.#agent.destroy();
  }
}
