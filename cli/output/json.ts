import { visibleJson } from '../../server/visible.ts';

/** A value as JSON for programs: one line, or indented by two spaces where a person reads it. Always ends its line. */
export function json(value: unknown, indented: boolean): string {
  return `${visibleJson(JSON.stringify(value ?? null, null, indented ? 2 : undefined))}\n`;
}

/** The result of an operation: the value of its root field where it has one, else all of them. */
export function resultOf(data: Record<string, unknown>): unknown {
  const values = Object.values(data);
  return values.length === 1 ? values[0] : data;
}

/**
 * Whether something is at a path of a result: an object, or a list with something in it.
 * @param path such as `guard.held`; a list on the way stands for any of its items
 */
export function holdsSomething(data: unknown, path: string): boolean {
  return (
    path.split('.').reduce<unknown[]>((values, name) => values.flatMap((value) => fieldOf(value, name)), [data])
      .length > 0
  );
}

const fieldOf = (value: unknown, name: string): unknown =>
  (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined) ?? [];

/**
 * Takes values out that are not for printing.
 * @param paths such as `register.token`; a list on the way stands for each of its items
 */
export function withoutSecrets(data: Record<string, unknown>, paths: readonly string[]): Record<string, unknown> {
  return paths.reduce((rest, path) => without(rest, path.split('.')) as Record<string, unknown>, data);
}

function without(value: unknown, [name = '', ...deeper]: string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, [name, ...deeper]));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value;
  const { [name]: field, ...others } = value as Record<string, unknown>;
  return deeper.length === 0 ? others : { ...value, [name]: without(field, deeper) };
}
