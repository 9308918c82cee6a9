import { commands } from '../../cli/generated/commands.ts';
import { type Endpoint, post } from '../faults/client.ts';

/** Who asks, and whom. */
export interface Asking {
  endpoint: Endpoint;
  token: string;
}

/** Milliseconds an answer may take before it counts as none. */
const patience = 120_000;

/** The operation of a command of the command line, which is what agents ask. */
export function operationOf(command: string): { document: string; takes: (variable: string) => boolean } {
  const found = commands.find(({ name }) => name === command);
  if (!found) throw new Error(`There is no command ${command}.`);
  return { document: found.document, takes: (variable) => found.variables.some(({ name }) => name === variable) };
}

/**
 * Runs an operation.
 * @throws Error with what the server said where it failed
 */
export async function ask<Data>(
  { endpoint, token }: Asking,
  document: string,
  variables: Record<string, unknown>,
): Promise<Data> {
  const { data, errors } = await post<Data>(endpoint, token, { query: document, variables }, patience);
  if (errors.length > 0 || !data) throw new Error(`The operation failed: ${JSON.stringify(errors).slice(0, 300)}`);
  return data;
}
