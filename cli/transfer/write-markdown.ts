import { globalTypes, projectTypes } from '../../server/memory/scope-types.ts';
import type { Bar } from './bar.ts';
import { firstLine, markdownOf } from './markdown.ts';
import { type Revision, readProjects, readRevisions, type Scope } from './reading.ts';
import type { Server } from './server.ts';
import type { Counts } from './write-records.ts';

const introduction = `${firstLine}

Memories, in their current versions. A title and a text can be edited here: \`clambake import\` brings them back.
Whatever else is known of a memory stands in the comment above its text.
`;

/**
 * Writes an export as Markdown: a heading for each project and for what is global, for each type, for each memory.
 * @param write takes whole lines. @returns whether somebody still reads
 * @throws CliError, the reason of the signal, and what `write` throws
 */
export async function writeMarkdown(
  server: Server,
  scope: Scope,
  write: (text: string) => Promise<boolean>,
  bar: Bar,
  signal: AbortSignal,
): Promise<Counts> {
  const counts: Counts = { instances: 0, memories: 0, revisions: 0, links: 0 };
  const total = await countMemories(server, scope, signal);
  if (!(await write(introduction))) return counts;
  const authors = new Set<string>();
  for (const part of await partsOf(server, scope, signal)) {
    let named = false;
    for (const type of part.project === null ? globalTypes : projectTypes) {
      let headed = false;
      for await (const nodes of readRevisions(server, { ...part, type: [type], current: true }, signal)) {
        const headings = [
          ...(named ? [] : [`\n# ${part.project ?? 'Global'}\n`]),
          ...(headed ? [] : [`\n## ${capitalized(type)}\n`]),
        ];
        named = true;
        headed = true;
        if (!(await write([...headings, ...nodes.map(asMarkdown)].join('')))) return counts;
        counts.memories += nodes.length;
        counts.revisions += nodes.length;
        for (const { author } of nodes) if (author) authors.add(author.id);
        counts.instances = authors.size;
        bar.update(counts.memories, total);
      }
    }
  }
  return counts;
}

async function countMemories(server: Server, scope: Scope, signal: AbortSignal): Promise<number> {
  let total = 0;
  const first = readRevisions(server, { ...scope, current: true }, signal, (count) => {
    total = count;
  });
  await first.next();
  await first.return();
  return total;
}

/** One after the other: the projects that are asked for, and what is global. */
async function partsOf(server: Server, { project, global }: Scope, signal: AbortSignal): Promise<Scope[]> {
  const globally = { project: null, global: true };
  if (project !== null) return [{ project, global: null }, ...(global ? [globally] : [])];
  if (global) return [globally];
  return [globally, ...(await readProjects(server, signal)).map((name) => ({ project: name, global: null }))];
}

const capitalized = (type: string): string => `${type.charAt(0)}${type.slice(1).toLowerCase()}`;

function asMarkdown({ memory, author, createdAt, ...state }: Revision): string {
  const { version, title, content, status, tags, files } = state;
  return markdownOf({
    ...{ uid: memory.uid, project: memory.project?.name ?? null, type: memory.type, version, status, tags, files },
    ...{ author: author?.id ?? null, createdAt: memory.createdAt, updatedAt: createdAt, title, content },
  });
}
