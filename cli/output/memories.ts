import type { GraphResult, LinkLine, MemoryLine, MemoryResult, RememberResult } from '../generated/results.ts';
import { count, ending, list, type Page, quote, word } from './lines.ts';
import { relative } from './time.ts';
import { visibleLine } from './visible.ts';

/** `(issue, doc-db-v2, resolved)`: what it is, whose it is, and its status where it no longer holds. */
function about(memory: Pick<MemoryLine, 'type' | 'status'> & Partial<MemoryLine>): string {
  const words = [word(memory.type)];
  if (memory.project) words.push(visibleLine(memory.project.name));
  else if (memory.global) words.push('global');
  if (memory.status !== 'ACTIVE') words.push(word(memory.status));
  return `(${words.join(', ')})`;
}

/** `#42 (issue, doc-db-v2): JMAP null filter crashes query`. */
export function memoryName(memory: MemoryLine): string {
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

/** A memory with its links and its earlier versions. */
export function wholeMemory(whole: MemoryResult['memory'], page: Page): string[] {
  const lines = memory(whole, page);
  if (whole.links.length > 0) {
    lines.push('  Links');
    for (const { kind, direction, memory: other } of whole.links) {
      const [left, right] = direction === 'INCOMING' ? [other.id, whole.id] : [whole.id, other.id];
      lines.push(`    #${left} ${word(kind)} #${right} ${about(other)}${ending(other.title)}`);
    }
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

/** What was remembered, what it bears on, and the issues that it solves and that are still open. */
export function remembered(memory: RememberResult['remember']): string[] {
  const links = memory.links.filter(({ direction }) => direction === 'OUTGOING');
  return [
    `${memory.version > 1 ? 'Updated' : 'Remembered'} ${memoryName(memory)}`,
    ...links.map(({ kind, memory: other }) => `  ${word(kind)} #${other.id} ${about(other)}${ending(other.title)}`),
    ...links
      .filter(({ kind, memory: other }) => kind === 'FIXES' && other.type === 'ISSUE' && other.status === 'ACTIVE')
      .map(({ memory: other }) => `Is issue #${other.id} solved? clambake update-memory ${other.id} --status resolved`),
  ];
}

/** `#42 fixes #17`, and both titles. */
export function link(link: LinkLine): string[] {
  return [
    `Linked #${link.from.id} ${word(link.kind)} #${link.to.id}.`,
    ...[link.from, link.to].map(({ id, title }) => `  #${id}${ending(title)}`),
  ];
}

export function graph(graph: GraphResult['memoryGraph']): string[] {
  if (graph.nodes.length === 0) return ['No memories.'];
  return [
    ...graph.nodes.map((node) => `#${node.id} ${about(node)}${ending(node.title)}`),
    graph.edges.length === 0 ? 'No links between them.' : `Links (${graph.edges.length})`,
    ...graph.edges.map(({ from, to, kind }) => `  #${from} ${word(kind)} #${to}`),
    ...(graph.truncated
      ? [`Not all of it: ${count(graph.nodes.length, 'memory', 'memories')} shown. --first shows more.`]
      : []),
  ];
}
