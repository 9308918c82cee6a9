import { ExitCode } from '../exit.ts';
import { completionScript } from '../line/completion.ts';
import { type Command, type LocalCommand, type LocalInput, shells } from '../line/table.ts';
import { usageError } from '../line/variables.ts';
import { print } from '../output/stream.ts';

/**
 * Prints the completion script of a shell: everything that is in the table.
 * @throws CliError (usage) where there is none for it
 */
export async function completion(
  { args }: LocalInput,
  commands: readonly Command[],
  locals: readonly LocalCommand[],
): Promise<ExitCode> {
  const shell = shells.find((known) => known === args[0]);
  if (!shell) throw usageError(`There is no completion for "${args[0] ?? ''}": one of ${shells.join(', ')}.`);
  await print(completionScript(shell, commands, locals));
  return ExitCode.done;
}
