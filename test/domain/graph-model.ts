import fc from 'fast-check';
import type pg from 'pg';

/** A small world of memories and messages, by their places in these lists; written apart from the statement that it checks. */
export interface World {
  memories: { files: string[]; tags: string[]; byViewer: boolean; ofProject: boolean }[];
  /** Where a message went, seen from whoever asks. */
  messages: { to: 'everybody' | 'viewer' | 'another'; byViewer: boolean }[];
  links: { from: number; to: number; kind: string }[];
  sources: { memory: number; message: number }[];
  citations: { message: number; memory: number }[];
  replies: { reply: number; to: number }[];
  ends: { done: number; blocker: number }[];
}

export interface Question {
  /** A place in `memories`, or in `messages`; none where all connected memories of the project are asked for. */
  focus: { memory: number } | { message: number } | undefined;
  depth: number;
  kinds: string[] | null;
  include: string[];
  seesAll: boolean;
}

const kinds = ['FIXES', 'SUPERSEDES', 'RELATES_TO', 'DEPENDS_ON', 'CONTRADICTS'];

/** Worlds of up to eight memories and six messages, with a question about each. */
export const worlds: fc.Arbitrary<{ world: World; question: Question }> = fc
  .record({ memories: fc.integer({ min: 1, max: 8 }), messages: fc.integer({ min: 0, max: 6 }) })
  .chain(({ memories, messages }) => {
    const memory = fc.nat({ max: memories - 1 });
    const message = fc.nat({ max: Math.max(messages - 1, 0) });
    const some = <Value>(value: fc.Arbitrary<Value>, maxLength: number): fc.Arbitrary<Value[]> =>
      fc.array(value, { maxLength: messages > 0 ? maxLength : 0 });
    const few = (names: string[]): fc.Arbitrary<string[]> =>
      fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 });
    const world: fc.Arbitrary<World> = fc.record({
      memories: fc.array(
        fc.record({
          files: few(['a.ts', 'b.ts', 'ä"\\.ts']),
          tags: few(['one', 'Two', 'two']),
          byViewer: fc.boolean(),
          ofProject: fc.boolean(),
        }),
        { minLength: memories, maxLength: memories },
      ),
      messages: fc.array(fc.record({ to: fc.constantFrom('everybody', 'viewer', 'another'), byViewer: fc.boolean() }), {
        minLength: messages,
        maxLength: messages,
      }),
      links: fc.array(fc.record({ from: memory, to: memory, kind: fc.constantFrom(...kinds) }), { maxLength: 10 }),
      sources: some(fc.record({ memory, message }), 4),
      citations: some(fc.record({ message, memory }), 5),
      replies: some(fc.record({ reply: message, to: message }), 5),
      ends: some(fc.record({ done: message, blocker: message }), 2),
    });
    const focus = fc.oneof(
      { weight: 3, arbitrary: fc.record({ memory }) },
      { weight: messages > 0 ? 2 : 0, arbitrary: fc.record({ message }) },
      { weight: 2, arbitrary: fc.constant(undefined) },
    );
    const question = fc.record({
      focus,
      depth: fc.integer({ min: 0, max: 5 }),
      kinds: fc.option(fc.uniqueArray(fc.constantFrom(...kinds), { minLength: 1 })),
      include: fc.subarray(['FILES', 'TAGS', 'INSTANCES']),
      seesAll: fc.boolean(),
    });
    return fc.record({ world, question });
  });

/** Who and what a world is laid into: each world has a project of its own. */
export interface Ground {
  viewer: string;
  another: string;
  channels: Record<World['messages'][number]['to'], number>;
}

/** A world as it lies in the database. */
export interface Laid {
  world: World;
  ground: Ground;
  projectId: number;
  memoryIds: number[];
  messageIds: number[];
}

/** Lays a world into the database. Of two answers of a message, and of two sources of a memory, the last counts. */
export async function lay(pool: pg.Pool, ground: Ground, world: World): Promise<Laid> {
  const insert = async (sql: string, values: unknown[]): Promise<number> =>
    (await pool.query<{ id: number }>(sql, values)).rows[0]?.id ?? 0;
  const projectId = await insert(
    'INSERT INTO clambake.project (name, key) VALUES (gen_random_uuid(), gen_random_uuid()) RETURNING id',
    [],
  );
  const messageIds: number[] = [];
  for (const { to, byViewer } of world.messages) {
    messageIds.push(
      await insert(
        `INSERT INTO clambake.message (channel_id, seq, sender_id, type, subject, body, thread_id, expires_at)
         SELECT $1, coalesce(max(seq), 0) + 1, $2, 'INFO', 's', 'b', 1, now() + interval '1 day' FROM clambake.message WHERE channel_id = $1
         RETURNING id`,
        [ground.channels[to], byViewer ? ground.viewer : ground.another],
      ),
    );
  }
  const memoryIds: number[] = [];
  for (const { files, tags, byViewer, ofProject } of world.memories) {
    memoryIds.push(
      await insert(
        `INSERT INTO clambake.memory (project_id, type, title, content, files, tags, author_id)
         VALUES ($1, 'ISSUE', 't', 'c', $2, $3, $4) RETURNING id`,
        [ofProject ? projectId : null, files, tags, byViewer ? ground.viewer : null],
      ),
    );
  }
  for (const { from, to, kind } of world.links) {
    if (from === to) continue;
    await pool.query(
      'INSERT INTO clambake.memory_link (from_id, to_id, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [memoryIds[from], memoryIds[to], kind],
    );
  }
  for (const { memory, message } of world.sources)
    await pool.query('UPDATE clambake.memory SET source_id = $2 WHERE id = $1', [
      memoryIds[memory],
      messageIds[message],
    ]);
  for (const { message, memory } of world.citations)
    await pool.query('INSERT INTO clambake.citation VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      messageIds[message],
      memoryIds[memory],
    ]);
  for (const { reply, to } of answersIn(world))
    await pool.query('UPDATE clambake.message SET reply_to_id = $2 WHERE id = $1', [messageIds[reply], messageIds[to]]);
  for (const { done, blocker } of endsIn(world))
    await pool.query(
      'INSERT INTO clambake.blocker (message_id, ended_at, "end", ended_by_id) VALUES ($1, now(), \'DONE\', $2)',
      [messageIds[blocker], messageIds[done]],
    );
  return { world, ground, projectId, memoryIds, messageIds };
}

