import { buildSchema } from 'graphql';
import { commandOf } from './command.ts';
import { withMarks } from './marks.ts';
import { Refusal } from './refusal.ts';
import { resultTypes } from './results.ts';
import { type Operation, readFragments, readOperation, type Source } from './source.ts';
import { toolOf } from './tool.ts';

const header = '// Made by `npm run generate` from cli/operations and schema.graphql. Do not edit.\n\n';

/** The text of the generated files. */
export interface Compiled {
  /** `cli/generated/commands.ts`: the table. */
  commands: string;
  /** `cli/generated/results.ts`: the types of what the operations answer. */
  results: string;
  /** `server/mcp/generated/tools.ts`: what models are offered. */
  tools: string;
}

/**
 * Compiles operation files to the table of commands. The same input gives the same text, whatever its order.
 * @param schemaText the server's schema
 * @throws AggregateError of a {@link Refusal} for every operation that cannot be a command; a single Refusal where a
 *   fragment is at fault
 */
export function compile(
  schemaText: string,
  operationFiles: readonly Source[],
  fragmentFiles: readonly Source[],
): Compiled {
  const schema = withMarks(buildSchema(schemaText));
  const fragments = readFragments([...fragmentFiles].sort(byFile));
  const operations: Operation[] = [];
  const refusals: Refusal[] = [];
  const commands = [...operationFiles].sort(byFile).flatMap((source) => {
    try {
      const operation = readOperation(source, fragments, schema);
      operations.push(operation);
      return [commandOf(schema, operation)];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(error);
      return [];
    }
  });
  if (refusals.length > 0) {
    throw new AggregateError(refusals, refusals.map(({ message }) => message).join('\n'));
  }
  for (const name of fragments.keys()) {
    if (!operations.some((operation) => operation.fragments.has(name))) {
      throw new Refusal(`fragment ${name}`, 'no operation uses it.');
    }
  }
  const table = JSON.stringify(commands, null, 2);
  const tools = commands.flatMap((command, index) => toolOf(schema, command, operations[index]) ?? []);
  return {
    commands: `${header}import type { Command } from '../line/table.ts';\n\nexport const commands: readonly Command[] = ${table};\n`,
    results: `${header}${resultTypes(schema, operations, fragments)}`,
    tools: `${header}import type { Tool } from "../tool.ts";\n\nexport const tools: readonly Tool[] = ${JSON.stringify(tools, null, 2)};\n`,
  };
}

function byFile(a: Source, b: Source): number {
  return a.file < b.file ? -1 : 1;
}
