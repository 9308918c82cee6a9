import type { TestServer } from '../support/server.ts';

/** What Claude Code gives every hook, in the shape that was recorded of release 2.1.330. */
export const common = (event: string, session: string, cwd: string) => ({
  session_id: session,
  transcript_path: `/home/me/.claude/projects/-work/${session}.jsonl`,
  cwd,
  hook_event_name: event,
  permission_mode: 'default',
});

/** What a hook is answered. */
export interface HookReply {
  status: number;
  /** The whole body. */
  body: { hookSpecificOutput?: Said };
  /** Why it says nothing, where something went wrong. */
  problem: string | null;
}

interface Said {
  hookEventName: string;
  additionalContext?: string;
  permissionDecision?: string;
  permissionDecisionReason?: string;
}

/** Asks the hook routes of a server, as Claude Code does over HTTP. */
export class Hooks {
  readonly #server: TestServer;
  readonly #token: string;
  readonly cwd: string;

  constructor(server: TestServer, cwd: string, token = server.operator.token) {
    this.#server = server;
    this.#token = token;
    this.cwd = cwd;
  }

  async post(event: string, body: string, headers: Record<string, string> = {}): Promise<HookReply> {
    const response = await fetch(`${this.#server.url}/hooks/${event}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await response.text();
    return {
      status: response.status,
      body: JSON.parse(text) as HookReply['body'],
      problem: response.headers.get('clambake-problem'),
    };
  }

  /** Calls a hook of a session; what it says, undefined where that is nothing. */
  async call(event: string, session: string, more: Record<string, unknown> = {}): Promise<Said | undefined> {
    const reply = await this.post(event, JSON.stringify({ ...common(event, session, this.cwd), ...more }));
    if (reply.status !== 200 || reply.problem !== null) throw new Error(`The hook failed: ${JSON.stringify(reply)}`);
    const said = reply.body.hookSpecificOutput;
    if (said && said.hookEventName !== event) throw new Error(`It answers ${said.hookEventName}.`);
    return said;
  }

  /** The text that it adds to the session's context. */
  async told(event: string, session: string, more: Record<string, unknown> = {}): Promise<string> {
    return (await this.call(event, session, more))?.additionalContext ?? '';
  }

  /** Why a tool call is denied. */
  async denied(session: string, tool: string, input: unknown, more: Record<string, unknown> = {}): Promise<string> {
    const said = await this.call('PreToolUse', session, {
      ...{ tool_name: tool, tool_input: input, tool_use_id: 'toolu_01', ...more },
    });
    if (said?.permissionDecision !== undefined && said.permissionDecision !== 'deny') throw new Error('It decides.');
    return said?.permissionDecisionReason ?? '';
  }

  /** Starts a session. @returns the instance that it is, and what it is told */
  async begin(session: string, source = 'startup', more: Record<string, unknown> = {}): Promise<Begun> {
    const text = await this.told('SessionStart', session, { source, model: 'claude-opus', ...more });
    const [, id] = /this session is (?:still )?(\S+) on /.exec(text) ?? [];
    if (id === undefined) throw new Error(`It is not told who it is: ${text}`);
    return { id, text };
  }
}

interface Begun {
  id: string;
  text: string;
}
