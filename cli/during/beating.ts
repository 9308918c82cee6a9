import type { Requests } from './requests.ts';

/** Milliseconds between two signs of life: the server may take an instance for gone sooner than this command line is told. */
const usual = 10_000;

/**
 * Gives signs of life, from now on.
 * @param staleAfter milliseconds after which an instance without any is taken for gone
 * @param told is told of each that failed
 * @returns ends it
 */
export function beating(requests: Requests, staleAfter: number, told: (error: unknown) => void): () => void {
  const timer = setInterval(() => void requests.beat().catch(told), Math.min(usual, staleAfter / 3));
  timer.unref();
  return () => clearInterval(timer);
}
