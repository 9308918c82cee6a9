import { ask } from '../client/client.ts';

const liveInstances =
  'query Live($after:String){instances(live:true,first:50,after:$after){nodes{id}pageInfo{hasNextPage endCursor}}}';

/** Which of these instances the server lists as live. @throws CliError as `ask` does */
export async function liveAmong(instances: string[], url: string, token: string): Promise<Set<string>> {
  const live = new Set<string>();
  let after: string | null = null;
  do {
    const data = await ask({
      url,
      token,
      document: liveInstances,
      variables: { after },
      mutation: false,
      repeatable: true,
    });
    const page = data.instances as {
      nodes: { id: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
    for (const { id } of page.nodes) if (instances.includes(id)) live.add(id);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null && live.size < instances.length);
  return live;
}
