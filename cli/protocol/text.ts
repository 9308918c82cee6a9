import { end, flags, introduction, rules, start, work } from './parts.ts';
import type { Tool } from './tools.ts';

/** The text for the file that a tool reads at the start of each session, in Markdown. */
export function protocolFor(tool: Tool): string {
  const before = tool === 'claude' ? '' : withoutHooks + wiring[tool];
  return introduction + before + start + work + end + rules + flags;
}

/** Claude Code names its sessions in the environment, and has hooks; other tools do neither. */
const withoutHooks = `### Who you are

This tool does not say which session a command belongs to. So choose a key once, at the start, and put it before every command:

\`\`\`bash
CLAMBAKE_SESSION=<key> clambake register --project <project-name>
CLAMBAKE_SESSION=<key> clambake inbox
\`\`\`

Any text that no other session has will do, such as the time and the folder. Every command below is meant with it. Alone in a folder it can be left out.
No hook looks for you: read the inbox before each larger step, and \`clambake guard <file…>\` before you change a file that others may hold.

`;

const wiring: Readonly<Record<Exclude<Tool, 'claude'>, string>> = {
  codex: `The same as tools, over MCP, in \`~/.codex/config.toml\`:

\`\`\`toml
[mcp_servers.clambake]
command = "clambake"
args = ["mcp"]
\`\`\`

`,
  gemini: `The same as tools, over MCP, in \`~/.gemini/settings.json\`:

\`\`\`json
{ "mcpServers": { "clambake": { "command": "clambake", "args": ["mcp"] } } }
\`\`\`

`,
  generic: `The same as tools: an MCP server on standard input and output is started by \`clambake mcp\`.

`,
};
