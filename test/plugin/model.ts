import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the model answers next: it uses a tool, or says something and stops. */
export type Step = { tool: string; input: object } | { text: string };

/** A server that answers as the Messages API does, with the steps of a script; it needs no network and no key. */
export interface ScriptedModel {
  url: string;
  /** What it was last told at each step, as JSON: results of tools, and what hooks added. */
  readonly told: string[];
  close(): Promise<void>;
}

/** @param script its steps, in their order; after them it stops */
export async function startModel(script: readonly Step[]): Promise<ScriptedModel> {
  const told: string[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isMessage = request.method === 'POST' && /^\/v1\/messages(\?|$)/.test(request.url ?? '');
      if (!isMessage) return void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      const {
        tools = [],
        messages,
        stream,
      } = JSON.parse(Buffer.concat(chunks).toString()) as {
        tools?: unknown[];
        messages: object[];
        stream?: boolean;
      };
      // What it is asked on the side, such as a title, has no tools.
      const step = tools.length === 0 ? { text: 'ok' } : (script[told.length] ?? { text: 'Done.' });
      if (tools.length > 0) told.push(JSON.stringify(messages));
      answer(response, step, stream === true);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

let answers = 0;

function answer(response: ServerResponse, step: Step, stream: boolean): void {
  answers += 1;
  const used = 'tool' in step;
  const block = used
    ? { type: 'tool_use', id: `toolu_${answers}`, name: step.tool, input: step.input }
    : { type: 'text', text: step.text };
  const stop_reason = used ? 'tool_use' : 'end_turn';
  const message = {
    id: `msg_${answers}`,
    type: 'message',
    role: 'assistant',
    model: 'scripted',
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  if (!stream) {
    response.writeHead(200, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ ...message, content: [block], stop_reason }));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  send('message_start', { message: { ...message, content: [], stop_reason: null } });
  send('content_block_start', { index: 0, content_block: used ? { ...block, input: {} } : { type: 'text', text: '' } });
  const delta = used
    ? { type: 'input_json_delta', partial_json: JSON.stringify(step.input) }
    : { type: 'text_delta', text: step.text };
  send('content_block_delta', { index: 0, delta });
  send('content_block_stop', { index: 0 });
  send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } });
  send('message_stop', {});
  response.end();
}
