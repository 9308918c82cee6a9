import type { MemoryLinkKind, MemoryStatus, MemoryType } from '../../server/database/generated/enums.ts';
import type { Server } from './server.ts';

/** What is exported. */
export interface Scope {
  project: string | null;
  global: boolean | null;
}

export interface Author {
  id: string;
  project: { name: string };
  directory: string;
  model: string | null;
  startedAt: string;
}

/** A version with the memory that it is of. */
export interface Revision {
  version: number;
  title: string;
  content: string;
  status: MemoryStatus;
  tags: string[];
  files: string[];
  createdAt: string;
  author: Author | null;
  memory: {
    id: string;
    uid: string;
    type: MemoryType;
    createdAt: string;
    project: { name: string } | null;
    author: Author | null;
  };
}

export interface Link {
  from: { id: string; uid: string };
  to: { id: string; uid: string };
  kind: MemoryLinkKind;
  createdAt: string;
  author: Author | null;
}

interface Page<Node> {
  totalCount?: number;
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const page = 'pageInfo{hasNextPage endCursor}';
const author = 'author{id project{name}directory model startedAt}';

const revisions = `query ExportRevisions($project:String,$global:Boolean,$type:[MemoryType!],$current:Boolean!,$after:String,$count:Boolean!){
  memoryRevisions(project:$project,global:$global,type:$type,current:$current,first:100,after:$after){
    totalCount@include(if:$count)
    nodes{version title content status tags files createdAt ${author} memory{id uid type createdAt project{name} ${author}}}${page}
  }
}`;

const links = `query ExportLinks($project:String,$global:Boolean,$after:String,$count:Boolean!){
  memoryLinks(project:$project,global:$global,first:100,after:$after){
    totalCount@include(if:$count)
    nodes{from{id uid}to{id uid}kind createdAt ${author}}${page}
  }
}`;

const projects = `query ExportProjects($after:String,$count:Boolean!){
  projects(first:100,after:$after){totalCount@include(if:$count)nodes{name}${page}}
}`;

/** Reads a list page by page. @param counted told how many there are, before the first page is given */
async function* pages<Node>(
  server: Server,
  document: string,
  variables: Record<string, unknown>,
  signal: AbortSignal,
  counted?: (total: number) => void,
): AsyncGenerator<Node[], void> {
  let after: string | null = null;
  do {
    const asked: Record<string, unknown> = { ...variables, after, count: after === null && counted !== undefined };
    const { totalCount, nodes, pageInfo }: Page<Node> = await server.ask(document, asked, signal);
    if (totalCount !== undefined) counted?.(totalCount);
    if (nodes.length > 0) yield nodes;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}

/** Every version of the memories of a scope, by memory and version. */
export const readRevisions = (
  server: Server,
  what: Scope & { type?: MemoryType[]; current: boolean },
  signal: AbortSignal,
  counted?: (total: number) => void,
): AsyncGenerator<Revision[], void> => pages(server, revisions, { ...what }, signal, counted);

/** Every link that starts in a scope. */
export const readLinks = (server: Server, scope: Scope, signal: AbortSignal): AsyncGenerator<Link[], void> =>
  pages(server, links, { ...scope }, signal);

/** The names of all projects. */
export async function readProjects(server: Server, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  for await (const nodes of pages<{ name: string }>(server, projects, {}, signal)) {
    names.push(...nodes.map(({ name }) => name));
  }
  return names;
}
