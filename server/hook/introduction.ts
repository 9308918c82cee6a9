import { human } from '../address.ts';
import { usualLimit } from '../connection.ts';
import type { Context, InstanceViewer } from '../context.ts';
import { statement } from '../database/statement.ts';
import { isLiveIn } from '../instance/presence.ts';
import { asMemory } from '../memory/rows.ts';
import { listFirst } from '../recall/first.ts';
import { pack } from '../recall/pack.ts';
import { relative } from '../relative-time.ts';
import { visible } from '../visible.ts';
import { channelsOf, claimMail, type Handed, notInstructions, returnMail, sender, told } from './mail.ts';
import { waitsForAnswer } from './stop.ts';
import { Brief, indented, messageLines, namesOf, oneLine, type ToldMessage } from './text.ts';

/** Tokens of all of it (issue: under 800), and of each part; memory gets what is left. */
const budget = 780;
const parts = { holds: 120, waiting: 200, blockers: 130, others: 110, unread: 110 };

const textTokens = 60;
const nameTokens = 40;
/** Less than this says too little of a memory. */
const leastMemory = 60;

interface Other {
  id: string;
  project: string;
  status: string;
  task: string | null;
  lastSeenAt: Date;
  count: number;
}

const listOthers = statement<Other, [instanceId: string, projectId: number, staleAfter: number]>(
  'hook-others',
  `SELECT i.id, p.name AS project, i.status::text AS status, i.task, i.last_seen_at AS "lastSeenAt", count(*) OVER ()::int AS count
   FROM clambake.instance i JOIN clambake.project p ON p.id = i.project_id
   WHERE i.id <> $1 AND ${isLiveIn('i', '$3')}
   ORDER BY (i.project_id = $2) DESC, i.last_seen_at DESC LIMIT 6`,
);

interface OpenBlocker {
  id: number;
  holderId: string | null;
  subject: string;
  resources: string[];
  expiresAt: Date | null;
}

const listBlockers = statement<OpenBlocker, [instanceId: string, projectId: number, staleAfter: number]>(
  'hook-blockers',
  `SELECT b.message_id AS id, b.holder_id AS "holderId", m.subject, b.resources, b.expires_at AS "expiresAt"
   FROM clambake.blocker b JOIN clambake.message m ON m.id = b.message_id LEFT JOIN clambake.instance h ON h.id = b.holder_id
   WHERE b.ended_at IS NULL AND (b.expires_at IS NULL OR b.expires_at > now())
     AND (h.id IS NULL OR (${isLiveIn('h', '$3')}))
   ORDER BY (b.holder_id = $1) DESC NULLS LAST, (h.project_id = $2) DESC NULLS LAST, m.id DESC LIMIT 50`,
);

/** Messages of the inbox that are told of at most. */
const mostMail = 25;

// First which, then what they say: bodies are long.
const listMail = statement<
  ToldMessage & { waits: boolean; unread: number },
  [instanceId: string, ...channelIds: [number, number, number]]
>(
  'hook-introduction-mail',
  `WITH mine AS (
     SELECT m.id, m.type, r.read_at IS NULL AS unread, (m.type IN ('REQUEST', 'BLOCKER') AND (${waitsForAnswer})) AS waits
     FROM clambake.message m JOIN clambake.channel c ON c.id = m.channel_id
     LEFT JOIN clambake.receipt r ON r.message_id = m.id AND r.instance_id = $1
     WHERE m.channel_id IN ($2, $3, $4) AND m.expires_at > now() AND m.sender_id IS DISTINCT FROM $1
   ), chosen AS (
     SELECT id, waits, row_number() OVER (ORDER BY waits DESC, type = 'WARNING' DESC, id DESC) AS place,
       (count(*) FILTER (WHERE unread) OVER ())::int AS unread
     FROM mine WHERE waits OR unread
   )
   SELECT ${told}, chosen.waits, chosen.unread
   FROM chosen JOIN clambake.message m ON m.id = chosen.id ${sender} WHERE place <= ${mostMail} ORDER BY place`,
);

/** Why a session is told of the others: the `source` of its start, or that it is known only now. */
export interface Occasion {
  source: string | undefined;
  /** Whether it has registered just now. */
  fresh: boolean;
}

/**
 * What a session is told that starts, resumes or was compacted: who it is, what it holds and owes, what others hold, who is there and
 * on what, its mail, and what is known about its project. Below 800 tokens.
 */
