import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { tools } from './generated/tools.ts';

/** What can be read without a tool. */
export const resources = [
  { uri: 'clambake://blockers', name: 'blockers', description: 'What is held now.', mimeType: 'application/json' },
];

export const resourceTemplates = [
  {
    uriTemplate: 'clambake://project/{name}/memory',
    name: 'memory',
    description: "A project's memory, the best first.",
    mimeType: 'application/json',
  },
];

/** Tokens that the memory of a project may take. */
const budget = 2000;

/**
 * The operation that answers for a resource.
 * @throws ResourceNotFoundError where there is none of this address
 */
export function operationFor(uri: string): { document: string; variables: Record<string, unknown> } {
  if (uri === 'clambake://blockers') return { document: documentOf('blockers'), variables: { open: true } };
  const project = /^clambake:\/\/project\/([^/?#]+)\/memory$/.exec(uri)?.[1];
  const name = project === undefined ? undefined : decoded(project);
  if (name === undefined) throw new ResourceNotFoundError(uri);
  return { document: documentOf('recall'), variables: { project: name, budget } };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // A % that stands for nothing: no resource has such an address.
    return undefined;
  }
}

function documentOf(name: string): string {
  const tool = tools.find((known) => known.name === name);
  if (!tool) throw new Error(`There is no operation ${name}.`);
  return tool.document;
}