const lastOf = <Item>(items: readonly Item[], key: (item: Item) => number): Item[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
];
/** Only to an earlier message can another be an answer. */
const answersIn = ({ replies }: World) =>
  lastOf(
    replies.filter(({ reply, to }) => to < reply),
    ({ reply }) => reply,
  );
const endsIn = ({ ends }: World) =>
  lastOf(
    ends.filter(({ done, blocker }) => blocker < done),
    ({ blocker }) => blocker,
  );

export interface Answer {
  nodes: { key: string; distance: number }[];
  edges: string[];
}

/** The answer to a question, by walking through the world step by step; edges sorted. */
export function walk({ world, ground, memoryIds, messageIds }: Laid, question: Question): Answer {
  const memory = (at: number): string => `memory:${memoryIds[at]}`;
  const message = (at: number): string => `message:${messageIds[at]}`;
  const isHidden = new Set(
    world.messages.flatMap(({ to, byViewer }, at) =>
      question.seesAll || to !== 'another' || byViewer ? [] : [message(at)],
    ),
  );
  const all = [
    ...world.links
      .filter(({ from, to, kind }) => from !== to && (question.kinds?.includes(kind) ?? true))
      .map(({ from, to, kind }) => ({ from: memory(from), to: memory(to), kind })),
    ...lastOf(world.sources, (one) => one.memory).map((one) => ({
      from: memory(one.memory),
      to: message(one.message),
      kind: 'CAME_FROM',
    })),
    ...world.citations.map((one) => ({ from: message(one.message), to: memory(one.memory), kind: 'CITES' })),
    ...answersIn(world).map(({ reply, to }) => ({ from: message(reply), to: message(to), kind: 'REPLIES_TO' })),
    ...endsIn(world).map(({ done, blocker }) => ({ from: message(done), to: message(blocker), kind: 'ENDS' })),
  ].filter(({ from, to }) => !isHidden.has(from) && !isHidden.has(to));
  const inProject = (key: string): boolean => world.memories.some((one, at) => memory(at) === key && one.ofProject);
  const { focus } = question;
  const starts = focus
    ? ['memory' in focus ? memory(focus.memory) : message(focus.message)].filter((key) => !isHidden.has(key))
    : world.memories
        .map((_, at) => memory(at))
        .filter((key) => inProject(key) && all.some((edge) => edge.from === key || edge.to === key));
  const distances = new Map(starts.map((key) => [key, 0]));
  const queue = [...starts];
  for (const key of queue) {
    const distance = distances.get(key) ?? 0;
    if (distance === question.depth) continue;
    for (const { from, to } of all) {
      const other = from === key ? to : to === key ? from : undefined;
      if (other === undefined || distances.has(other)) continue;
      if (!focus && other.startsWith('memory') && !inProject(other)) continue;
      distances.set(other, distance + 1);
      queue.push(other);
    }
  }
  const edges = all.filter(({ from, to }) => distances.has(from) && distances.has(to));
  const hang = (key: string, leaf: string, edge: (typeof edges)[number]): void => {
    edges.push(edge);
    distances.set(leaf, Math.min(distances.get(leaf) ?? 9, (distances.get(key) ?? 0) + 1));
  };
  for (const [at, one] of world.memories.entries()) {
    const key = memory(at);
    if (!distances.has(key)) continue;
    if (question.include.includes('FILES'))
      for (const path of one.files) hang(key, `file:${path}`, { from: key, to: `file:${path}`, kind: 'TOUCHES' });
    if (question.include.includes('TAGS'))
      for (const tag of one.tags.map((name) => `tag:${name.toLowerCase()}`))
        hang(key, tag, { from: key, to: tag, kind: 'TAGGED' });
    const author = `instance:${ground.viewer}`;
    if (question.include.includes('INSTANCES') && one.byViewer)
      hang(key, author, { from: author, to: key, kind: 'WROTE' });
  }
  for (const [at, one] of world.messages.entries()) {
    const key = message(at);
    const sender = `instance:${one.byViewer ? ground.viewer : ground.another}`;
    if (distances.has(key) && question.include.includes('INSTANCES'))
      hang(key, sender, { from: sender, to: key, kind: 'SENT' });
  }
  return {
    nodes: [...distances].map(([key, distance]) => ({ key, distance })).sort(inOrder),
    edges: [...new Set(edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`))].sort(),
  };
}

const kindsInOrder = ['memory', 'message', 'instance', 'file', 'tag'];

function inOrder(a: Answer['nodes'][number], b: Answer['nodes'][number]): number {
  const [kindOfA = '', nameOfA = ''] = parted(a.key);
  const [kindOfB = '', nameOfB = ''] = parted(b.key);
  if (a.distance !== b.distance) return a.distance - b.distance;
  if (kindOfA !== kindOfB) return kindsInOrder.indexOf(kindOfA) - kindsInOrder.indexOf(kindOfB);
  if (['memory', 'message'].includes(kindOfA)) return Number(nameOfB) - Number(nameOfA);
  return Buffer.compare(Buffer.from(nameOfA), Buffer.from(nameOfB));
}

const parted = (key: string): string[] => [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
