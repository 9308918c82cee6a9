import { tokensOf } from '../../server/recall/tokens.ts';
import type { MemoryLine, RecallResult } from '../generated/results.ts';
import { count, ending, list, type Page, quote, word } from './lines.ts';
import { memory, memoryName } from './memories.ts';
import { visibleLine } from './visible.ts';

type Recalled = RecallResult['recall'];
type Edge = Recalled['edges'][number];

/** What was recalled: as every list of memories, or as much of it as fits into a budget. */
export function recalled({ totalCount, pageInfo, nodes, edges }: Recalled, page: Page): string[] {
  if (nodes.length === 0) return [page.first ? 'No memories found.' : 'No more.'];
  const rest = page.first ? `${totalCount - nodes.length} more` : 'More';
  const more =
    pageInfo.hasNextPage && pageInfo.endCursor
      ? [page.paint('quiet', `${rest}: ${page.more(pageInfo.endCursor)}`)]
      : [];
  const blocks = nodes.map((node, index) => {
    const edge = edges[index];
    return page.budget === undefined ? whole(node, edge, page) : short(node, edge);
  });
  if (page.budget === undefined) return [...blocks.flatMap(({ head, text }) => [...head, ...text]), ...more];
  return within(page.budget, blocks, more);
}

/** A memory as it is printed: what has to stay, and the text, which may go. */
interface Block {
  head: string[];
  text: string[];
}

function whole(node: MemoryLine, edge: Edge | undefined, page: Page): Block {
  const [head = '', ...text] = memory(node, page);
  return { head: [head, ...why(edge)], text };
}

function short(node: MemoryLine, edge: Edge | undefined): Block {
  const alike = edge?.alike ?? [];
  const same = alike.length === 0 ? [] : [`  the same in: ${alike.map((id) => `#${id}`).join(', ')}`];
  return { head: [memoryName(node), ...same, ...why(edge)], text: quote(node.content) };
}

/** The server has counted the texts; what it costs to show a hidden character, or a reason, is known only here. */
function within(budget: number, blocks: Block[], more: string[]): string[] {
  const lines = (): string[] => blocks.flatMap(({ head, text }) => [...head, ...text]);
  const fits = (printed: string[]): boolean => tokensOf(`${printed.join('\n')}\n`) <= budget;
  while (!fits(lines())) {
    const last = blocks.findLast(({ text }) => text.length > 0);
    if (last) last.text.pop();
    else if (blocks.length > 1) blocks.pop();
    else break;
  }
  const all = [...lines(), ...more];
  return fits(all) ? all : lines();
}

/** `  why: 3.2 = (crash in the title 2.1 + filter in the text 1.4) x 0.91, changed 80 days ago`, and what bears on it. */
function why(edge: Edge | undefined): string[] {
  const reason = edge?.why;
  if (!reason) return [];
  const { score, words, statusShare, ageShare, days, bearers } = reason;
  const figure = (number: number): string => number.toFixed(2);
  const found = words.map(({ asked, found, fields, memories, score }) => {
    const where = list(fields.map((field) => word(field)));
    const as = asked.toLowerCase().includes(found) ? '' : ` as ${visibleLine(found)}`;
    return `${visibleLine(asked)}${as} in ${where} (in ${count(memories, 'memory', 'memories')}) ${figure(score)}`;
  });
  const changed = `changed ${count(Math.floor(days), 'day')} ago`;
  const shares = `status ${figure(statusShare)}, age ${figure(ageShare)}`;
  return [
    found.length > 0
      ? `  why: ${figure(score)} by ${found.join(', ')}; ${shares}, ${changed}`
      : `  why: ${changed}, ${figure(score)} days with the head start of its type`,
    ...bearers.map(({ kind, memory: other }) => `  #${other.id} ${word(kind)} it${ending(other.title)}`),
  ];
}
