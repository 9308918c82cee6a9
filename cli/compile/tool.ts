import type { GraphQLSchema, VariableDefinitionNode } from 'graphql';
import type { Annotations, InputSchema, Property, Tool } from '../../server/mcp/tool.ts';
import type { Command, Variable } from '../line/table.ts';
import { markOf } from './marks.ts';
import { Refusal } from './refusal.ts';
import type { Operation } from './source.ts';

/**
 * An operation as models are offered it.
 * @param schema the server's, with the marks of the command line
 * @param command the same operation as a command
 * @returns undefined where models are not: a subscription, what only the operator may ask, what gives a secret
 * @throws Refusal where a variable is preset that is no number
 */
export function toolOf(schema: GraphQLSchema, command: Command, operation: Operation | undefined): Tool | undefined {
  const { name, document, blocked, summary } = command;
  if (!operation || command.operation === 'subscription' || command.identity === 'operator') return undefined;
  const mark = markOf(schema, 'tool', operation.definition);
  if (mark?.never === true || command.secrets.length > 0) return undefined;

  const properties: Record<string, Property> = {};
  const presets: Record<string, number> = {};
  const required: string[] = [];
  for (const [index, node] of (operation.definition.variableDefinitions ?? []).entries()) {
    const variable = command.variables[index];
    const input = markOf(schema, 'input', node);
    // What the command line fills in is nothing that a model could know.
    if (!variable || variable.fill !== undefined || input?.none === true) continue;
    properties[variable.name] = propertyOf(variable, input?.says);
    if (variable.required) required.push(variable.name);
    const preset = presetOf(input?.preset, variable, node, operation.file);
    if (preset !== undefined) presets[variable.name] = preset;
  }
  const inputSchema: InputSchema = { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
  return {
    name,
    description: typeof mark?.says === 'string' ? mark.says : summary,
    inputSchema,
    ...(Object.keys(presets).length > 0 ? { presets } : {}),
    annotations: annotationsOf(command, mark?.destructive === true),
    document,
    ...(mark?.always === true ? { always: true } : {}),
    ...(blocked ? { blocked } : {}),
  };
}

function propertyOf({ kind, list, choices, description }: Variable, says: unknown): Property {
  const item = {
    type: kind === 'int' ? ('integer' as const) : ('string' as const),
    ...(choices ? { enum: choices } : {}),
  };
  const told =
    typeof says === 'string' ? says : `${sentenceOf(description)}${kind === 'duration' ? ' Such as 5m.' : ''}`;
  const type = kind === 'boolean' ? { type: kind } : list ? { type: 'array' as const, items: item } : item;
  return told === '' ? type : { ...type, description: told };
}

/** The first sentence of a description. */
const sentenceOf = (text: string): string => /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;

function presetOf(
  preset: unknown,
  { kind, list }: Variable,
  { variable }: VariableDefinitionNode,
  file: string,
): number | undefined {
  if (typeof preset !== 'number') return undefined;
  if (kind === 'int' && !list) return preset;
  throw new Refusal(file, `$${variable.name.value} has a preset, which is for a single Int.`);
}

/** A client takes a tool for one that writes and destroys where nothing is said. */
function annotationsOf({ operation, repeatable, variables }: Command, destructive: boolean): Annotations {
  if (operation === 'query') return { readOnlyHint: true };
  // Models give no client key, by which the command line makes the same request of two.
  const idempotent = repeatable && !variables.some(({ fill }) => fill === 'clientKey');
  return { ...(destructive ? {} : { destructiveHint: false }), ...(idempotent ? { idempotentHint: true } : {}) };
}
