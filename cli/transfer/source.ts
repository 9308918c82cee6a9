import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { CliError, ExitCode } from '../exit.ts';
import { usageError } from '../line/variables.ts';
import { firstLine } from './markdown.ts';
import { readRecord } from './record.ts';

/** What an import reads from. */
export interface Source {
  /** Its path; `-` for standard input. */
  path: string;
  /** Bytes of it; undefined where that is not known before its end. */
  size: number | undefined;
  /** How it begins: the first line that is not empty, or the first 64 KiB of it. */
  beginning: string;
  /** Whether it is a file, which can be read twice and found again; otherwise a pipe. */
  isFile: boolean;
  /** Reads it, for a file from any place. A pipe once and from its beginning. */
  read: (offset?: number) => AsyncIterable<Buffer>;
  /** SHA-256 of all of it; undefined for a pipe. */
  hash: () => Promise<string | undefined>;
}

/** Bytes that are looked at to tell the format. */
const looked = 64 * 1024;

/** @throws CliError (usage) where there is no such file; the reason of the signal */
export async function openSource(path: string, signal: AbortSignal): Promise<Source> {
  if (path === '-') return pipe(path, process.stdin, signal);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw usageError(`There is no file ${path}.`);
    throw error;
  });
  if (found.isDirectory()) throw usageError(`${path} is a folder: name a file.`);
  // A FIFO, /dev/stdin, <(…) in a shell. What it is at its end a socket cannot be opened by its name.
  if (!found.isFile()) return pipe(path, isStandardInput(path) ? process.stdin : createReadStream(path), signal);
  const read = (start = 0): AsyncIterable<Buffer> => createReadStream(path, { start, signal });
  const { beginning } = await look(createReadStream(path, { end: looked, signal })[Symbol.asyncIterator]());
  return {
    ...{ path, size: found.size, isFile: true, beginning, read },
    async hash() {
      const hash = createHash('sha256');
      for await (const piece of read()) hash.update(piece);
      return hash.digest('hex');
    },
  };
}

const isStandardInput = (path: string): boolean => /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/0)$/.test(path);

/** Something that is read once, from its beginning to its end. */
async function pipe(path: string, stream: Readable, signal: AbortSignal): Promise<Source> {
  const pieces = addAbortSignal(signal, stream)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { head, beginning } = await look(pieces);
  async function* read(): AsyncGenerator<Buffer, void> {
    yield* head;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  }
  return { path, size: undefined, isFile: false, beginning, read, hash: async () => undefined };
}

async function look(pieces: AsyncIterator<Buffer>): Promise<{ head: Buffer[]; beginning: string }> {
  const head: Buffer[] = [];
  for (let length = 0; length < looked; ) {
    const next = await pieces.next();
    if (next.done) break;
    head.push(next.value);
    length += next.value.length;
    if (next.value.includes(10) && beginningOf(head) !== '') break;
  }
  return { head, beginning: beginningOf(head) };
}

const beginningOf = (pieces: Buffer[]): string =>
  /\S.*/
    .exec(
      Buffer.concat(pieces)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    )?.[0]
    .trim() ?? '';

export type Format = 'ndjson' | 'markdown' | 'foreign';

/** Tells a format by how it begins. @throws CliError where it is JSON, and no export */
export function formatOf({ beginning, path }: Pick<Source, 'beginning' | 'path'>): Format {
  if (beginning === firstLine) return 'markdown';
  if (!/^[{[]/.test(beginning)) return 'foreign';
  if (/^\{"clambake":"export"/.test(beginning)) {
    readRecord(beginning);
    return 'ndjson';
  }
  // A link in brackets is Markdown.
  if (/^\[[^\]"{]*\]/.test(beginning)) return 'foreign';
  throw new CliError(
    ExitCode.failed,
    'BAD_FILE',
    `${path} is JSON, and no export: the first line of one begins with {"clambake":"export".`,
  );
}
