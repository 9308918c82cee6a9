import type { GraphQLSchema } from 'graphql';
import { type Command, type Group, localNames } from '../line/table.ts';
import { documentOf, markOf, pathsOf } from './marks.ts';
import { optionsOf } from './option.ts';
import { Refusal } from './refusal.ts';
import type { Operation } from './source.ts';
import { variablesOf } from './variable.ts';

const groupNames: Readonly<Record<string, Group>> = {
  LIFECYCLE: 'Lifecycle',
  MESSAGES: 'Messages',
  MEMORY: 'Memory',
  LOG: 'Work log',
  SERVER: 'Server',
};

const identities: Readonly<Record<string, Command['identity']>> = {
  INSTANCE: 'instance',
  OPERATOR: 'operator',
  ANY: 'any',
};

/**
 * The row of the table for an operation.
 * @param schema the server's, with the marks of the command line
 * @throws Refusal where it cannot be a command
 */
export function commandOf(schema: GraphQLSchema, operation: Operation): Command {
  const { file, name, definition } = operation;
  if ((localNames as readonly string[]).includes(name)) {
    throw new Refusal(file, `the command line has a command ${name} of its own.`);
  }
  const mark = markOf(schema, 'cli', definition);
  const group = groupNames[String(mark?.group)];
  if (!group) throw new Refusal(file, 'the operation does not say where it is listed: add @cli(group: …).');

  const { description, examples } = helpOf(operation);
  const fallback = definition.operation === 'query' ? 'any' : 'instance';
  const variables = variablesOf(schema, operation);
  const options = optionsOf(schema, operation, variables);
  const blocked = pathsOf(schema, 'blocked', operation);
  const idempotent = mark?.idempotent === true || variables.some(({ fill }) => fill === 'clientKey');
  return {
    name,
    group,
    operation: definition.operation,
    operationName: definition.name.value,
    summary: /^.*?[.!?](?=\s|$)/.exec(description.replace(/\s+/g, ' '))?.[0] ?? description,
    description,
    examples,
    document: documentOf(operation),
    identity: identities[String(mark?.identity)] ?? fallback,
    repeatable: definition.operation === 'query' || (definition.operation === 'mutation' && idempotent),
    variables,
    ...(options.length > 0 ? { options } : {}),
    secrets: pathsOf(schema, 'secret', operation),
    ...(blocked.length > 0 ? { blocked } : {}),
    ...(mark?.hidden === true ? { hidden: true } : {}),
    ...(typeof mark?.needsOne === 'string' ? { needsOne: mark.needsOne } : {}),
  };
}

/** The description without its examples, each paragraph on one line; and the examples. */
function helpOf({ file, name, definition }: Operation): { description: string; examples: string[] } {
  const lines = (definition.description?.value ?? '').split('\n').map((line) => line.trim());
  const isExample = (line: string): boolean => line.startsWith('Example:');
  const examples = lines.filter(isExample).map((line) => line.slice('Example:'.length).trim());
  const description = lines
    .filter((line) => !isExample(line))
    .join('\n')
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\n/g, ' '))
    .join('\n\n');
  if (!description) throw new Refusal(file, 'the operation has no description: it is the help of its command.');
  if (examples.length === 0) {
    throw new Refusal(file, `the description has no example: add a line such as "Example: clambake ${name} …".`);
  }
  const stray = examples.find((example) => !new RegExp(`\\bclambake ${name}(?= |$)`).test(example));
  if (stray) throw new Refusal(file, `the example "${stray}" does not call clambake ${name}.`);
  return { description, examples };
}
