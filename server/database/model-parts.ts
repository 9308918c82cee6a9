import { type Instance, Prisma, type Project } from './generated/client.ts';
import { fieldsOf, type Part, part } from './part.ts';

/** An instance without the hash of its token, which has no business in what is shown. */
export type ShownInstance = Omit<Instance, 'tokenHash'>;

const { tokenHash: _, ...ofInstance } = Prisma.InstanceScalarFieldEnum;

/** @param alias of `clambake.instance` in the statement */
export const instancePart = (alias: string): Part<ShownInstance> => part(alias, fieldsOf(ofInstance));

/** @param alias of `clambake.project` in the statement */
export const projectPart = (alias: string): Part<Project> => part(alias, fieldsOf(Prisma.ProjectScalarFieldEnum));
