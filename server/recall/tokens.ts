/**
 * How many tokens a text costs whoever reads it: a third of its bytes. No public tokenizer is that of the models that read it; three
 * bytes to a token is more than English prose (about four) or code costs, and what a Chinese character does. So a budget is kept, and not quite
 * used up.
 */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / bytesPerToken);

/** Bytes that one token is taken to be. */
export const bytesPerToken = 3;

/**
 * The beginning of a text that costs at most so many tokens, cut between two words or lines where one is near, with `…` at its end.
 * @param least bytes that have to be left of it, a sentence's beginning where nothing is said
 * @returns undefined where less than that fits
 */
export function cutTo(text: string, tokens: number, least = 60): string | undefined {
  const room = tokens * bytesPerToken - Buffer.byteLength('…');
  if (room < least) return undefined;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    end += character.length;
  }
  const head = text.slice(0, end);
  const gap = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\n'));
  return `${(gap > head.length * 0.7 ? head.slice(0, gap) : head).trimEnd()}…`;
}
