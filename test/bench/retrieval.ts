import pg from 'pg';
import { Cluster } from '../faults/cluster.ts';
import type { Asking } from './asking.ts';
import type { Bench, Figures, Result } from './bench.ts';
import { type Collection, kinds, makeCollection } from './collection/collection.ts';
import { type Judged, judge } from './retrieval/judge.ts';
import { storeCollection } from './retrieval/store.ts';
import { clambake, miniSearchSystems, postgresSystems } from './retrieval/systems.ts';

/** How well what is asked for is found, beside what else there is to find it with. */
export const retrieval: Bench = {
  name: 'retrieval',
  about: 'whether recall finds the answers of 900 questions among 3,000 memories, beside others; 2 minutes',
  async run() {
    const collection = makeCollection({ memories: 3000, questions: 900, seed: 1 });
    const cluster = await Cluster.start({ embedded: true });
    try {
      const pool = new pg.Pool({ connectionString: cluster.databaseUrl, max: 2 });
      try {
        return result(
          collection,
          await judgeAll(collection, { endpoint: cluster.endpoint(), token: cluster.token }, pool),
        );
      } finally {
        await pool.end();
      }
    } finally {
      await cluster.close();
    }
  },
};

/**
 * Stores a collection and asks everybody about it.
 * @param asking a server on the database, as its operator
 * @param pool its database, migrated and empty
 * @returns Clambake first
 */
export async function judgeAll(collection: Collection, asking: Asking, pool: pg.Pool): Promise<Judged[]> {
  await storeCollection(pool, collection.memories);
  const systems = [
    clambake(asking),
    ...(await postgresSystems(pool, collection.memories)),
    ...miniSearchSystems(collection.memories),
  ];
  const judged: Judged[] = [];
  for (const system of systems) judged.push(await judge(collection, system));
  return judged;
}

function result({ memories, questions }: Collection, judged: Judged[]): Result {
  const share = (value: number | undefined): string => (value === undefined ? '–' : `${(value * 100).toFixed(1)} %`);
  const all: Figures = {
    title: `Finding: ${questions.length} questions, ${memories.length} memories`,
    heading: ['', 'recall@1', 'recall@5', 'MRR@10', 'tokens an answer', 'p50 ms', 'p95 ms'],
    rows: judged.map(({ name, recallAt1, recallAt5, mrr, tokens, p50, p95 }) => [
      ...[
        name,
        share(recallAt1),
        share(recallAt5),
        mrr.toFixed(3),
        tokens?.toFixed() ?? '–',
        p50.toFixed(1),
        p95.toFixed(1),
      ],
    ]),
    notes: [
      'A generated collection (`test/bench/collection`): each question has one answer among memories that share its words. ' +
        'Everybody is given all text of a memory: title, text, tags and files. Tokens are bytes by three: title and text of what was found, ' +
        'read in order up to the answer, or five of them where it is not there, divided by the questions that were answered. ' +
        'Clambake is asked over HTTP, Postgres by a prepared statement; MiniSearch runs in the process that asks.',
    ],
  };
  const byKind: Figures = {
    title: 'Finding: recall@5 by kind of question',
    heading: ['', ...kinds.map((kind) => `${kind} (${questions.filter((question) => question.kind === kind).length})`)],
    rows: judged.map(({ name, kinds: found }) => [name, ...kinds.map((kind) => share(found[kind]))]),
    notes: [],
  };
  return {
    key: 'retrieval',
    figures: [all, byKind],
    data: { questions: questions.length, memories: memories.length, judged: judged.map(({ missed, ...rest }) => rest) },
    broken: behind(judged),
  };
}

/** In what Clambake is behind the others: `ts_rank` is to be beaten, MiniSearch as it comes to be reached. */
export function behind([clambake, ...others]: readonly Judged[]): string[] {
  const of = (name: string): Judged => {
    const found = others.find((other) => other.name === name);
    if (!clambake || !found) throw new Error(`Nobody judged ${name}.`);
    return found;
  };
  const [rank, mini] = [of('ts_rank, any word'), of('MiniSearch as it comes')];
  const figures = ['recallAt5', 'mrr'] as const;
  return figures.flatMap((figure) => {
    const own = clambake?.[figure] ?? 0;
    return [
      ...(own > rank[figure] ? [] : [`${figure} ${own.toFixed(3)}, ts_rank ${rank[figure].toFixed(3)}`]),
      ...(own >= mini[figure] ? [] : [`${figure} ${own.toFixed(3)}, MiniSearch ${mini[figure].toFixed(3)}`]),
    ];
  });
}
