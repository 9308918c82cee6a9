import { badInput } from '../errors.ts';
import { excerpt } from '../input.ts';
import type { Property, Tool } from './tool.ts';

/**
 * The variables of an operation out of what a model gave: enums in upper case, presets filled in, null left out. Whether a value is right is
 * for GraphQL to say.
 * @throws ClambakeError BAD_INPUT where there is no such argument
 */
export function variablesOf(
  { name, inputSchema: { properties }, presets }: Tool,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const variables: Record<string, unknown> = { ...presets };
  for (const [key, value] of Object.entries(given)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!property) {
      throw badInput(
        key,
        `${name} takes no "${excerpt(key)}": it takes ${Object.keys(properties).join(', ') || 'nothing'}.`,
      );
    }
    if (value !== null) variables[key] = asSent(property, value);
  }
  return variables;
}

/** Enums are written in lower case here, and by some with a hyphen. */
function asSent(property: Property, value: unknown): unknown {
  if (!(property.enum ?? property.items?.enum)) return value;
  const upper = (item: unknown): unknown =>
    typeof item === 'string' ? item.trim().toUpperCase().replaceAll('-', '_') : item;
  return Array.isArray(value) ? value.map(upper) : upper(value);
}
