import type { GraphQLSchema } from 'graphql';
import { globalFlags, type LocalOption, localOptionNames, takesValue, type Variable } from '../line/table.ts';
import { marksOf } from './marks.ts';
import { Refusal } from './refusal.ts';
import type { Operation } from './source.ts';
import { kebabCase } from './variable.ts';

/**
 * The options of an operation that the command line keeps to itself, in the order of their marks.
 * @throws Refusal where the command line does not know one, or its flag is taken
 */
export function optionsOf(
  schema: GraphQLSchema,
  { file, definition }: Operation,
  variables: readonly Variable[],
): LocalOption[] {
  const taken = new Set<string>([...globalFlags, ...variables.map(({ flag }) => flag)]);
  return marksOf(schema, 'option', definition).map((mark) => {
    const name = localOptionNames.find((known) => known === mark.name);
    if (!name) {
      throw new Refusal(
        file,
        `@option names "${String(mark.name)}": the command line knows ${localOptionNames.join(', ')}.`,
      );
    }
    const flag = kebabCase(name);
    if (taken.has(flag)) throw new Refusal(file, `@option ${name} becomes --${flag}, which there is already.`);
    taken.add(flag);
    const takes = typeof mark.takes === 'string' ? mark.takes : undefined;
    if ((takes !== undefined) !== takesValue(name)) {
      throw new Refusal(file, `@option ${name} ${takesValue(name) ? 'says not what it takes' : 'takes no value'}.`);
    }
    return { name, flag, ...(takes === undefined ? {} : { takes }), description: String(mark.description) };
  });
}
