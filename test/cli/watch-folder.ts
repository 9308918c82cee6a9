import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder in which `watch` runs: the files it keeps, and those that its command writes. */
export interface WatchFolder {
  path: string;
  /** Where `--cursor-file watch.cursor` lies. */
  cursorFile: string;
  /** The text of a file; nothing where there is none. */
  read(name: string): string;
  /** Writes a script of Node's and gives the command that runs it. */
  script(text: string): Promise<string>;
  remove(): Promise<void>;
}

export async function createWatchFolder(): Promise<WatchFolder> {
  const path = await mkdtemp(join(tmpdir(), 'clambake-watch-'));
  return {
    path,
    cursorFile: join(path, 'watch.cursor'),
    read: (name) => (existsSync(join(path, name)) ? readFileSync(join(path, name), 'utf8') : ''),
    async script(text) {
      const imports = `import { appendFileSync, existsSync, readFileSync } from 'node:fs';\n`;
      await writeFile(join(path, 'command.mjs'), imports + text);
      return `"${process.execPath}" command.mjs`;
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);
