import type { Bar } from './bar.ts';
import { type Author, readLinks, readRevisions, type Scope } from './reading.ts';
import { type EndLine, formatVersion, type HeaderLine, type RecordLine } from './record.ts';
import type { Server } from './server.ts';

/** What was written. */
export type Counts = Omit<EndLine, 'clambake'>;

/**
 * Writes an export as NDJSON: each instance before what it first wrote, each memory before its versions, links last. Two of the same
 * data are the same, byte for byte.
 * @param write takes whole lines. @returns whether somebody still reads
 * @throws CliError, the reason of the signal, and what `write` throws
 */
export async function writeRecords(
  server: Server,
  scope: Scope,
  write: (text: string) => Promise<boolean>,
  bar: Bar,
  signal: AbortSignal,
): Promise<Counts> {
  const counts: Counts = { instances: 0, memories: 0, revisions: 0, links: 0 };
  const known = new Set<string>();
  let lines: string[] = [];
  const add = (line: RecordLine | HeaderLine | EndLine): void => {
    lines.push(`${JSON.stringify(line)}\n`);
  };
  const flush = async (): Promise<boolean> => {
    const text = lines.join('');
    lines = [];
    return write(text);
  };
  const bring = (author: Author | null): string | null => {
    if (author === null) return null;
    const { id, project, directory, model, startedAt } = author;
    if (!known.has(id)) {
      known.add(id);
      counts.instances += 1;
      add({ record: 'instance', id, project: project.name, directory, model, startedAt });
    }
    return id;
  };

  add({ clambake: 'export', version: formatVersion, project: scope.project, global: scope.global === true });
  let total = 0;
  let last = '';
  let highest = 0;
  const all = readRevisions(server, { ...scope, current: false }, signal, (count) => {
    total = count;
  });
  for await (const nodes of all) {
    for (const { memory, version, title, content, status, tags, files, author, createdAt } of nodes) {
      const { uid, type } = memory;
      if (uid !== last) {
        last = uid;
        highest = Number(memory.id);
        counts.memories += 1;
        const first = bring(memory.author);
        const project = memory.project?.name ?? null;
        add({ record: 'memory', uid, project, type, author: first, createdAt: memory.createdAt });
      }
      counts.revisions += 1;
      const by = bring(author);
      add({ record: 'revision', memory: uid, version, title, content, status, tags, files, author: by, createdAt });
    }
    if (!(await flush())) return counts;
    bar.update(counts.revisions, total);
  }
  for await (const nodes of readLinks(server, scope, signal)) {
    for (const { from, to, kind, author, createdAt } of nodes) {
      // A memory that was written since is not in the file.
      if (Number(from.id) > highest || (isWhole(scope) && Number(to.id) > highest)) continue;
      counts.links += 1;
      const by = bring(author);
      add({ record: 'link', from: from.uid, to: to.uid, kind, author: by, createdAt });
    }
    if (!(await flush())) return counts;
  }
  add({ clambake: 'end', ...counts });
  await flush();
  return counts;
}

const isWhole = ({ project, global }: Scope): boolean => project === null && global !== true;
