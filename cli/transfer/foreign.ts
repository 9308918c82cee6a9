import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { MemoryType } from '../../server/database/generated/enums.ts';
import { CliError, ExitCode } from '../exit.ts';
import { quoted } from '../line/again.ts';
import { usageError } from '../line/variables.ts';
import { identityOf } from './file-identity.ts';
import { guessType } from './guess.ts';
import { longestMarkdown } from './hostile.ts';
import type { StateInput } from './import-states.ts';
import { sectionsOf } from './sections.ts';
import type { Source } from './source.ts';

/** What foreign Markdown belongs to, and is about. */
export interface ForeignScope {
  /** Null where it is global. */
  project: string | null;
  /** What all of it is about; guessed where it is not said. */
  type: MemoryType | undefined;
  /** Whether what looks like a secret is stored too. */
  allowSecret: boolean;
}

/** Reads all of a file. @throws CliError where it is longer than Markdown is taken, or not UTF-8 */
export async function readAll({ path, read }: Source): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of read()) {
    length += piece.length;
    if (length > longestMarkdown)
      throw badFile(`${path} is longer than 1 MiB, which is all that is taken of Markdown: part it.`);
    pieces.push(piece);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw badFile(`${path} is not UTF-8: save it as UTF-8 text.`);
  }
}

const badFile = (message: string): CliError => new CliError(ExitCode.failed, 'BAD_FILE', message);

/**
 * What foreign Markdown would be stored as. A section has the same uid each time, by what it belongs to, its file and its title: imported
 * again it is found again, and no other file's section is taken for it. What comes through a pipe has no file: there the text is part of
 * the uid, so that a changed one is a new one, and nothing is overwritten.
 */
export function planOf(
  text: string,
  { path, isFile }: Pick<Source, 'path' | 'isFile'>,
  scope: ForeignScope,
): StateInput[] {
  const { project, type } = scope;
  const file = isFile ? identityOf(path) : undefined;
  const times = new Map<string, number>();
  return sectionsOf(text, isFile ? basename(path).replace(/\.[^.]*$/, '') : 'stdin').map(({ line, title, content }) => {
    const time = (times.get(title) ?? 0) + 1;
    times.set(title, time);
    return {
      ...{
        line,
        uid: uidOf([project?.normalize('NFC').toLowerCase() ?? null, file ?? { content }, title, time]),
        project,
        title,
        content,
      },
      type: type ?? guessType(title, content, project === null),
    };
  });
}

/** A UUID of version 5 (RFC 9562): the same for the same parts. */
function uidOf(parts: readonly unknown[]): string {
  const bytes = createHash('sha1')
    .update(`clambake section ${JSON.stringify(parts)}`)
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Asks a person. @returns whether the answer is yes */
export async function isAgreed(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Where the input ends without an answer, that is none.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  // What is read line by line takes Ctrl-C for itself.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await Promise.race([lines.question(question, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}

/** Nobody was there to be asked. */
export function notAgreed(
  { path, isFile }: Pick<Source, 'path' | 'isFile'>,
  { project, type, allowSecret }: ForeignScope,
): CliError {
  if (!isFile) return usageError('Nothing is stored yet. To store it as shown: the same with --yes.');
  const scope = project === null ? '--global' : `--project ${quoted(project)}`;
  const about = `${type === undefined ? '' : ` --type ${type.toLowerCase()}`}${allowSecret ? ' --allow-secret' : ''}`;
  return usageError(
    `Nothing is stored yet. To store it as shown: clambake import ${quoted(path)} ${scope}${about} --yes`,
  );
}