export async function introduce(context: Context, viewer: InstanceViewer, occasion: Occasion): Promise<Handed> {
  const { pool } = context.database;
  const { id, projectId, projectName } = viewer;
  const [others, blockers, mail, memories] = await Promise.all([
    listOthers(pool, id, projectId, context.staleAfter),
    listBlockers(pool, id, projectId, context.staleAfter),
    listMail(pool, id, ...channelsOf(viewer)),
    listFirst(pool, { ...everything, projectIds: [projectId] }, undefined, usualLimit),
  ]);
  const brief = new Brief(budget);
  brief.add(...opening(viewer, occasion));
  const own = blockers.filter(({ holderId }) => holderId === id);
  brief.addList(
    'Held by this session, until `clambake release <id>` or a `done`:',
    own.map((blocker) => [blockerLine(blocker, false)]),
    (more) => `and ${more} more: \`clambake blockers\``,
    parts.holds,
  );
  const handed: number[] = [];
  const tell = (
    messages: readonly ToldMessage[],
    heading: string,
    rest: (more: number) => string,
    most: number,
  ): void => {
    const blocks = messages.map((message) => messageLines(message, textTokens));
    const added = brief.addList(heading, blocks, rest, most);
    handed.push(...messages.slice(0, added).map((message) => message.id));
  };
  tell(
    mail.filter(({ waits }) => waits),
    'Waiting for an answer of this session:',
    (more) => `and ${more} more: \`clambake inbox\``,
    parts.waiting,
  );
  const ofOthers = blockers.filter(({ holderId }) => holderId !== id);
  const shown = brief.addList(
    'Held by others:',
    ofOthers.map((blocker) => [blockerLine(blocker, true)]),
    (more) => `and ${more} more: \`clambake blockers\``,
    parts.blockers,
  );
  brief.addList(
    'Others at work:',
    others.map((other) => [otherLine(other)]),
    (more) => `and ${(others[0]?.count ?? 0) - others.length + more} more: \`clambake status\``,
    parts.others,
  );
  // Told above: they need not come again.
  const heldBy = new Set(ofOthers.slice(0, shown).map((blocker) => blocker.id));
  handed.push(...mail.filter((message) => heldBy.has(message.id)).map((message) => message.id));
  tell(
    mail.filter((message) => !message.waits && !heldBy.has(message.id)),
    `Unread (${mail[0]?.unread ?? 0}):`,
    () => 'the others: `clambake inbox`',
    parts.unread,
  );
  addMemories(brief, projectName, memories.map(asMemory));
  const claimed = [...(await claimMail(context, viewer, handed))];
  return { text: brief.toString(), takeBack: () => returnMail(context, viewer, claimed) };
}

const everything = {
  ...{ global: true, types: null, statuses: ['ACTIVE' as const], tags: null, authors: null, file: null, asOf: null },
};

function opening({ id, projectName }: InstanceViewer, { source, fresh }: Occasion): string[] {
  const project = oneLine(projectName, nameTokens);
  const still = source === 'compact' ? 'is still' : 'is';
  // It had not left: its process has crashed, or still runs.
  const twice =
    !fresh && (source === 'startup' || source === 'resume')
      ? [`It had not left before: if another window runs the same session, both are ${id}.`]
      : [];
  return [
    `Clambake: this session ${still} ${id} on ${project}, known to the other instances. ${notInstructions}`,
    ...twice,
  ];
}

function blockerLine({ id, holderId, subject, resources, expiresAt }: OpenBlocker, byOthers: boolean): string {
  const what = resources.length === 0 ? 'nothing named' : namesOf(resources);
  const who = byOthers ? ` by ${holderId ?? human}` : '';
  const until = expiresAt ? `, ends ${relative(expiresAt.toISOString(), Date.now())}` : '';
  return `#${id} ${what}${who}${until}: ${oneLine(subject, nameTokens)}`;
}

function otherLine({ id, project, status, task, lastSeenAt }: Other): string {
  const doing = task === null ? '' : `: ${oneLine(task, nameTokens)}`;
  const seen = relative(lastSeenAt.toISOString(), Date.now());
  return `${id} on ${oneLine(project, nameTokens)}, ${status.toLowerCase()}, seen ${seen}${doing}`;
}

function addMemories(brief: Brief, project: string, memories: ReturnType<typeof asMemory>[]): void {
  const heading = `Known about ${oneLine(project, nameTokens)} (\`clambake recall --search "…"\` finds more):`;
  const room = brief.left - Math.ceil(heading.length / 2);
  if (memories.length === 0 || room < leastMemory) return;
  const blocks = pack(memories, room).map(({ id, title, content }) => {
    const memory = memories.find((other) => other.id === id);
    const where = memory?.project ? '' : ', global';
    const head = `#${id} (${memory?.type.toLowerCase() ?? 'memory'}${where}) ${oneLine(title)}`;
    return [head, ...(content === '' ? [] : indented(visible(content)))];
  });
  brief.addList(heading, blocks, (more) => `and ${more} more`);
}
