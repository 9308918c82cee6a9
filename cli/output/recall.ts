import { bytesPerToken, cutTo, tokensOf } from '../../server/recall/tokens.ts';
import { visibleLine } from '../../server/visible.ts';
import type { MemoryLine, RecallResult } from '../generated/results.ts';
import { count, ending, list, type Page, quote, word } from './lines.ts';
import { memory, memoryName } from './memories.ts';

type Recalled = RecallResult['recall'];
type Edge = Recalled['edges'][number];

/** What was recalled: as every list of memories, or as much of it as fits into a budget. */
export function recalled(result: Recalled, page: Page): string[] {
  const { pageInfo, nodes, edges } = result;
  if (nodes.length === 0) return [page.first ? 'No memories found.' : 'No more.'];
  if (page.budget !== undefined) {
    const blocks = nodes.map((node, index) => short(node, edges[index]));
    return within(page.budget, blocks, (shown) => rest(result, shown, page));
  }
  const more = pageInfo.hasNextPage ? rest(result, nodes.length, page).slice(0, 1) : [];
  return [...nodes.flatMap((node, index) => whole(node, edges[index], page)), ...more];
}

/** The line that says what comes behind so many of a page, and as short as can be; none where nothing does. */
function rest({ totalCount, pageInfo, nodes, edges }: Recalled, shown: number, page: Page): string[] {
  const all = shown === nodes.length;
  const cursor = all ? pageInfo.endCursor : edges[shown - 1]?.cursor;
  if ((all && !pageInfo.hasNextPage) || !cursor) return [];
  const named = edges.slice(0, shown).reduce((sum, { alike }) => sum + 1 + alike.length, 0);
  const left = page.first ? `${totalCount - named} more` : 'More';
  return [page.paint('quiet', `${left}: ${page.more(cursor)}`), page.paint('quiet', `${left}.`)];
}

/** A memory as it is printed: what has to stay, and the text, which may go. */
interface Block {
  head: string[];
  text: string[];
}

function whole(node: MemoryLine, edge: Edge | undefined, page: Page): string[] {
  const [head = '', ...text] = memory(node, page);
  return [head, ...why(edge), ...text];
}

function short(node: MemoryLine, edge: Edge | undefined): Block {
  const alike = edge?.alike ?? [];
  const same = alike.length === 0 ? [] : [`  the same in: ${alike.map((id) => `#${id}`).join(', ')}`];
  return { head: [memoryName(node), ...same, ...why(edge)], text: quote(node.content) };
}

/**
 * As much as fits. The server has counted titles and texts; what it costs to show a hidden character, a reason, or how to go on, is known
 * only here. How to go on comes before texts and all but the first memory: what is left out can then be asked for.
 * @param rest the lines that say what comes behind so many of the blocks, of which one is to be printed, the first that fits
 */
function within(budget: number, blocks: readonly Block[], rest: (shown: number) => string[]): string[] {
  let total = 0;
  const upTo = blocks.map(({ head }) => {
    total += bytesOf(head);
    return total;
  });
  const room = budget * bytesPerToken;
  for (const form of [0, 1]) {
    for (let shown = blocks.length; shown > 0; shown -= 1) {
      const ends = rest(shown).slice(form, form + 1);
      const left = room - (upTo[shown - 1] ?? 0) - bytesOf(ends);
      if (left >= 0) return [...filled(blocks.slice(0, shown), left), ...ends];
    }
  }
  return [beginning(blocks[0]?.head[0] ?? '', budget)];
}

/** The blocks with so many bytes of their texts, the first ones first. */
function filled(blocks: readonly Block[], room: number): string[] {
  let left = room;
  return blocks.flatMap(({ head, text }) => {
    const shown = text.filter((line) => {
      left -= bytesOf([line]);
      return left >= 0;
    });
    return [...head, ...shown];
  });
}

/** As much of a line as fits. */
function beginning(line: string, budget: number): string {
  if (tokensOf(`${line}\n`) <= budget) return line;
  return cutTo(line, budget - 1, 0) ?? '…';
}

/** Bytes of lines with their ends. */
const bytesOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

/** `  why: 3.2 by crash in title (in 3 memories) 2.1, filter in content (in 9 memories) 1.2, side by side 0.2; length 1.00, status …, age …`, and what bears on it. */
function why(edge: Edge | undefined): string[] {
  const reason = edge?.why;
  if (!reason) return [];
  const { score, words, pairScore, lengthShare, statusShare, ageShare, days, bearers } = reason;
  const figure = (number: number): string => number.toFixed(2);
  const found = words.map(({ asked, found, fields, memories, score }) => {
    const where = list(fields.map((field) => word(field)));
    const as = asked.toLowerCase().includes(found) ? '' : ` as ${visibleLine(found)}`;
    return `${visibleLine(asked)}${as} in ${where} (in ${count(memories, 'memory', 'memories')}) ${figure(score)}`;
  });
  const changed = `changed ${count(Math.floor(days), 'day')} ago`;
  const pairs = pairScore > 0 ? [`side by side ${figure(pairScore)}`] : [];
  const shares = `length ${figure(lengthShare)}, status ${figure(statusShare)}, age ${figure(ageShare)}`;
  return [
    found.length > 0
      ? `  why: ${figure(score)} by ${[...found, ...pairs].join(', ')}; ${shares}, ${changed}`
      : `  why: ${changed}, ${figure(score)} days with the head start of its type`,
    ...bearers.map(({ kind, memory: other }) => `  #${other.id} ${word(kind)} it${ending(other.title)}`),
  ];
}
