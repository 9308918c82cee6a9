import { human } from '../address.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import { checkFilter, checkList } from '../input.ts';
import { requireKnown } from '../instance/known.ts';
import { MemoryConnection, MemoryRef, MemoryStatusRef, MemoryTypeRef } from '../memory/schema.ts';
import { requireProject } from '../project/service.ts';
import { foldTags, type RecallFilter } from './filter.ts';
import { recallPage } from './page.ts';
import { parseSearch } from './search-text.ts';
import './why-schema.ts';

/** Tokens of the smallest and the largest budget. */
const [leastBudget, mostBudget] = [50, 100_000];

builder.queryField('recall', (t) =>
  t.connection(
    {
      type: MemoryRef,
      description:
        'What is remembered. With a search the best match first, else what a new session should know first. Where neither a project nor global is asked for: the project of whoever asks, and what is global; for the operator everything.',
      args: {
        project: t.arg.string({ description: 'What belongs to this project.' }),
        global: t.arg.boolean({
          description:
            'What belongs to no project; beside a project, both. False leaves it out: for the operator every project is what is left.',
        }),
        type: t.arg({ type: [MemoryTypeRef], description: 'Only memories of these types.' }),
        status: t.arg({
          type: [MemoryStatusRef],
          description:
            'Only memories that hold in these ways. ACTIVE where nothing is said; in a search RESOLVED too; of a file all.',
        }),
        search: t.arg.string({
          description:
            'A question or words, of which any may match, rare ones counting more: by stem, names and paths whole and in part, slips of the keyboard forgiven; "a phrase" that has to be there; -without this.',
        }),
        tags: t.arg.stringList({ description: 'Only memories with any of these tags.' }),
        file: t.arg.string({ description: 'Only memories that speak of a path with this in it, by whole names.' }),
        author: t.arg.string({ description: 'Only memories that this instance, or `human`, first wrote.' }),
        asOf: t.arg({ type: 'DateTime', description: 'What was known at this time, as it was then.' }),
        budget: t.arg.int({
          description:
            'Give what fits into so many tokens, 50 to 100000: titles for half of it, then contents, the best first; what says the same only once. The first title is cut where it does not fit. A token is three bytes.',
        }),
      },
      async resolve(
        _,
        { project, global, type, status, search, tags, file, author, asOf, budget, ...args },
        context,
        info,
      ) {
        if (typeof budget === 'number' && (budget < leastBudget || budget > mostBudget)) {
          throw badInput('budget', `budget is ${budget}: give ${leastBudget} to ${mostBudget} tokens.`);
        }
        const terms = typeof search === 'string' ? parseSearch(search) : undefined;
        const path = checkFilter('file', file) ?? null;
        const filter: RecallFilter = {
          ...(await scopeOf(context, project, global)),
          types: type ? [...new Set(type)] : null,
          statuses: status ? [...new Set(status)] : path !== null ? null : terms ? ['ACTIVE', 'RESOLVED'] : ['ACTIVE'],
          tags: tags ? await foldTags(context.database.pool, checkList('tags', 'tag', tags)) : null,
          authors: await authorsOf(context, author),
          file: path,
          asOf: asOf ?? null,
        };
        return recallPage(context, info, args, { terms, filter }, budget ?? undefined);
      },
    },
    MemoryConnection,
  ),
);

async function scopeOf(
  { viewer, database }: Context,
  project: string | null | undefined,
  global: boolean | null | undefined,
): Promise<Pick<RecallFilter, 'projectIds' | 'global'>> {
  const scope = await requireProject(database.pool, project);
  if (scope) return { projectIds: [scope.id], global: global ?? false };
  if (global) return { projectIds: [], global: true };
  return { projectIds: viewer.kind === 'instance' ? [viewer.projectId] : null, global: global ?? true };
}

async function authorsOf({ database }: Context, author: string | null | undefined): Promise<string[] | null> {
  const id = checkFilter('author', author)?.toLowerCase();
  if (id === undefined) return null;
  if (id !== human) await requireKnown(database.pool, id);
  return [id];
}
