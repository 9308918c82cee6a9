import type { Readable } from 'node:stream';

const lineFeed = 10;

/**
 * Reads lines until there are no more, whatever pieces they arrive in. The last one needs no line feed.
 * @param most bytes of a line that are kept
 * @param onLine is given each line that is not empty; undefined for one that is longer than `most`, as soon as it ends
 */
export function readLines(input: Readable, most: number, onLine: (line: string | undefined) => void): Promise<void> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  const add = (piece: Buffer): void => {
    bytes += piece.length;
    if (bytes <= most) pieces.push(piece);
    else pieces = [];
  };
  const finish = (): void => {
    const line = bytes > most ? undefined : Buffer.concat(pieces).toString('utf8').trim();
    pieces = [];
    bytes = 0;
    if (line !== '') onLine(line);
  };
  return new Promise((resolve, reject) => {
    input.on('data', (chunk: Buffer) => {
      let from = 0;
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
        add(chunk.subarray(from, end));
        finish();
        from = end + 1;
      }
      if (from < chunk.length) add(chunk.subarray(from));
    });
    input.once('end', () => {
      if (bytes > 0) finish();
      resolve();
    });
    // Destroyed, since nobody reads the answers any more.
    input.once('close', resolve);
    input.once('error', reject);
  });
}
