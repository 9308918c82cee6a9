import { relative } from '../../server/relative-time.ts';
import { visible, visibleLine } from '../../server/visible.ts';
import type { HistoryResult } from '../generated/results.ts';
import { ending, list, type Page, word } from './lines.ts';
import { memoryName } from './memories.ts';

type Whole = HistoryResult['memory'];
type Revision = Whole['revisions']['nodes'][number];

/** Every version of a memory, the current one first, with what it changed. */
export function history(memory: Whole, page: Page): string[] {
  const { nodes, pageInfo } = memory.revisions;
  const lines = nodes.flatMap((revision, index) => [
    `Version ${revision.version} (${word(revision.status)}) by ${page.paint('name', visibleLine(revision.from))}, ${relative(revision.createdAt, page.now)}${ending(revision.title)}`,
    ...changes(revision, nodes[index + 1]),
  ]);
  const more =
    pageInfo.hasNextPage && pageInfo.endCursor ? [page.paint('quiet', `More: ${page.more(pageInfo.endCursor)}`)] : [];
  return [memoryName(memory), ...lines, ...more];
}

/** What a version changed. What the one before it was like is not known of the last on a page, unless it is the first of all. */
function changes(revision: Revision, before: Revision | undefined): string[] {
  if (!before) return revision.version === 1 ? differences('', revision.content) : [];
  const { title, status, tags, files, content } = revision;
  return [
    ...(title === before.title ? [] : [`  title was${ending(before.title)}`]),
    ...(status === before.status ? [] : [`  status was ${word(before.status)}`]),
    ...changed('tags', before.tags, tags),
    ...changed('files', before.files, files),
    ...differences(before.content, content),
  ];
}

function changed(what: string, before: readonly string[], after: readonly string[]): string[] {
  const added = after.filter((one) => !before.includes(one)).map((one) => `+${one}`);
  const removed = before.filter((one) => !after.includes(one)).map((one) => `-${one}`);
  const all = [...removed, ...added];
  return all.length === 0 ? [] : [`  ${what}: ${list(all)}`];
}

/** The lines that differ, between those that two texts have in common at their beginning and end. */
function differences(before: string, after: string): string[] {
  const [one, other] = [before, after].map((text) => (text === '' ? [] : visible(text).split('\n'))) as [
    string[],
    string[],
  ];
  let begin = 0;
  while (begin < Math.min(one.length, other.length) && one[begin] === other[begin]) begin += 1;
  let end = 0;
  while (end < Math.min(one.length, other.length) - begin && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return [
    ...one.slice(begin, one.length - end).map((line) => `    - ${line}`),
    ...other.slice(begin, other.length - end).map((line) => `    + ${line}`),
  ];
}
