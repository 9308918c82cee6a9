import { ExitCode } from '../exit.ts';
import type { LocalInput } from '../line/table.ts';
import { json } from '../output/json.ts';
import { print } from '../output/stream.ts';
import { protocolFor } from '../protocol/text.ts';
import { type Tool, tools } from '../protocol/tools.ts';

/** `clambake protocol`: prints the text to paste into a CLAUDE.md, or into what another tool reads. */
export async function protocol({ globals, values }: LocalInput): Promise<number> {
  const text = protocolFor(chosen(values.for));
  await print(globals.json ? json({ protocol: text }, process.stdout.isTTY === true) : text);
  return ExitCode.done;
}

/** A choice is spelled as in GraphQL. */
const chosen = (given: unknown): Tool => tools.find((tool) => tool === String(given).toLowerCase()) ?? 'claude';
