import { ask, operationOf } from '../asking.ts';
import type { Figures } from '../bench.ts';
import { tokens } from '../metrics.ts';
import type { OwnServer } from '../own-server.ts';
import { registerMembers } from '../requests/members.ts';
import { askFor, hook } from './asking.ts';

/** What one kind of thing costs in an hour. */
export interface Cost {
  name: string;
  calls: number;
  bytes: number;
  tokens: number;
  /** What it may cost; undefined where nothing is promised. */
  most?: number;
}

/** An hour of work: prompts, and tool batches to each. */
const hour = { prompts: 20, batches: 6, mail: 12 };

/**
 * What an hour of typical work adds to the context of a session: 20 prompts with 6 batches of tools each, 12 messages, one denied edit, one
 * compaction, one request that is answered late; and an hour in which nothing comes.
 */
export async function contextCost(server: OwnServer): Promise<Cost[]> {
  const { endpoint, token, home: cwd } = server;
  const [peer] = await registerMembers(endpoint, token, 'peer', 1, { kind: 'peer', limit: 1 });
  if (!peer) throw new Error('Nobody has registered.');
  const asking = { endpoint, token: peer.token };
  const send = operationOf('send').document;
  const costs = new Map<string, Cost>();
  const count = (name: string, text: string, most?: number): string => {
    const cost = costs.get(name) ?? { name, calls: 0, bytes: 0, tokens: 0, ...(most === undefined ? {} : { most }) };
    costs.set(name, {
      ...cost,
      calls: cost.calls + 1,
      bytes: cost.bytes + Buffer.byteLength(text),
      tokens: cost.tokens + tokens(text),
    });
    return text;
  };
  const begun = count('SessionStart', await hook(server, 'SessionStart', 'hour', cwd, { source: 'startup' }), 800);
  const id = /this session is (\S+) on (.+), known/.exec(begun);
  const [, self = '', project = ''] = id ?? [];
  await ask(asking, send, { to: self, type: 'BLOCKER', subject: 'Editing', resource: [`${project}:held.ts`] });
  let mail = 0;
  for (let prompt = 0; prompt < hour.prompts; prompt += 1) {
    count('UserPromptSubmit', await hook(server, 'UserPromptSubmit', 'hour', cwd, { prompt: 'Go on' }));
    for (let batch = 0; batch < hour.batches; batch += 1) {
      const file = prompt === 3 && batch === 0 ? 'held.ts' : 'free.ts';
      const tool = { tool_name: 'Edit', tool_input: { file_path: `${cwd}/${file}` } };
      count('PreToolUse', await hook(server, 'PreToolUse', 'hour', cwd, tool));
      if (batch === 2 && mail < hour.mail) {
        mail += 1;
        const type = mail === 5 ? 'REQUEST' : 'INFO';
        await ask(asking, send, {
          to: self,
          type,
          subject: `What changed in part ${mail}`,
          body: 'The schema has a new column, and the importer fills it.',
        });
      }
      count('PostToolBatch', await hook(server, 'PostToolBatch', 'hour', cwd));
    }
    count('Stop', await hook(server, 'Stop', 'hour', cwd, { stop_hook_active: false }));
  }
  count('SessionStart after a compaction', await hook(server, 'SessionStart', 'hour', cwd, { source: 'compact' }), 800);
  for (let prompt = 0; prompt < hour.prompts; prompt += 1) {
    for (const event of ['UserPromptSubmit', 'PreToolUse', 'PostToolBatch', 'Stop']) {
      count('all hooks of an hour without mail', await hook(server, event, 'hour', cwd, { prompt: 'Go on' }), 0);
    }
  }
  count('MCP: the tools that are always there, once', await toolList(server), 1500);
  return [...costs.values()];
}

/** What MCP asks its clients to accept. */
const both = 'application/json, text/event-stream';

/** The tools that are offered unasked, as a client is given them. */
async function toolList(server: OwnServer): Promise<string> {
  const answer = await askFor(server, '/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, both);
  const { result } = JSON.parse(answer) as { result?: object };
  if (!result) throw new Error('The MCP server gave no result.');
  return JSON.stringify(result);
}

/** The costs as a table. */
export const costFigures = (costs: readonly Cost[]): Figures => ({
  title: 'Context of an hour',
  heading: ['', 'calls', 'bytes', 'tokens', 'promised'],
  rows: costs.map(({ name, calls, bytes, tokens, most }) => [
    ...[name, String(calls), String(bytes), String(tokens)],
    most === undefined ? '–' : `≤ ${most}`,
  ]),
  notes: [
    '20 prompts with 6 batches of tools each, 12 messages, one edit of what another holds, one compaction. A token is taken to be 3 bytes.',
  ],
});
