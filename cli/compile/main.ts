import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from './compile.ts';
import { Refusal } from './refusal.ts';
import type { Source } from './source.ts';

// Writes cli/generated and server/mcp/generated from cli/operations and schema.graphql. With --check it writes nothing and exits 1 where the
// files that lie there differ from what would be written.

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

/** The text of a file that git may have given the line ends of Windows. */
function readText(...path: string[]): string {
  return readFileSync(join(root, ...path), 'utf8').replaceAll('\r\n', '\n');
}

function readFolder(folder: string): Source[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => ({ file: `${folder}/${name}`, text: readText(folder, name) }));
}

try {
  const { commands, results, tools } = compile(
    readText('schema.graphql'),
    readFolder('cli/operations'),
    readFolder('cli/operations/fragments'),
  );
  const files = {
    'cli/generated/commands.ts': commands,
    'cli/generated/results.ts': results,
    'server/mcp/generated/tools.ts': tools,
  };
  for (const [file, text] of Object.entries(files)) {
    if (!values.check) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    } else if (readText(file) !== text) {
      console.error(`${file} is not what cli/operations and schema.graphql make: run npm run generate.`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  if (!(error instanceof Refusal || error instanceof AggregateError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
