import { resourceName, type Standpoint } from '../../server/place/resource-name.ts';
import type { Command } from '../line/table.ts';

/** Names the resources among the variables of a command as the server calls them; the other variables stay as they are. */
export function nameResources(
  { variables: table }: Pick<Command, 'variables'>,
  variables: Readonly<Record<string, unknown>>,
  standpoint: Standpoint,
): Record<string, unknown> {
  const named = { ...variables };
  const nameOf = (value: unknown): unknown => (typeof value === 'string' ? resourceName(value, standpoint) : value);
  for (const { name, resource } of table) {
    const value = variables[name];
    if (resource) named[name] = Array.isArray(value) ? value.map(nameOf) : nameOf(value);
  }
  return named;
}
