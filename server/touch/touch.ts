import { files, pathIn, type Touch } from './call.ts';
import { commandTouches } from './walk.ts';

export type { Touch } from './call.ts';

/** Most bytes of a command that is read: what is longer has its size from text that it writes. */
const longestCommand = 65_536;

/** The field of each tool that holds the path of what it writes. */
const pathFields: ReadonlyMap<string, string> = new Map([
  ['Edit', 'file_path'],
  ['MultiEdit', 'file_path'],
  ['Write', 'file_path'],
  ['NotebookEdit', 'notebook_path'],
]);

/**
 * What a tool call of Claude Code would change or make use of, where that is certain: whatever cannot be told without running it
 * counts as nothing. Nothing is looked up, so a path may not exist, or be a link.
 */
export function touchesOf(toolName: string, toolInput: unknown, cwd: string): Touch[] {
  const folder = pathIn(undefined, cwd);
  if (toolName === 'Bash') return ofCommand(textOf(toolInput, 'command'), folder);
  const field = pathFields.get(toolName);
  return field === undefined ? [] : files(folder, [textOf(toolInput, field)], toolName);
}

function textOf(input: unknown, field: string): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const value: unknown = Reflect.get(input, field);
  return typeof value === 'string' ? value : undefined;
}

function ofCommand(command: string | undefined, folder: string | undefined): Touch[] {
  if (command === undefined || command.length > longestCommand || Buffer.byteLength(command) > longestCommand)
    return [];
  try {
    return commandTouches(command, folder);
  } catch {
    // Nested deeper than the stack: a tool call must not fail for that it cannot be read.
    return [];
  }
}
