/** Where the answer of a question stands among what was found, from 1; undefined where it is not there. */
export type Rank = number | undefined;

/** The share of questions whose answer is among the first `k`. */
export const recallAt = (k: number, ranks: readonly Rank[]): number =>
  mean(ranks.map((rank) => (isWithin(k, rank) ? 1 : 0)));

/** The mean of 1/rank, where the answer is among the first `k`, and else of 0. */
export const reciprocalRank = (k: number, ranks: readonly Rank[]): number =>
  mean(ranks.map((rank) => (rank !== undefined && rank <= k ? 1 / rank : 0)));

/** Tokens of a text, as a model would about count them: a third of its bytes. */
export const tokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3);

/**
 * Tokens that are read for an answer: the texts in their order until it is met, all of the first five where it is not. What is
 * read for nothing counts too: the sum over all questions is divided by how many were answered.
 * @returns Infinity where nothing was answered
 */
export function tokensAnAnswer(read: readonly { rank: Rank; found: readonly string[] }[]): number {
  const spent = read.map(({ rank, found }) => {
    const until = rank !== undefined && rank <= 5 ? rank : 5;
    return found.slice(0, until).reduce((sum, text) => sum + tokens(text), 0);
  });
  const answered = read.filter(({ rank }) => isWithin(5, rank)).length;
  return answered === 0 ? Number.POSITIVE_INFINITY : spent.reduce((sum, one) => sum + one, 0) / answered;
}

const isWithin = (k: number, rank: Rank): boolean => rank !== undefined && rank <= k;

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
