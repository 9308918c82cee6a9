/** The result of an operation as a model reads it. */

type Fields = Record<string, unknown>;

/** What a model must not overlook, by the response path that holds it. */
const alarms: Readonly<Record<string, (held: unknown) => string>> = {
  'guard.held': (held) =>
    `HELD by others: ${heldBy(held)}. Do not touch it: ask its holder, wait, or do something else first.`,
  'sendMessage.objection': () => 'OBJECTION: somebody is against it. Do not go on before that is settled.',
};

/**
 * The one root field of a result as JSON in as few words as say the same: without nulls, empty lists and cursors that lead nowhere, and with
 * what the edges of a page say of its nodes put beside them.
 * @param data of an operation with one root field, as all of them have
 * @param blocked response paths: where one holds something, that is said in a line before all else
 */
export function textOf(data: Fields, blocked: readonly string[] = []): string {
  const lines = blocked.flatMap((path) => {
    const value = path.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), data);
    const holds = Array.isArray(value) ? value.length > 0 : isObject(value);
    return holds ? [alarms[path]?.(value) ?? `BLOCKED: see ${path}.`] : [];
  });
  const [root] = Object.values(data);
  return [...lines, JSON.stringify(thrifty(root) ?? null)].join('\n');
}

/** `port:5432 (brisk-otter-4f2a)`, for each. The names are words of others: quoted as JSON does, they stay on their line. */
function heldBy(held: unknown): string {
  const holds = held as readonly { resource: string; blocker: { heldBy: string } }[];
  const named = holds.slice(0, 20).map(({ resource, blocker }) => `${JSON.stringify(resource)} (${blocker.heldBy})`);
  return [...new Set(named), ...(holds.length > 20 ? [`${holds.length - 20} more`] : [])].join(', ');
}

/** @returns undefined where nothing is left */
function thrifty(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => thrifty(item) ?? null);
  if (!isObject(value)) return value;
  const { nodes, edges, pageInfo, ...fields } = value;
  const kept = Object.entries(fields).flatMap(([name, field]) => {
    const short = thrifty(field);
    return short === undefined ? [] : [[name, short] as const];
  });
  const more = isObject(pageInfo) && pageInfo.hasNextPage === true ? { endCursor: pageInfo.endCursor } : {};
  const whole = { ...Object.fromEntries(kept), ...pageOf(nodes, edges), ...more };
  return Object.keys(whole).length === 0 ? undefined : whole;
}

/** The nodes of a page, each with what its edge says besides; or whatever else bears these names, as in a graph. */
function pageOf(nodes: unknown, edges: unknown): Fields {
  if (!Array.isArray(nodes)) return {};
  const pairs = Array.isArray(edges) && edges.every((edge) => isObject(edge) && 'cursor' in edge);
  const told = nodes.map((node, index) => {
    const short = thrifty(node);
    if (!pairs || !isObject(short)) return short ?? null;
    const { cursor: _cursor, ...edge } = edges[index] as Fields;
    const said = Object.entries(edge).filter(([, field]) => field !== false);
    return { ...short, ...(thrifty(Object.fromEntries(said)) as Fields | undefined) };
  });
  return {
    ...(told.length > 0 ? { nodes: told } : {}),
    ...(Array.isArray(edges) && !pairs ? { edges: thrifty(edges) } : {}),
  };
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
