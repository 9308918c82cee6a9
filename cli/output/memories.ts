import { relative } from '../../server/relative-time.ts';
import { visibleLine } from '../../server/visible.ts';
import type { LinkLine, MemoryLine, MemoryResult, RememberResult } from '../generated/results.ts';
import { ending, list, type Page, quote, word } from './lines.ts';

/** `(issue, doc-db-v2, resolved)`: what it is, whose it is, and its status where it no longer holds. */
export function about(memory: Pick<MemoryLine, 'type' | 'status'> & Partial<MemoryLine>): string {
  const words = [word(memory.type)];
  if (memory.project) words.push(visibleLine(memory.project.name));
  else if (memory.global) words.push('global');
  if (memory.status !== 'ACTIVE') words.push(word(memory.status));
  return `(${words.join(', ')})`;
}

/** `#42 (issue, doc-db-v2): JMAP null filter crashes query`. */
export function memoryName(memory: Pick<MemoryLine, 'id' | 'type' | 'status' | 'title'> & Partial<MemoryLine>): string {
  return `#${memory.id} ${about(memory)}${ending(memory.title)}`;
}

/** `#42 (issue, doc-db-v2) by brisk-otter-4f2a, 3 d ago, version 2: JMAP null filter`, its tags and files, its text. */
export function memory(memory: MemoryLine, page: Page): string[] {
  const version = memory.version > 1 ? `, version ${memory.version}` : '';
  const author = page.paint('name', visibleLine(memory.from));
  const when = relative(memory.updatedAt, page.now);
  return [
    `#${memory.id} ${about(memory)} by ${author}, ${when}${version}${ending(memory.title)}`,
    ...(memory.tags.length > 0 ? [`  tags: ${list(memory.tags)}`] : []),
    ...(memory.files.length > 0 ? [`  files: ${list(memory.files)}`] : []),
    ...quote(memory.content),
  ];
}

/** `    #42 fixes #17 (issue): JMAP null filter crashes query`. */
function linkEnd(id: string, { kind, direction, memory: other }: RememberResult['remember']['links'][number]): string {
  const [left, right] = direction === 'INCOMING' ? [other.id, id] : [id, other.id];
  return `    #${left} ${word(kind)} #${right} ${about(other)}${ending(other.title)}`;
}

/** `#7 done from brisk-otter-4f2a, 3 d ago: Migration is in`: a message that a memory is tied to. */
function tied(
  { id, type, from, subject, createdAt }: NonNullable<MemoryResult['memory']['source']>,
  page: Page,
): string {
  return `#${id} ${word(type)} from ${page.paint('name', visibleLine(from))}, ${relative(createdAt, page.now)}${ending(subject)}`;
}

/** A memory with its links, the messages that it is tied to and its earlier versions. */
export function wholeMemory(whole: MemoryResult['memory'], page: Page): string[] {
  const lines = memory(whole, page);
  const { links, linkCount, source, citedBy } = whole;
  if (source) lines.push('  Came from', `    ${tied(source, page)}`);
  if (links.length > 0) {
    lines.push(links.length < linkCount ? `  Links (${links.length} of ${linkCount})` : '  Links');
    lines.push(...links.map((one) => linkEnd(whole.id, one)));
  }
  if (citedBy.nodes.length > 0) {
    const { nodes, totalCount } = citedBy;
    lines.push(
      `  Cited by (${nodes.length < totalCount ? `the latest ${nodes.length} of ${totalCount}` : totalCount})`,
    );
    lines.push(...nodes.map((message) => `    ${tied(message, page)}`));
  }
  const earlier = whole.revisions.nodes.filter(({ version }) => version !== whole.version);
  if (earlier.length > 0) {
    lines.push(`  Earlier versions (${earlier.length})`);
    for (const { version, title, status, from, createdAt } of earlier) {
      const when = relative(createdAt, page.now);
      lines.push(`    version ${version} (${word(status)}) by ${visibleLine(from)}, ${when}${ending(title)}`);
    }
  }
  return lines;
}

/** What was remembered, its links, and how to close an issue that it fixes. */
export function remembered(memory: RememberResult['remember']): string[] {
  const fixed = memory.links.filter(({ kind, direction }) => kind === 'FIXES' && direction === 'OUTGOING');
  const open = fixed.filter(({ memory: other }) => other.type === 'ISSUE' && other.status === 'ACTIVE');
  return [
    `${memory.version > 1 ? 'Updated' : 'Remembered'} ${memoryName(memory)}`,
    ...memory.links.map((one) => linkEnd(memory.id, one)),
    ...open.map(({ memory: { id } }) => `Issue #${id} is still active: clambake update-memory ${id} --status resolved`),
  ];
}

/** `#42 fixes #17`, and both titles. */
export function link(link: LinkLine): string[] {
  return [
    `Linked #${link.from.id} ${word(link.kind)} #${link.to.id}.`,
    ...[link.from, link.to].map(({ id, title }) => `  #${id}${ending(title)}`),
  ];
}
