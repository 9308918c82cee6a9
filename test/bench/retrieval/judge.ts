import type { Collection, Kind, Question } from '../collection/collection.ts';
import { summary } from '../latency.ts';
import { type Rank, recallAt, reciprocalRank, tokensAnAnswer } from '../metrics.ts';
import { textOf } from './store.ts';
import type { System } from './systems.ts';

/** How a system did. */
export interface Judged {
  name: string;
  recallAt1: number;
  recallAt5: number;
  /** Mean reciprocal rank, ten places deep. */
  mrr: number;
  /** Tokens read for an answer; null where there was none. */
  tokens: number | null;
  /** Milliseconds. */
  p50: number;
  p95: number;
  /** Recall among the first five by the kind of question. */
  kinds: Partial<Record<Kind, number>>;
  /** The questions that were not answered among the first five. */
  missed: Question[];
}

/** Asks a system every question of a collection, one after the other. */
export async function judge({ memories, questions }: Collection, system: System): Promise<Judged> {
  const texts = memories.map(textOf);
  const answers: { question: Question; rank: Rank; found: string[] }[] = [];
  const times: number[] = [];
  // What is done once, by a connection or a compiler, is no matter of any question.
  for (const { text } of questions.slice(0, 20)) await system.find(text);
  for (const question of questions) {
    const begun = performance.now();
    const ids = await system.find(question.text);
    times.push(performance.now() - begun);
    const place = ids.indexOf(question.answer + 1);
    answers.push({ question, rank: place < 0 ? undefined : place + 1, found: ids.map((id) => texts[id - 1] ?? '') });
  }
  const ranks = (of: typeof answers): Rank[] => of.map(({ rank }) => rank);
  const kinds = [...new Set(questions.map(({ kind }) => kind))].map(
    (kind) => [kind, recallAt(5, ranks(answers.filter(({ question }) => question.kind === kind)))] as const,
  );
  const spent = tokensAnAnswer(answers);
  const { p50, p95 } = summary(times);
  return {
    name: system.name,
    recallAt1: recallAt(1, ranks(answers)),
    recallAt5: recallAt(5, ranks(answers)),
    mrr: reciprocalRank(10, ranks(answers)),
    tokens: Number.isFinite(spent) ? spent : null,
    ...{ p50, p95 },
    kinds: Object.fromEntries(kinds),
    missed: answers.filter(({ rank }) => rank === undefined || rank > 5).map(({ question }) => question),
  };
}
