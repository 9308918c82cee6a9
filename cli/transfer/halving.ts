import { TooLarge } from '../exit.ts';

/** How something on its way to the server is parted. */
export interface Parting<Load, Result> {
  /** @returns undefined where it is one record, which cannot be parted */
  halve: (load: Load) => [Load, Load] | undefined;
  /** The line and the name of the one record. */
  nameOf: (load: Load) => { line: number; name: string };
  /** The result of one record that is too large. */
  refuse: (problem: { line: number; message: string }) => Result;
  /** The result of both halves. */
  join: (load: Load, first: Result, second: Result) => Result;
}

/**
 * Sends something; in halves where it is too large for the server, or for a proxy before it that takes less. A single record that is
 * too large is a problem, and nothing that the rest waits for.
 * @throws whatever `send` throws but {@link TooLarge}
 */
export async function sendInParts<Load, Result>(
  load: Load,
  send: (load: Load) => Promise<Result>,
  parting: Parting<Load, Result>,
): Promise<Result> {
  try {
    return await send(load);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    const halves = parting.halve(load);
    if (!halves) {
      const { line, name } = parting.nameOf(load);
      return parting.refuse({ line, message: `${name} is too large, and was not stored. ${error.message}` });
    }
    // One after the other: a link comes after its memories, a version after the one before it.
    const first = await sendInParts(halves[0], send, parting);
    const second = await sendInParts(halves[1], send, parting);
    return parting.join(load, first, second);
  }
}
