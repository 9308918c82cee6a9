import { TooLarge } from '../exit.ts';
import { type Outcome, sumOf } from './totals.ts';

/** How something on its way to the server is parted. */
export interface Parting<Load> {
  /** @returns undefined where it is one record, which cannot be parted */
  halve: (load: Load) => [Load, Load] | undefined;
  /** The line and the name of the one record. */
  nameOf: (load: Load) => { line: number; name: string };
  /** The outcome of both halves, where it is not their sum. */
  join?: (load: Load, first: Outcome, second: Outcome) => Outcome;
}

/**
 * Sends something; in halves where it is too large for the server, or for a proxy before it that takes less. A single record that is
 * too large is a problem, and nothing that the rest waits for.
 * @throws whatever `send` throws but {@link TooLarge}
 */
export async function sendInParts<Load>(
  load: Load,
  send: (load: Load) => Promise<Outcome>,
  parting: Parting<Load>,
): Promise<Outcome> {
  try {
    return await send(load);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    const halves = parting.halve(load);
    if (!halves) {
      const { line, name } = parting.nameOf(load);
      const problems = [{ line, message: `${name} is too large, and was not stored. ${error.message}` }];
      return { stored: 0, updated: 0, skipped: 0, linked: 0, conflicts: [], problems };
    }
    // One after the other: a link comes after its memories, a version after the one before it.
    const first = await sendInParts(halves[0], send, parting);
    const second = await sendInParts(halves[1], send, parting);
    return (parting.join ?? ((_, ...both) => sumOf(...both)))(load, first, second);
  }
}
