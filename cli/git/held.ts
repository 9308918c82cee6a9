import type { Asker } from './asker.ts';

/** A resource that others hold. */
export interface Held {
  resource: string;
  blocker: {
    id: string;
    heldBy: string;
    openedAt: string;
    expiresAt: string | null;
    holder: { project: { name: string } } | null;
    message: { subject: string };
  };
}

/** What a question about resources asks for. */
export const heldFields = 'held{resource blocker{id heldBy openedAt expiresAt holder{project{name}}message{subject}}}';

const guardDocument = `query HookGuard($resources:[String!]!){guard(resources:$resources){${heldFields}}}`;

/** Most resources of one question, which is the server's limit, and most bytes of their names, also its limit. */
const slice = { resources: 500, bytes: 120_000 };
/** Questions that are asked at the same time. */
const atOnce = 4;

/** Parts resources into as many questions as they need; at least one. */
export function sliced(resources: readonly string[]): string[][] {
  const slices: string[][] = [[]];
  let bytes = 0;
  for (const resource of resources) {
    const size = Buffer.byteLength(JSON.stringify(resource)) + 1;
    const last = slices.at(-1);
    if (last && last.length < slice.resources && bytes + size <= slice.bytes) {
      last.push(resource);
      bytes += size;
    } else {
      slices.push([resource]);
      bytes = size;
    }
  }
  return slices;
}

/** What others hold of these, in any number of questions. @throws CliError */
export async function heldAmong(slices: readonly string[][], asker: Asker): Promise<Held[]> {
  const held: Held[][] = [];
  const waiting = slices.entries();
  const work = async (): Promise<void> => {
    for (const [index, resources] of waiting) {
      const data = await asker.query(guardDocument, { resources });
      held[index] = (data.guard as { held: Held[] }).held;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, slices.length) }, work));
  return held.flat();
}
