import { usageError } from './variables.ts';

/** More than any text the server takes: what is longer is a mistake, such as the wrong file. */
const maxBytes = 1024 * 1024;

/**
 * Reads all of standard input as UTF-8, without the line break at its end.
 * @param term the flag it is for, for people
 * @throws CliError (usage) where it is empty, longer than 1 MiB, or not UTF-8
 */
export async function readStdin(term: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw usageError(`Standard input for ${term} is longer than 1 MiB: give a shorter text.`);
    chunks.push(chunk);
  }
  const text = decode(Buffer.concat(chunks), term).replace(/\r?\n$/, '');
  if (text === '') throw usageError(`Standard input for ${term} is empty: "-" reads the text from there.`);
  return text;
}

function decode(bytes: Buffer, term: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw usageError(`Standard input for ${term} is not UTF-8: give it as UTF-8 text.`);
  }
}
