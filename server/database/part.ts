/** The row of one table in what a prepared statement over several of them gives. */
export interface Part<Row> {
  /** What to select: its columns, under names that no other part has. */
  columns: string;
  /** The row, a new object under the names that Prisma gives its columns; null where an outer join found none. */
  read(row: Readonly<Record<string, unknown>>): Row | null;
}

/**
 * Reads the rows of a table out of a join, as Prisma would give them.
 * @param alias of the table in the statement
 * @param fields the fields of its model, the first of which is never null
 * @param instead what is selected in place of a column
 */
export function part<Row extends object>(
  alias: string,
  fields: readonly (keyof Row & string)[],
  instead: { readonly [Field in keyof Row]?: string } = {},
): Part<Row> {
  const pairs = fields.map((field) => [field, `${alias}.${field}`] as const);
  const [[, key] = ['', '']] = pairs;
  return {
    columns: pairs
      .map(([field, name]) => `${instead[field] ?? `${alias}.${inSnakeCase(field)}`} AS "${name}"`)
      .join(', '),
    read(row) {
      if (row[key] === null) return null;
      const read: Record<string, unknown> = {};
      for (const [field, name] of pairs) read[field] = row[name];
      return read as Row;
    },
  };
}

/** The name of a field's column. */
export const inSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The fields of a model, as the generated client lists them. */
export const fieldsOf = <Field extends string>(listed: Readonly<Record<Field, Field>>): Field[] =>
  Object.values(listed);
