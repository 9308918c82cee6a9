/** A line of a file. */
export interface Line {
  /** Without its end; undefined where it is longer than {@link longestLine}, or not UTF-8. */
  text: string | undefined;
  /** What is wrong where there is no text. */
  problem?: string;
  /** Its number, from 1. */
  number: number;
  /** Where it begins, and where the next one does: bytes from the beginning of the file. */
  start: number;
  end: number;
}

/** Bytes of a line: more than any record that a server takes. */
const longestLine = 1024 * 1024;

/**
 * Reads lines one by one; no more than one and a piece of the file are held.
 * @param from where the pieces begin in the file, and the number of the line before
 */
export async function* readLines(
  pieces: AsyncIterable<Buffer>,
  from = { offset: 0, number: 0 },
): AsyncGenerator<Line, void> {
  let { offset: start, number } = from;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (more: Buffer): void => {
    // Of a line that is too long only its length counts.
    if (length + more.length <= longestLine) parts.push(more);
    else parts = [];
    length += more.length;
  };
  const line = (ending: number): Line => {
    number += 1;
    const whole = { number, start, end: start + length + ending };
    const read = length > longestLine ? tooLong(length) : decode(Buffer.concat(parts), number);
    start = whole.end;
    parts = [];
    length = 0;
    return { ...whole, ...read };
  };
  for await (const piece of pieces) {
    let at = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, at)) {
      take(piece.subarray(at, end));
      yield line(1);
      at = end + 1;
    }
    if (at < piece.length) take(piece.subarray(at));
  }
  if (length > 0) yield line(0);
}

type Read = Pick<Line, 'text' | 'problem'>;

const tooLong = (length: number): Read => ({
  text: undefined,
  problem: `It has ${length} bytes: a record has at most ${longestLine}.`,
});

function decode(bytes: Buffer, number: number): Read {
  try {
    // A byte order mark stands at the beginning of a file; elsewhere it is text.
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: number > 1 }).decode(bytes) };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return { text: undefined, problem: 'It is not UTF-8.' };
  }
}
