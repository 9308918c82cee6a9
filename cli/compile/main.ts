import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from './compile.ts';
import { Refusal } from './refusal.ts';
import type { Source } from './source.ts';

// Writes cli/generated from cli/operations and schema.graphql. With --check it writes nothing and exits 1 where the
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
  const { commands, results } = compile(
    readText('schema.graphql'),
    readFolder('cli/operations'),
    readFolder('cli/operations/fragments'),
  );
  for (const [file, text] of Object.entries({ 'commands.ts': commands, 'results.ts': results })) {
    if (!values.check) {
      mkdirSync(join(root, 'cli/generated'), { recursive: true });
      writeFileSync(join(root, 'cli/generated', file), text);
    } else if (readText('cli/generated', file) !== text) {
      console.error(`cli/generated/${file} is not what cli/operations and schema.graphql make: run npm run generate.`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  if (!(error instanceof Refusal || error instanceof AggregateError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
